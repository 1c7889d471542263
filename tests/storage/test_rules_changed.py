"""A rule that is changed: what was answered and skipped, and what the change itself has to say."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from scheduler.delivery import Planned
from scheduler.response import Member, Response
from scheduler.rule import Lead, Rule, Schedule
from storage import Stores

NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)
FRIDAY = datetime(2026, 3, 6, 19, 30)
EIGHT = timedelta(minutes=30)
WEEKLY = Rule("meeting", "党小组会", Schedule(datetime(2026, 1, 2, 19, 30), "FREQ=WEEKLY;BYDAY=FR"), (Lead(),))
SINGLE = replace(WEEKLY, schedule=Schedule(FRIDAY))


async def answered(stores: Stores, rule: Rule) -> int:
    stored = await stores.rules.add(rule, chat_id=-100, leader_id=1, now=NOW)
    await stores.people.answer(Response(stored.id, FRIDAY, Member(5, "王小明"), "join", NOW), chat_id=-100)
    return stored.id


async def test_answers_move_with_the_hour_though_the_same_days_count_from_another_one(stores: Stores) -> None:
    rule_id = await answered(stores, WEEKLY)
    await stores.rules.skip(rule_id, FRIDAY, now=NOW)
    anew = replace(WEEKLY, schedule=replace(WEEKLY.schedule, start=FRIDAY + EIGHT))
    assert await stores.rules.change(rule_id, anew, now=NOW)
    assert await stores.people.answers(rule_id, FRIDAY + EIGHT) == {5: "join"}
    stored = await stores.rules.get(rule_id)
    assert stored is not None and stored.skipped == {FRIDAY + EIGHT}


@pytest.mark.parametrize("start", [FRIDAY + timedelta(days=1), FRIDAY + timedelta(days=1, hours=1)])
async def test_answers_to_a_single_one_do_not_move_to_another_day(stores: Stores, start: datetime) -> None:
    rule_id = await answered(stores, SINGLE)
    assert await stores.rules.change(rule_id, replace(SINGLE, schedule=Schedule(start)), now=NOW)
    assert await stores.people.answers(rule_id, start) == {}
    assert await stores.people.answers(rule_id, FRIDAY) == {5: "join"}


async def test_the_same_days_counted_from_another_one_lose_no_answer(stores: Stores) -> None:
    rule_id = await answered(stores, WEEKLY)
    assert await stores.rules.change(rule_id, replace(WEEKLY, schedule=replace(WEEKLY.schedule, start=FRIDAY)), now=NOW)
    assert await stores.people.answers(rule_id, FRIDAY) == {5: "join"}


async def test_what_a_change_has_to_say_is_promised_with_it_or_not_at_all(stores: Stores) -> None:
    stored = await stores.rules.add(SINGLE, chat_id=-100, leader_id=1, now=NOW)
    news = Planned("k", -100, None, "remind", NOW, NOW + EIGHT, stored.id, FRIDAY, NOW + EIGHT, "+moved")
    later = replace(SINGLE, place="三楼")
    assert not await stores.rules.change(stored.id, later, now=NOW, revision=stored.revision + 1, beside=[news])
    assert await stores.deliveries.of_rule(stored.id) == []
    assert await stores.rules.change(stored.id, later, now=NOW, revision=stored.revision, beside=[news])
    assert [d.planned for d in await stores.deliveries.of_rule(stored.id)] == [news]
