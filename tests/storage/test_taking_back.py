"""An answer that is taken back, and taps that are one tap, on SQLite and PostgreSQL alike."""

from datetime import UTC, datetime, timedelta

from scheduler.response import Member, Response
from storage import EventOf, Stores
from storage.people import ONE_TAP
from tests.scheduler.kit import meeting

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
HERE, THERE = -1_001_000_000_001, -1_001_000_000_002
NOMINAL = datetime(2026, 3, 6, 19, 30)
WANG = Member(5_000_000_001, "王小明")
A_MOMENT = timedelta(microseconds=1)


async def paid(stores: Stores, chat_id: int = HERE) -> Response:
    """At NOW, to the event of a new rule."""
    rule = await stores.rules.add(meeting(), chat_id=chat_id, leader_id=1, now=NOW)
    response = Response(rule.id, NOMINAL, WANG, "paid", NOW)
    assert await stores.people.answer(response, chat_id)
    return response


def again(response: Response, after: timedelta) -> Response:
    return Response(response.rule_id, response.nominal, response.member, response.answer, NOW + after)


async def test_what_was_taken_back_counts_nowhere_and_can_be_given_again(stores: Stores) -> None:
    response, people = await paid(stores), stores.people
    assert await people.take_back(again(response, ONE_TAP))
    assert await people.answers(response.rule_id, NOMINAL) == {}
    assert await people.answer(again(response, 2 * ONE_TAP), HERE)
    assert await people.answers(response.rule_id, NOMINAL) == {WANG.user_id: "paid"}


async def test_the_second_of_two_taps_changes_nothing(stores: Stores) -> None:
    response, people = await paid(stores), stores.people
    assert not await people.take_back(again(response, ONE_TAP - A_MOMENT))
    assert await people.answers(response.rule_id, NOMINAL) == {WANG.user_id: "paid"}
    assert await people.take_back(again(response, ONE_TAP))
    assert not await people.answer(again(response, 2 * ONE_TAP - A_MOMENT), HERE)
    assert await people.answers(response.rule_id, NOMINAL) == {}


async def test_a_clock_that_was_set_back_since_makes_no_two_taps_one(stores: Stores) -> None:
    response, people = await paid(stores), stores.people
    assert await people.take_back(again(response, -ONE_TAP))
    assert await people.answer(again(response, -timedelta(hours=1)), HERE)
    assert await people.answers(response.rule_id, NOMINAL) == {WANG.user_id: "paid"}


async def test_what_was_not_answered_is_not_taken_back(stores: Stores) -> None:
    response = await paid(stores)
    later = again(response, timedelta(days=1))
    other = Response(response.rule_id, NOMINAL, Member(7, "李雷"), "paid", later.answered_at)
    assert not await stores.people.take_back(other)
    assert not await stores.people.take_back(Response(response.rule_id, NOMINAL, WANG, "done", later.answered_at))
    assert await stores.people.answers(response.rule_id, NOMINAL) == {WANG.user_id: "paid"}


async def test_what_a_member_answered_is_known_in_one_group_and_in_all(stores: Stores) -> None:
    here, there = await paid(stores), await paid(stores, THERE)
    people = stores.people
    both = [EventOf(HERE, here.rule_id, NOMINAL), EventOf(THERE, there.rule_id, NOMINAL)]
    assert await people.answered(WANG.user_id) == both
    assert await people.answered(WANG.user_id, chat_id=THERE) == both[1:]
    assert await people.answered(7) == []
