"""The hour of a meeting is changed: what was said of it is not said again, but for the hour."""

from datetime import time

from scheduler.rule import Lead
from tests.scheduler.changing import (
    AT_20,
    AT_21,
    FRIDAY,
    FRIDAY_9,
    FRIDAY_20,
    FRIDAY_21,
    HOUR,
    MINUTE,
    THAT_MORNING,
    in_flight,
    saved,
)
from tests.scheduler.kit import Scene, meeting


async def test_a_nag_that_was_sent_is_not_sent_again(scene: Scene) -> None:
    rule = await scene.add(meeting(leads=(Lead(at=time(9)),), nag=Lead(minutes=60)))
    await scene.until(FRIDAY_20 - 80 * MINUTE, step=HOUR)
    assert len(scene.sender.of("nag")) == 1
    await saved(scene, rule, AT_21)
    await scene.until(FRIDAY_20 + 2 * HOUR, step=HOUR)
    assert len(scene.sender.of("nag")) == 1


async def test_a_reminder_comes_again_for_the_new_hour_and_the_checklist_does_not(scene: Scene) -> None:
    rule = await scene.add(meeting(leads=(Lead(minutes=600),)))
    await scene.until(FRIDAY_9 + HOUR, step=HOUR)  # said at 9:30
    await saved(scene, rule, AT_21)
    await scene.until(FRIDAY_20, step=HOUR)  # at 11:00
    assert [p.event_at for p in scene.sender.of("remind")] == [FRIDAY_20 - HOUR / 2, FRIDAY_21]
    assert len([p for p in scene.sender.of("checklist") if p.nominal in (FRIDAY, AT_21.start)]) == 1


async def test_a_reminder_that_did_not_arrive_and_the_news_of_another_hour_are_one_message(scene: Scene) -> None:
    rule = await scene.add(THAT_MORNING)
    await scene.until(FRIDAY_9 - MINUTE, step=HOUR)
    assert in_flight(scene, lambda: saved(scene, rule, AT_20)) == []
    await scene.until(FRIDAY_9 + 3 * HOUR, step=10 * MINUTE)
    assert [p.event_at for p in scene.sender.of("remind")] == [FRIDAY_20]
