"""The data base: SQLite in a file, or PostgreSQL. One engine, migrated at the start."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, event, make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from scheduler.ports import Trouble

_MIGRATIONS = Path(__file__).parent / "migrations"
_BUSY_SECONDS = 5
_FROZEN_SECONDS = 20  # well within the minute of the promise
_LINK = {
    "tcp_user_timeout": _FROZEN_SECONDS * 1000,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
}


class StoreError(Trouble):
    """The data base did not do it. The text names the kind of trouble and holds nobody's words."""


@contextmanager
def reported() -> Iterator[None]:
    """Every trouble of the data base as StoreError."""
    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        raise StoreError(type(error).__name__) from None


@asynccontextmanager
async def open_database(url: str) -> AsyncIterator[AsyncEngine]:
    """Migrated and ready. url: SQLAlchemy's, with an async driver, e.g. sqlite+aiosqlite:///data/bot.db."""
    engine = _engine(url)
    try:
        with reported():
            async with engine.begin() as connection:
                await connection.run_sync(migrate)
        yield engine
    finally:
        await engine.dispose()


def reading(engine: AsyncEngine) -> AsyncConnection:
    """A connection, as a context manager, for a transaction that changes nothing and holds up nobody."""
    return engine.execution_options(reads_only=True).connect()


async def database_now(engine: AsyncEngine) -> datetime:
    """By the data base's clock (aware, UTC), which replicas go by. Of PostgreSQL alone."""
    with reported():
        async with reading(engine) as connection:
            theirs: datetime = (await connection.execute(text("SELECT clock_timestamp()"))).scalar_one()
    return theirs.astimezone(UTC)


def is_sqlite(engine: AsyncEngine) -> bool:
    return engine.dialect.name == "sqlite"


def _engine(url: str) -> AsyncEngine:
    try:
        is_file = make_url(url).get_backend_name() == "sqlite"  # it stays; a server may go
        engine = create_async_engine(url, pool_pre_ping=not is_file, connect_args={} if is_file else _LINK)
    except (SQLAlchemyError, ImportError) as error:
        raise StoreError(f"database_url 用不了（{type(error).__name__}），写法见 config.example.yaml") from None
    if is_sqlite(engine):
        event.listen(engine.sync_engine, "connect", _promise)
        event.listen(engine.sync_engine, "begin", _begin)
    else:
        event.listen(engine.sync_engine, "connect", _spare_the_others)
    return engine


def _promise(connection: Any, _: object) -> None:
    """What is committed survives a loss of power: a reminder marked as sent stays so, and one planned stays planned."""
    connection.isolation_level = None  # SQLAlchemy's begin is the real one
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={_BUSY_SECONDS * 1000}", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _spare_the_others(connection: Any, _: object) -> None:
    """Who hangs in the middle of a transaction loses it: all others wait for what it has locked."""
    cursor = connection.cursor()
    cursor.execute(f"SET idle_in_transaction_session_timeout = '{_FROZEN_SECONDS}s'")
    cursor.close()
    connection.commit()


def _begin(connection: Connection) -> None:
    """Write locks are taken at once: a transaction that reads first and then writes can't fail half way."""
    reads_only = connection.get_execution_options().get("reads_only", False)
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")


def migrate(connection: Connection, revision: str = "head") -> None:
    """To that revision of storage/migrations. Replicas that start together wait for one another."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(20260302)")
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
