"""The one statement that SQLAlchemy spells in two ways: INSERT … ON CONFLICT, equal on SQLite and PostgreSQL."""

from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine


def inserting(engine: AsyncEngine, table: Table) -> Any:
    """An insert with on_conflict_do_nothing() and on_conflict_do_update()."""
    return sqlite.insert(table) if engine.dialect.name == "sqlite" else postgresql.insert(table)


async def is_written(connection: AsyncConnection, statement: Any, table: Table) -> bool:
    """Run an insert on conflict; whether it wrote the row. (Drivers disagree about row counts of such statements.)"""
    first = next(iter(table.primary_key.columns))
    return (await connection.execute(statement.returning(first))).first() is not None
