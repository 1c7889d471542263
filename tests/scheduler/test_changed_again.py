"""The dates of a rule are changed once more, or something else of it, before the first change has been told."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from scheduler.delivery import Outcome, TryLater
from scheduler.ports import Parcel
from scheduler.rule import GroupRule, Lead, Schedule
from tests.scheduler.changing import (
    AT_20,
    FRI,
    FRIDAY,
    FRIDAY_9,
    FRIDAY_20,
    FRIDAY_21,
    FRIDAYS,
    HOUR,
    MINUTE,
    SATURDAY,
    THAT_MORNING,
    called_off,
    in_flight,
    resumed,
    saved,
    summed_up,
    to,
    unskipped,
)
from tests.scheduler.kit import LEADER, Scene, meeting


async def test_kept_then_back_to_the_day_but_later_is_summed_up_after_it(scene: Scene) -> None:
    rule = await scene.add(THAT_MORNING)
    await scene.until(FRIDAY_20, step=HOUR)
    await saved(scene, rule, SATURDAY)
    scene.clock.move(MINUTE)
    await saved(scene, rule, Schedule(FRIDAY.replace(hour=22, minute=0), FRI))
    times: list[datetime] = []
    real = scene.sender.send

    async def send(parcel: Parcel) -> Outcome:
        times.extend(scene.clock() for d in parcel.deliveries if d.planned.purpose == "summary")
        return await real(parcel)

    scene.sender.send = send  # type: ignore[method-assign]
    await scene.until(FRIDAY_21 + 5 * HOUR, step=HOUR)
    assert [t >= FRIDAY_20 + 2 * HOUR for t in times] == [True], times


async def test_kept_and_sent_then_back_to_the_day_is_one_summary(scene: Scene) -> None:
    rule = await scene.add(THAT_MORNING)
    await scene.until(FRIDAY_20, step=HOUR)
    await saved(scene, rule, SATURDAY)
    await scene.until(FRIDAY_21 + 35 * MINUTE, step=HOUR)
    assert len(summed_up(scene)) == 1
    await saved(scene, rule, AT_20)
    await scene.until(FRIDAY_21 + 5 * HOUR, step=HOUR)
    assert len(summed_up(scene)) == 1


async def test_kept_and_a_pause_by_mistake(scene: Scene) -> None:
    rule = await scene.add(THAT_MORNING)
    await scene.until(FRIDAY_20, step=HOUR)
    await saved(scene, rule, SATURDAY)
    assert await scene.stores.rules.pause(rule.id)
    scene.clock.move(MINUTE)
    await resumed(scene, rule)
    await scene.until(FRIDAY_21 + 5 * HOUR, step=HOUR)
    assert len(summed_up(scene)) == 1


async def leaderless_summary(scene: Scene) -> GroupRule:
    rule = await scene.add(THAT_MORNING)
    await scene.until(FRIDAY_20, step=HOUR)
    scene.sender.outcome = lambda p: TryLater("unreachable") if p.first.planned.chat_id == LEADER else None
    await scene.until(FRIDAY_21 + 35 * MINUTE, step=HOUR)
    await scene.stores.rules.hand_over(rule.id, 0, now=scene.clock())
    scene.clock.move(MINUTE)
    return rule


async def test_who_takes_over_with_another_hour_gets_one_summary(scene: Scene) -> None:
    rule = await leaderless_summary(scene)
    await to(scene, rule, AT_20, leader_id=6)
    await scene.until(FRIDAY_21 + 5 * HOUR, step=HOUR)
    assert len(summed_up(scene)) == 1


async def test_who_takes_over_with_other_days_is_told_nothing_of_what_is_off(scene: Scene) -> None:
    rule = await scene.add(THAT_MORNING)
    scene.sender.outcome = lambda p: TryLater("unreachable") if p.first.planned.chat_id == LEADER else None
    await scene.until(FRIDAY_9 + HOUR, step=HOUR)
    await scene.stores.rules.hand_over(rule.id, 0, now=scene.clock())
    scene.clock.move(MINUTE)
    await to(scene, rule, SATURDAY, leader_id=6)
    await scene.until(FRIDAY_9 + 5 * HOUR, step=HOUR)
    private = [(p.purpose, p.nominal) for p in scene.sender.promises if p.chat_id == 6]
    assert not [p for p in private if p[1] == FRIDAY], private


@pytest.mark.parametrize("what", ["place", "other skip", "leader"])
async def test_news_in_flight_and_another_place(scene: Scene, what: str) -> None:
    rule = await scene.add(THAT_MORNING)
    await scene.until(FRIDAY_9 + HOUR, step=HOUR)
    await saved(scene, rule, AT_20)

    async def change() -> None:
        stored = await scene.stores.rules.get(rule.id)
        assert stored is not None
        if what == "place":
            await scene.stores.rules.change(rule.id, replace(stored.rule, place="三楼"), now=scene.clock())
        elif what == "leader":
            await scene.stores.rules.hand_over(rule.id, 6, now=scene.clock())
        else:
            await scene.stores.rules.skip(rule.id, AT_20.start + timedelta(days=14), now=scene.clock())

    in_flight(scene, change)
    await scene.until(FRIDAY_9 + 10.5 * HOUR, step=HOUR)
    assert [p.event_at for p in scene.sender.of("remind") if p.event_at == FRIDAY_20] != []


async def test_news_not_sent_yet_and_then_an_end(scene: Scene) -> None:
    rule = await scene.add(THAT_MORNING)
    await scene.until(FRIDAY_9 + HOUR, step=HOUR)
    scene.sender.outcome = lambda _: TryLater("unreachable")
    await saved(scene, rule, AT_20)
    await scene.until(scene.clock() + 2 * MINUTE, step=MINUTE)
    await saved(scene, rule, replace(AT_20, rrule=f"{FRI};UNTIL=20260701T000000"))
    scene.sender.outcome = lambda _: None
    await scene.until(FRIDAY_9 + 10.5 * HOUR, step=HOUR)
    assert [p.event_at for p in scene.sender.of("remind") if p.event_at == FRIDAY_20] != []


async def test_news_in_flight_that_calls_off_and_then_another_hour(scene: Scene) -> None:
    rule = await scene.add(THAT_MORNING)
    await scene.until(FRIDAY_9 + HOUR, step=HOUR)
    await saved(scene, rule, SATURDAY)
    in_flight(scene, lambda: saved(scene, rule, replace(SATURDAY, start=datetime(2026, 3, 7, 20, 0))))
    await scene.until(FRIDAY_9 + 10.5 * HOUR, step=HOUR)
    assert called_off(scene) == ["2026-03-06T19:30"]


async def test_dues_whose_summary_is_late_and_another_hour(scene: Scene) -> None:
    eight = datetime(2026, 3, 6, 8, 0)
    rule = await scene.add(meeting(kind="dues", schedule=Schedule(eight, FRI), leads=(Lead(),)))
    await scene.until(datetime(2026, 3, 7, 0, 59, tzinfo=UTC), step=HOUR)
    scene.sender.outcome = lambda p: TryLater("unreachable") if p.first.planned.chat_id == LEADER else None
    await scene.until(datetime(2026, 3, 8, 0, 30, tzinfo=UTC), step=HOUR)
    await saved(scene, rule, AT_20)
    scene.sender.outcome = lambda _: None
    await scene.until(datetime(2026, 3, 8, 12, 30, tzinfo=UTC), step=HOUR)
    assert len(scene.sender.of("summary")) == 1


@pytest.mark.parametrize("hour", [19.5, 20])
async def test_overdue_then_skipped_then_another_hour_then_not_skipped(scene: Scene, hour: float) -> None:
    rule = await scene.add(THAT_MORNING)
    scene.sender.outcome = lambda _: TryLater("unreachable")
    await scene.until(FRIDAY_9 - MINUTE)
    await scene.until(FRIDAY_9 + HOUR, step=HOUR)
    await scene.stores.rules.skip(rule.id, FRIDAY, now=scene.clock())
    schedule = FRIDAYS if hour != 20 else AT_20
    await saved(scene, rule, schedule)
    await unskipped(scene, rule, schedule.start)
    scene.sender.outcome = lambda _: None
    await scene.until(FRIDAY_9 + 10.4 * HOUR, step=HOUR)
    assert [p.nominal for p in scene.sender.of("remind")] == [schedule.start]


async def test_another_hour_and_then_without_the_reminder_that_would_have_told_it(scene: Scene) -> None:
    rule = await scene.add(meeting(leads=(Lead(at=time(9)), Lead(minutes=60))))
    await scene.until(FRIDAY_9 + HOUR, step=HOUR)
    await saved(scene, rule, AT_20)
    await scene.until(scene.clock() + 10 * MINUTE, step=MINUTE)
    assert len(scene.sender.of("remind")) == 1
    await saved(scene, rule, AT_20, leads=(Lead(at=time(9)),))
    await scene.until(FRIDAY_20, step=HOUR)
    assert [p.event_at for p in scene.sender.of("remind")] == [FRIDAY_20 - HOUR / 2, FRIDAY_20]


@pytest.mark.parametrize("changed", [{"place": "三楼"}, {"nag": Lead(minutes=60)}])
async def test_something_else_and_then_an_end_around_the_minute_of_the_reminder(
    scene: Scene, changed: dict[str, Any]
) -> None:
    rule = await scene.add(THAT_MORNING)
    await scene.until(FRIDAY_9 - MINUTE, step=HOUR)
    scene.clock.now = FRIDAY_9 - timedelta(seconds=1)
    await saved(scene, rule, FRIDAYS, **changed)
    scene.clock.move(timedelta(seconds=3))  # nothing was planned meanwhile
    await saved(scene, rule, Schedule(FRIDAY, f"{FRI};UNTIL=20260701T000000"))
    await scene.until(FRIDAY_9 + 3 * HOUR, step=10 * MINUTE)
    assert [p.nominal for p in scene.sender.of("remind")] == [FRIDAY]
