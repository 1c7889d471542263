"""Declared reminders in the data base: one of each name in a group, whoever writes it."""

import asyncio
from dataclasses import replace

from storage import Chat, Stores
from tests.conftest import FakeClock
from tests.scheduler.kit import meeting

GROUP, OTHER = -5, -6


async def declared(stores: Stores, clock: FakeClock, name: str, *, chat_id: int = GROUP) -> None:
    await stores.rules.declare(meeting(title=name), name, chat_id=chat_id, leader_id=0, now=clock())


async def test_a_name_is_there_once_whatever_its_text(stores: Stores, clock: FakeClock) -> None:
    for name in ("会#1", "会#2", "会#1"):
        await declared(stores, clock, name)
    assert [r.declared for r in await stores.rules.declared()] == ["会#1"]


async def test_names_that_only_look_alike_are_others(stores: Stores, clock: FakeClock) -> None:
    names = ["会#1", "会议#1", "A#1", "a#1", "%#1", "_#1"]
    for name in names:
        await declared(stores, clock, name)
    await declared(stores, clock, "会#1", chat_id=OTHER)
    assert [r.declared for r in await stores.rules.declared()] == [*names, "会#1"]


async def test_a_deleted_one_makes_room(stores: Stores, clock: FakeClock) -> None:
    await declared(stores, clock, "会#1")
    (first,) = await stores.rules.declared()
    await stores.rules.delete(first.id, now=clock())
    await declared(stores, clock, "会#2")
    assert [r.declared for r in await stores.rules.declared()] == ["会#2"]


async def test_replicas_that_start_together_with_different_files_make_one(stores: Stores, clock: FakeClock) -> None:
    await stores.chats.describe(Chat(GROUP, "", "Asia/Shanghai"))
    for name in range(5):
        await asyncio.gather(*(declared(stores, clock, f"{name}#{text}") for text in range(4)))
    assert [r.declared.partition("#")[0] for r in await stores.rules.declared()] == list("01234")


async def test_what_was_set_up_in_the_chat_is_no_declared_one(stores: Stores, clock: FakeClock) -> None:
    await stores.rules.add(replace(meeting(), title="会"), chat_id=GROUP, leader_id=0, now=clock())
    await declared(stores, clock, "#1")
    assert [r.declared for r in await stores.rules.declared()] == ["#1"]
