"""Rosters and answers read for many messages at once: each gets its own, as it is, on SQLite and PostgreSQL alike."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from scheduler.response import Member, Response
from storage import EventOf, StoreError, Stores, open_stores
from tests.scheduler.kit import meeting

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
NOMINAL = datetime(2026, 3, 6, 19, 30)
NEXT_WEEK = NOMINAL + timedelta(days=7)
CHATS = range(-1_001_000_000_016, -1_001_000_000_000)


async def test_everybody_who_asks_at_once_gets_the_own_group_and_event(stores: Stores) -> None:
    events = [await answered(stores, chat_id) for chat_id in CHATS]
    other = EventOf(events[0].chat_id, events[0].rule_id, NEXT_WEEK)
    *rolls, later = await asyncio.gather(*(stores.rolls.roll(e) for e in (*events, other)))
    assert [[m.user_id for m in roll.roster] for roll in rolls] == [[-e.chat_id] for e in events]
    assert [dict(roll.answers) for roll in rolls] == [{-e.chat_id: "join"} for e in events]
    assert (len(later.roster), later.answers) == (1, {})


async def test_an_answer_given_while_others_are_read_counts_for_who_asks_after_it(stores: Stores) -> None:
    event = await answered(stores, CHATS[0])
    before = asyncio.create_task(stores.rolls.roll(event))
    await asyncio.sleep(0)
    await stores.people.answer(Response(event.rule_id, NOMINAL, Member(7, "李雷"), "absent", NOW), event.chat_id)
    assert (await stores.rolls.roll(event)).answers[7] == "absent"
    await before


async def test_what_is_asked_for_at_once_is_read_in_one_transaction(stores: Stores) -> None:
    events = [await answered(stores, chat_id) for chat_id in CHATS]
    begun: list[object] = []
    event.listen(stores.people.engine.sync_engine, "begin", begun.append)
    await asyncio.gather(*(stores.rolls.roll(e) for e in events))
    assert len(begun) == 1


async def test_a_data_base_that_fails_is_told_to_everybody_who_asked_and_asked_again_later(tmp_path: Path) -> None:
    async with open_stores(f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}", tmp_path / "key") as stores:
        event = await answered(stores, CHATS[0])
        other = EventOf(CHATS[1], 99, NOMINAL)
        async with stores.people.engine.begin() as connection:
            await connection.exec_driver_sql("ALTER TABLE members RENAME TO lost")
        failed = await asyncio.gather(stores.rolls.roll(event), stores.rolls.roll(other), return_exceptions=True)
        assert [type(error) for error in failed] == [StoreError, StoreError]
        async with stores.people.engine.begin() as connection:
            await connection.exec_driver_sql("ALTER TABLE lost RENAME TO members")
        assert len((await stores.rolls.roll(event)).roster) == 1


async def test_one_who_gives_up_takes_nobody_else_along(stores: Stores) -> None:
    event = await answered(stores, CHATS[0])
    first, second = (asyncio.create_task(stores.rolls.roll(event)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert len((await second).roster) == 1
    with pytest.raises(asyncio.CancelledError):
        await first


async def answered(stores: Stores, chat_id: int) -> EventOf:
    """A new rule's event to which the group's only member has answered; the member's number is the group's."""
    rule = await stores.rules.add(meeting(), chat_id=chat_id, leader_id=1, now=NOW)
    await stores.people.answer(Response(rule.id, NOMINAL, Member(-chat_id, "王小明"), "join", NOW), chat_id)
    return EventOf(chat_id, rule.id, NOMINAL)
