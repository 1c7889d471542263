"""A data base of an earlier release is taken over with all that stands in it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from scheduler.rule import Lead, Rule, Schedule
from storage.database import migrate, open_database
from storage.rules import RuleStore
from storage.tables import Base

REMINDERS = "0002"  # the first release that had any
MEETING = Rule("meeting", "党小组会", Schedule(datetime(2026, 1, 2, 19, 30), "FREQ=MONTHLY;BYDAY=1FR"), (Lead(1),))
RULE = (
    "INSERT INTO rules (id, chat_id, leader_id, kind, title, start, rrule, roll, zone, leads, place, note, state,"
    " since, declared, planned_until, planned_with) VALUES (:id, -5, 7, 'meeting', '党小组会', '2026-01-02T19:30:00',"
    " 'FREQ=MONTHLY;BYDAY=1FR', 'none', 'Asia/Shanghai', '[[1, 0, null]]', '', '', 'active', 0, :declared, 0, '')"
)


@pytest.fixture
async def early(store_url: str) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(store_url)
    async with engine.begin() as connection:
        await connection.run_sync(migrate, REMINDERS)
    yield engine
    await engine.dispose()


async def test_rules_of_an_earlier_release_go_on(store_url: str, early: AsyncEngine) -> None:
    async with early.begin() as connection:
        await connection.execute(text(RULE), [{"id": 1, "declared": ""}, {"id": 2, "declared": "党小组会#1"}])
        await connection.execute(
            text("INSERT INTO drafts (chat_id, user_id, content, changed_at) VALUES (-5, 7, '{}', 0)")
        )
    async with open_database(store_url) as engine:
        rules = await RuleStore(engine).of_chat(-5)
        async with engine.connect() as connection:
            drafts = (await connection.execute(text("SELECT COUNT(*) FROM drafts"))).scalar_one()
    assert [(r.id, r.rule, r.since) for r in rules] == [(n, MEETING, datetime.fromtimestamp(0, UTC)) for n in (1, 2)]
    assert drafts == 1


async def test_what_was_declared_twice_is_left_once(store_url: str, early: AsyncEngine) -> None:
    async with early.begin() as connection:
        await connection.execute(text(RULE), [{"id": n, "declared": "党小组会#1"} for n in (1, 2)])
    async with open_database(store_url) as engine:
        assert [r.id for r in await RuleStore(engine).declared()] == [1]


async def test_the_migrations_lead_to_the_tables_that_the_program_knows(store_url: str) -> None:
    async with open_database(store_url) as engine, engine.connect() as connection:
        assert await connection.run_sync(_differences) == []


def _differences(connection: Connection) -> list[Any]:
    return list(compare_metadata(MigrationContext.configure(connection), Base.metadata))
