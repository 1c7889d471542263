"""Groups by the thousand: a monthly meeting each, not planned yet, or planned and with one reminder that is due."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import Table, insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bench.databases import Database
from scheduler.delivery import Planned
from scheduler.planning import HORIZON
from scheduler.rule import DEFAULT_LEADS, DEFAULT_ZONE, GroupRule, Lead, Rule, Schedule
from storage.database import open_database
from storage.rows import planned_values, rule_values
from storage.tables import DeliveryRow, GateRow, RuleRow, table_of

SPREAD = timedelta(hours=1)  # the oldest has been due for so long
_DAYS = ("1MO", "1TU", "1WE", "1TH", "1FR", "2MO", "2TU", "2WE", "2TH", "2FR", "-1FR")
_HOURS = range(8, 21)
_EVENT_IN = timedelta(hours=3)
_AT_ONCE = 5_000
_T = TypeVar("_T")


def meeting_rules(chats: Sequence[int], *, now: datetime, leader_id: int = 0) -> Iterator[GroupRule]:
    """On different weekdays and hours, with the leads that a group gets when it says nothing."""
    for place, chat_id in enumerate(chats):
        day, hour = _DAYS[place % len(_DAYS)], _HOURS[place // len(_DAYS) % len(_HOURS)]
        start = datetime(now.year, 1, 1, hour, 30)
        schedule = Schedule(start, f"FREQ=MONTHLY;BYDAY={day}", roll="next" if place % 3 else "none")
        rule = Rule("meeting", f"第{place + 1}党小组会", schedule, DEFAULT_LEADS["meeting"], "三楼会议室", "学习、讨论")
        yield GroupRule(place + 1, chat_id, None, leader_id, rule, "active", now)


async def add_rules(database: Database, rules: Iterable[GroupRule]) -> None:
    """Not planned yet."""
    async with open_database(database.url) as engine, engine.begin() as connection:
        await _insert(connection, table_of(RuleRow), (_rule_row(r, r.since, "") for r in rules))


async def add_due(
    database: Database, chats: Sequence[int], *, now: datetime, calendar: str, spread: timedelta = SPREAD
) -> None:
    """The last of them is due now. Everything is planned; each chat has had messages before; statistics are fresh."""
    rules = list(meeting_rules(chats, now=now - timedelta(days=1)))
    async with open_database(database.url) as engine:
        async with engine.begin() as connection:
            await _insert(connection, table_of(RuleRow), (_rule_row(r, now + HORIZON, calendar) for r in rules))
            await _insert(connection, table_of(DeliveryRow), map(planned_values, due(rules, now=now, spread=spread)))
            gates = ({"name": str(chat), "free_at": now - SPREAD, "shut_until": now - SPREAD} for chat in chats)
            await _insert(connection, table_of(GateRow), gates)
        async with engine.begin() as connection:
            await connection.execute(text("ANALYZE"))


def due(rules: Sequence[GroupRule], *, now: datetime, spread: timedelta) -> Iterator[Planned]:
    for place, rule in enumerate(rules):
        due_at = now - spread * ((len(rules) - place - 1) / len(rules))
        event_at = due_at + _EVENT_IN
        nominal = event_at.astimezone(ZoneInfo(DEFAULT_ZONE)).replace(tzinfo=None, second=0, microsecond=0)
        lead = Lead(minutes=int(_EVENT_IN.total_seconds()) // 60).key
        key = f"{rule.id}/{nominal:%Y%m%dT%H%M}/remind/{lead}"
        expires_at = due_at + timedelta(hours=12)
        yield Planned(key, rule.chat_id, None, "remind", due_at, expires_at, rule.id, nominal, event_at, lead)


def batches(values: Iterable[_T], count: int) -> Iterator[list[_T]]:
    """So many at a time."""
    remaining = iter(values)
    while batch := list(islice(remaining, count)):
        yield batch


async def _insert(connection: AsyncConnection, table: Table, rows: Iterable[dict[str, Any]]) -> None:
    for batch in batches(rows, _AT_ONCE):
        await connection.execute(insert(table), batch)


def _rule_row(rule: GroupRule, planned_until: datetime, planned_with: str) -> dict[str, Any]:
    return rule_values(rule.rule) | {
        "id": rule.id,
        "chat_id": rule.chat_id,
        "thread_id": rule.thread_id,
        "leader_id": rule.leader_id,
        "state": rule.state,
        "since": rule.since,
        "declared": rule.declared,
        "planned_until": planned_until,
        "planned_with": planned_with,
    }
