"""What the measurements measure on is what they say: so many groups, all planned, all due."""

from datetime import timedelta
from pathlib import Path

import pytest

from bench import planning
from bench.__main__ import PARTS
from bench.backlog import add_due, meeting_rules
from bench.databases import Database
from scheduler.gates import LIFTED
from scheduler.workdays import Workdays
from storage import open_stores
from tests.conftest import FakeClock

GROUPS = range(-230, -200)
COUNT = len(GROUPS)


@pytest.fixture
def database(store_url: str, tmp_path: Path) -> Database:
    return Database("", store_url, tmp_path)


def test_every_part_of_the_issue_is_measured() -> None:
    assert {"planning", "claims", "sending", "lag"} <= set(PARTS)


def test_every_group_has_a_meeting_in_the_coming_month(clock: FakeClock) -> None:
    rules = list(meeting_rules(GROUPS, now=clock()))
    assert [rule.chat_id for rule in rules] == list(GROUPS)
    assert all(planning.plan(r, Workdays(), after=clock(), until=clock() + timedelta(days=35)) for r in rules)


async def test_the_whole_plans_every_group(database: Database) -> None:
    assert "每秒" in await planning.whole(COUNT, database)
    async with open_stores(database.url, database.key) as stores:
        written = await stores.deliveries.coming(until=planning.NOW + timedelta(days=40))
    assert len({delivery.planned.rule_id for delivery in written}) == COUNT


async def test_the_bare_inserts_write_the_same_rows(database: Database, tmp_path: Path) -> None:
    await planning.whole(COUNT, database)
    other = Database("", f"sqlite+aiosqlite:///{tmp_path / 'bare.db'}", tmp_path)
    await planning.bare(COUNT, other)
    assert await keys(database) == await keys(other)


async def test_a_backlog_is_due_planned_and_one_for_each_group(database: Database, clock: FakeClock) -> None:
    calendar = Workdays().version
    await add_due(database, GROUPS, now=clock(), calendar=calendar)
    async with open_stores(database.url, database.key) as stores:
        until = clock() + timedelta(days=1)
        assert not await stores.plans.unplanned(until=until, calendar=calendar, count=1)
        everything = await stores.deliveries.claim("w", now=clock(), lease=timedelta(60), count=COUNT, limits=LIFTED)
    assert {parcel.first.planned.chat_id for parcel in everything.parcels} == set(GROUPS)


async def keys(database: Database) -> set[str]:
    async with open_stores(database.url, database.key) as stores:
        return {d.planned.key for d in await stores.deliveries.coming(until=planning.NOW + timedelta(days=40))}
