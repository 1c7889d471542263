"""Rosters and answers, on SQLite and PostgreSQL alike."""

from datetime import UTC, datetime, timedelta

from scheduler.response import Member, Response
from storage import Chat, Stores
from tests.scheduler.kit import meeting

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
HERE, THERE = -1_001_000_000_001, -1_001_000_000_002
NOMINAL = datetime(2026, 3, 6, 19, 30)
WANG = Member(5_000_000_001, "王小明")


async def answered(stores: Stores, chat_id: int) -> int:
    """The id of a new rule of the chat, to whose event 王小明 has answered."""
    rule = await stores.rules.add(meeting(), chat_id=chat_id, leader_id=1, now=NOW)
    assert await stores.people.answer(Response(rule.id, NOMINAL, WANG, "join", NOW), chat_id)
    return rule.id


async def test_the_same_answer_again_is_nothing_new_and_another_one_is(stores: Stores) -> None:
    number = await answered(stores, HERE)
    assert not await stores.people.answer(Response(number, NOMINAL, WANG, "join", NOW), HERE)
    assert await stores.people.answer(Response(number, NOMINAL, WANG, "absent", NOW), HERE)
    assert await stores.people.answers(number, NOMINAL) == {WANG.user_id: "absent"}


async def test_who_was_entered_is_the_member_of_that_name_in_that_group(stores: Stores) -> None:
    for chat_id in (HERE, THERE):
        await stores.people.enter(chat_id, WANG.name, now=NOW)
    await stores.people.enter(HERE, "王小", now=NOW)
    assert await stores.people.join(HERE, WANG, now=NOW + timedelta(minutes=1))
    assert [m.user_id for m in await stores.people.roster(HERE)] == [-2, WANG.user_id]
    assert [m.user_id for m in await stores.people.roster(THERE)] == [-1]


async def test_a_member_who_takes_an_entered_name_later_is_one_person_too(stores: Stores) -> None:
    await stores.people.join(HERE, Member(WANG.user_id, "小王"), now=NOW)
    await stores.people.enter(HERE, WANG.name, now=NOW)
    assert not await stores.people.join(HERE, WANG, now=NOW)
    assert await stores.people.roster(HERE) == [WANG]


async def test_leaving_takes_the_answers_of_that_group_along(stores: Stores) -> None:
    here, there = await answered(stores, HERE), await answered(stores, THERE)
    assert await stores.people.leave(HERE, WANG.user_id)
    assert not await stores.people.leave(HERE, WANG.user_id)
    assert await stores.people.answers(here, NOMINAL) == {}
    assert await stores.people.answers(there, NOMINAL) == {WANG.user_id: "join"}


async def test_forgetting_takes_all_of_a_member_and_nothing_of_others(stores: Stores) -> None:
    here, there = await answered(stores, HERE), await answered(stores, THERE)
    other = Member(7, "李雷")
    await stores.people.answer(Response(here, NOMINAL, other, "join", NOW), HERE)
    assert await stores.people.forget(WANG.user_id) == 2
    assert await stores.people.answers(here, NOMINAL) == {other.user_id: "join"}
    assert await stores.people.answers(there, NOMINAL) == {}
    assert await stores.people.roster(HERE) == [other]


async def test_old_answers_are_purged(stores: Stores) -> None:
    number = await answered(stores, HERE)
    assert await stores.people.purge(before=NOW) == 0
    assert await stores.people.purge(before=NOW + timedelta(seconds=1)) == 1
    assert await stores.people.answers(number, NOMINAL) == {}


async def test_the_roster_of_a_group_that_went_long_ago_is_purged(stores: Stores) -> None:
    for chat_id in (HERE, THERE):
        await stores.people.join(chat_id, WANG, now=NOW)
        await stores.chats.put(Chat(chat_id, "", "Asia/Shanghai"), now=NOW)
    await stores.chats.gone(HERE, "kicked", zone="Asia/Shanghai", now=NOW)
    await stores.people.purge(before=NOW)
    assert await stores.people.roster(HERE) == [WANG]
    await stores.people.purge(before=NOW + timedelta(seconds=1))
    assert [await stores.people.roster(chat_id) for chat_id in (HERE, THERE)] == [[], [WANG]]
