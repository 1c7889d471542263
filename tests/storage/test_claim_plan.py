"""The claim stays quick however many wait: it walks the index of what is pending and never reads the whole table."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, insert, text
from sqlalchemy.ext.asyncio import AsyncEngine

from scheduler.delivery import Planned
from storage.claims import Claimant, claim_statement
from storage.database import is_sqlite, open_database
from storage.rows import planned_values
from storage.tables import DeliveryRow, table_of
from tests.conftest import FakeClock

INDEX = "ix_deliveries_pending"
PENDING, SENT = 5_000, 5_000


@pytest.fixture
async def engine(store_url: str, clock: FakeClock) -> AsyncIterator[AsyncEngine]:
    """Half of a large table is pending, the other half has been sent; the planner knows it."""
    async with open_database(store_url) as opened:
        rows = [_row(number, clock) for number in range(PENDING + SENT)]
        async with opened.begin() as connection:
            await connection.execute(insert(table_of(DeliveryRow)), rows)
            await connection.execute(text("ANALYZE"))
        yield opened


def _row(number: int, clock: FakeClock) -> dict[str, Any]:
    due_at = clock() - timedelta(seconds=number)
    planned = Planned(f"k{number}", -100 - number % 1000, None, "remind", due_at, due_at + timedelta(hours=12))
    return planned_values(planned) | {"state": "pending" if number < PENDING else "sent"}


async def explained(engine: AsyncEngine, clock: FakeClock) -> list[str]:
    """The plan of a claim as it is really sent, a line for each step."""
    sent: list[tuple[str, Any]] = []

    def note(_c: object, _cursor: object, sql: str, parameters: Any, *_: object) -> None:
        if "chosen" in sql:
            sent.append((sql, parameters))

    statement = claim_statement(Claimant("worker", clock(), clock() + timedelta(minutes=1)), 16)
    async with engine.connect() as connection:
        event.listen(engine.sync_engine, "before_cursor_execute", note)
        await connection.execute(statement)
        event.remove(engine.sync_engine, "before_cursor_execute", note)
        await connection.rollback()
        ((sql, parameters),) = sent
        explain = "EXPLAIN QUERY PLAN" if is_sqlite(engine) else "EXPLAIN"
        rows = await connection.exec_driver_sql(f"{explain} {sql}", parameters)
        return [str(row[-1]) for row in rows]


async def test_a_claim_goes_by_the_index_of_what_is_pending(engine: AsyncEngine, clock: FakeClock) -> None:
    plan = await explained(engine, clock)
    assert any(INDEX in step for step in plan), plan


async def test_a_claim_reads_no_table_from_end_to_end(engine: AsyncEngine, clock: FakeClock) -> None:
    plan = await explained(engine, clock)
    assert not [step for step in plan if "Seq Scan on deliveries" in step or step.startswith("SCAN deliveries")], plan
