"""Days are changed and put back, or one of several is dropped: what the group goes by and is not so is called off."""

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from scheduler.by_hand import next_event
from scheduler.delivery import TryLater
from scheduler.rule import DEFAULT_LEADS, Lead, Schedule
from tests.scheduler.changing import (
    AT_20,
    BOTH,
    FRI,
    FRIDAY,
    FRIDAY_9,
    FRIDAY_20,
    FRIDAYS,
    HOUR,
    MINUTE,
    SATURDAY,
    THAT_MORNING,
    called_off,
    current,
    in_flight,
    saved,
)
from tests.scheduler.kit import Scene, meeting

AS_USUAL = DEFAULT_LEADS["meeting"]
THIS_FRIDAY, THIS_SATURDAY = "2026-03-06T19:30", "2026-03-07T19:30"


@pytest.mark.parametrize("leads", [(Lead(1, at=time(9)),), AS_USUAL], ids=["a day before", "as usual"])
async def test_of_two_days_that_were_both_told_the_first_is_dropped_and_called_off(
    scene: Scene, leads: tuple[Lead, ...]
) -> None:
    rule = await scene.add(meeting(schedule=BOTH, leads=leads))
    await scene.until(FRIDAY_9 + HOUR, step=HOUR)
    assert {p.nominal for p in scene.sender.of("remind")} == {FRIDAY, SATURDAY.start}
    await saved(scene, rule, SATURDAY)
    await scene.until(FRIDAY_20, step=HOUR)
    assert called_off(scene) == [THIS_FRIDAY]


@pytest.mark.parametrize("leads", [THAT_MORNING.leads, AS_USUAL], ids=["that morning", "as usual"])
async def test_a_day_that_was_called_off_and_is_on_again_is_told_again(scene: Scene, leads: tuple[Lead, ...]) -> None:
    rule = await scene.add(meeting(leads=leads))
    await scene.until(FRIDAY_9 + HOUR, step=HOUR)
    for schedule, day, off in ((SATURDAY, SATURDAY.start, THIS_FRIDAY), (FRIDAYS, FRIDAY, THIS_SATURDAY)):
        before = len(scene.sender.of("remind"))
        await saved(scene, rule, schedule)
        await scene.until(scene.clock() + HOUR, step=10 * MINUTE)
        (said,) = scene.sender.of("remind")[before:]
        assert (said.nominal, said.payload["was"]) == (day, [off])


async def test_a_day_that_is_on_again_before_the_news_were_out_is_not_called_off(scene: Scene) -> None:
    rule = await scene.add(THAT_MORNING)
    await scene.until(FRIDAY_9 + HOUR, step=HOUR)
    scene.sender.outcome = lambda _: TryLater("unreachable")
    await saved(scene, rule, SATURDAY)
    await scene.until(scene.clock() + 2 * MINUTE, step=MINUTE)
    await saved(scene, rule, BOTH)
    scene.sender.outcome = lambda _: None
    await scene.until(FRIDAY_20 - HOUR, step=HOUR)
    assert called_off(scene) == []


async def test_a_day_that_is_on_again_while_the_news_are_on_their_way_is_not_called_off(scene: Scene) -> None:
    rule = await scene.add(THAT_MORNING)
    await scene.until(FRIDAY_9 + HOUR, step=HOUR)
    await saved(scene, rule, SATURDAY)
    caught = in_flight(scene, lambda: saved(scene, rule, BOTH))
    await scene.until(FRIDAY_20 - HOUR, step=HOUR)
    assert [parcel.first.planned.payload.get("was") for parcel in caught] == [[THIS_FRIDAY]]
    assert called_off(scene) == []


async def test_the_same_evening_under_another_rule_still_calls_off_the_day_that_was_told(scene: Scene) -> None:
    """From Saturdays, put off to the Monday as no workday, to Mondays."""
    rule = await scene.add(THAT_MORNING)
    await scene.until(FRIDAY_9 + HOUR, step=HOUR)
    scene.sender.outcome = lambda _: TryLater("unreachable")
    await saved(scene, rule, replace(SATURDAY, roll="next"))
    await scene.until(scene.clock() + 2 * MINUTE, step=MINUTE)
    await saved(scene, rule, Schedule(datetime(2026, 3, 9, 19, 30), "FREQ=WEEKLY;BYDAY=MO"))
    scene.sender.outcome = lambda _: None
    await scene.until(FRIDAY_20, step=HOUR)
    assert called_off(scene) == [THIS_FRIDAY]
    assert scene.sender.of("remind")[-1].event_at == datetime(2026, 3, 9, 11, 30, tzinfo=UTC)


async def test_a_day_stays_skipped_whatever_was_tried_out_meanwhile(scene: Scene) -> None:
    rule = await scene.add(meeting(schedule=AT_20, leads=(Lead(minutes=60),)))
    await scene.stores.rules.skip(rule.id, AT_20.start, now=scene.clock())
    await saved(scene, rule, SATURDAY)
    expected = next_event(await current(scene, rule), scene.calendar, now=scene.clock())
    assert expected is not None and expected.nominal == SATURDAY.start
    await saved(scene, rule, FRIDAYS)
    assert (await current(scene, rule)).skipped == {FRIDAY}
    await scene.until(FRIDAY_9 + 8 * 24 * HOUR, step=HOUR)
    assert {p.nominal for p in scene.sender.of("remind")} == {datetime(2026, 3, 13, 19, 30)}
    assert called_off(scene) == []


async def test_news_that_go_out_late_are_a_message_of_their_own(scene: Scene) -> None:
    rule = await scene.add(THAT_MORNING)
    at_ten = Schedule(datetime(2026, 3, 6, 10, 2), FRI)
    other = await scene.add(meeting(kind="study", title="学习", schedule=at_ten, leads=(Lead(),)))
    await scene.until(FRIDAY_9 + HOUR, step=HOUR)
    await saved(scene, rule, SATURDAY)
    scene.clock.move(10 * MINUTE)  # the process was down
    before = len(scene.sender.sent)
    await scene.until(scene.clock() + MINUTE, step=MINUTE)
    late = [parcel for parcel in scene.sender.sent[before:] if parcel.first.planned.purpose == "remind"]
    assert sorted([d.planned.rule_id for d in parcel.deliveries] for parcel in late) == [[rule.id], [other.id]]
    assert called_off(scene) == [THIS_FRIDAY]
