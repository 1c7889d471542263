"""What was held is summed up, whatever becomes of its rule; what never took place is not."""

from datetime import date, datetime, time, timedelta

import pytest

from scheduler.rule import Lead, Schedule
from scheduler.workdays import SpecialDay, Workdays
from tests.scheduler.changing import (
    FRI,
    FRIDAY,
    FRIDAY_9,
    FRIDAY_20,
    FRIDAY_21,
    HOUR,
    SATURDAY,
    THAT_MORNING,
    saved,
    summed_up,
)
from tests.scheduler.kit import Scene, meeting

HALF_PAST_8 = Schedule(datetime(2026, 3, 6, 8, 30), FRI)


async def test_what_was_held_on_a_holiday_is_summed_up_once_though_it_would_be_put_off_now(scene: Scene) -> None:
    scene.calendar = Workdays({date(2026, 3, 6): SpecialDay("holiday")})
    rule = await scene.add(THAT_MORNING)
    await scene.until(FRIDAY_20, step=HOUR)
    await saved(scene, rule, Schedule(FRIDAY, FRI, "next"))
    await scene.until(FRIDAY_21 + 5 * HOUR, step=HOUR)
    assert [p.nominal for p in summed_up(scene)] == [FRIDAY]


@pytest.mark.parametrize("hour", [time(7, 59), time(8), time(8, 30), time(9, 59)])
async def test_an_hour_that_was_past_when_it_was_chosen_is_not_summed_up(scene: Scene, hour: time) -> None:
    rule = await scene.add(THAT_MORNING)
    await scene.until(FRIDAY_9 + HOUR, step=HOUR)
    before = len(scene.sender.of("summary"))
    await saved(scene, rule, Schedule(datetime.combine(FRIDAY.date(), hour), FRI))
    await scene.until(FRIDAY_9 + timedelta(days=3), step=HOUR)
    assert scene.sender.of("summary")[before:] == []


async def test_what_was_held_and_moved_by_mistake_and_back_is_summed_up_once(scene: Scene) -> None:
    rule = await scene.add(meeting(schedule=HALF_PAST_8, leads=(Lead(),)))
    await scene.until(FRIDAY_9, step=HOUR)
    for schedule in (SATURDAY, HALF_PAST_8):
        await saved(scene, rule, schedule)
        scene.clock.move(timedelta(seconds=5))
    await scene.until(FRIDAY_9 + timedelta(days=3), step=HOUR)
    assert [p.nominal for p in scene.sender.of("summary")] == [HALF_PAST_8.start]
