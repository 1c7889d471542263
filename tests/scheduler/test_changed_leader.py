"""Another leader, or none, or one who has never written to the bot, around a change: who is told what."""

from datetime import UTC, datetime, time

import pytest

from scheduler.delivery import ChatGone
from scheduler.rule import GroupRule, Lead, Schedule
from tests.scheduler.changing import (
    AT_20,
    FRIDAY,
    FRIDAY_20,
    FRIDAY_21,
    HOUR,
    MINUTE,
    SATURDAY,
    THAT_MORNING,
    in_flight,
    saved,
    summed_up,
)
from tests.scheduler.kit import LEADER, Scene, meeting

NEXT_LEADER = 6
SUMMARY_AT = FRIDAY_21 + HOUR / 2
THURSDAY_10 = datetime(2026, 3, 5, 2, tzinfo=UTC)


async def led_by(scene: Scene, rule: GroupRule, leader: int) -> None:
    assert await scene.stores.rules.hand_over(rule.id, leader, now=scene.clock())


async def test_a_kept_summary_on_its_way_to_who_leads_no_more_goes_to_the_next_leader(scene: Scene) -> None:
    rule = await scene.add(THAT_MORNING)
    await scene.until(FRIDAY_20, step=HOUR)
    await saved(scene, rule, SATURDAY)
    await scene.until(SUMMARY_AT - MINUTE, step=HOUR)
    caught = in_flight(scene, lambda: led_by(scene, rule, NEXT_LEADER))
    await scene.until(FRIDAY_21 + 5 * HOUR, step=HOUR)
    assert [parcel.first.planned.chat_id for parcel in caught] == [LEADER]
    assert [p.chat_id for p in summed_up(scene)] == [NEXT_LEADER]


async def test_a_summary_on_its_way_when_its_leader_left_goes_to_who_comes_later(scene: Scene) -> None:
    rule = await scene.add(THAT_MORNING)
    await scene.until(SUMMARY_AT - MINUTE, step=HOUR)
    in_flight(scene, lambda: led_by(scene, rule, 0))
    await scene.until(SUMMARY_AT + 10 * MINUTE, step=MINUTE)
    assert summed_up(scene) == []
    await led_by(scene, rule, NEXT_LEADER)
    await scene.until(FRIDAY_21 + 5 * HOUR, step=HOUR)
    assert [p.chat_id for p in summed_up(scene)] == [NEXT_LEADER]


@pytest.mark.parametrize("came_at", [SUMMARY_AT - 18 * MINUTE, SUMMARY_AT + 18 * MINUTE], ids=["before", "after"])
async def test_who_comes_around_the_time_of_a_summary_that_had_no_leader_gets_it(
    scene: Scene, came_at: datetime
) -> None:
    rule = await scene.add(THAT_MORNING)
    await scene.until(FRIDAY_20, step=HOUR)
    await led_by(scene, rule, 0)
    await scene.until(came_at, step=10 * MINUTE)
    await led_by(scene, rule, NEXT_LEADER)
    await scene.until(FRIDAY_21 + 5 * HOUR, step=HOUR)
    assert [p.chat_id for p in summed_up(scene)] == [NEXT_LEADER]


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [(AT_20, {("checklist", FRIDAY_20), ("summary", FRIDAY_20)}), (SATURDAY, set())],
    ids=["hour", "days"],
)
async def test_a_leader_who_writes_only_after_a_change_hears_nothing_of_what_was_before(
    scene: Scene, schedule: Schedule, expected: set[tuple[str, datetime]]
) -> None:
    rule = await scene.add(meeting(leads=(Lead(1, at=time(9)),)))
    scene.sender.outcome = lambda p: ChatGone("not_started") if p.first.planned.chat_id == LEADER else None
    await scene.until(THURSDAY_10, step=HOUR)
    private = [p.first.planned for p in scene.sender.tried if p.first.planned.chat_id == LEADER]
    assert {p.purpose for p in private if p.nominal == FRIDAY} == {"checklist", "summary"}
    await saved(scene, rule, schedule)
    await scene.until(scene.clock() + 5 * MINUTE, step=MINUTE)
    scene.sender.outcome = lambda _: None
    await scene.stores.deliveries.revive(LEADER, now=scene.clock())
    await scene.until(THURSDAY_10 + HOUR, step=10 * MINUTE)
    said = {(p.purpose, p.event_at) for p in scene.sender.promises if p.chat_id == LEADER and p.purpose != "notice"}
    assert said == expected
