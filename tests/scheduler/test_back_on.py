"""What is paused or skipped is changed, and goes on after all: the group is told what it does not know."""

from scheduler.rule import Schedule
from tests.scheduler.changing import (
    AT_20,
    FRI,
    FRIDAY,
    FRIDAY_9,
    FRIDAY_20,
    HOUR,
    MINUTE,
    SATURDAY,
    THAT_MORNING,
    called_off,
    overdue,
    resumed,
    saved,
    unskipped,
)
from tests.scheduler.kit import Scene

AS_TOLD, ANEW = FRIDAY_20 - HOUR / 2, FRIDAY_20


async def test_another_hour_chosen_in_a_pause_is_told_when_it_goes_on(scene: Scene) -> None:
    rule = await scene.add(THAT_MORNING)
    await scene.until(FRIDAY_9 + HOUR, step=HOUR)
    assert await scene.stores.rules.pause(rule.id)
    await saved(scene, rule, AT_20)
    await scene.until(scene.clock() + 10 * MINUTE, step=MINUTE)
    assert [p.event_at for p in scene.sender.of("remind")] == [AS_TOLD]
    await resumed(scene, rule)
    await scene.until(FRIDAY_20, step=HOUR)
    assert [p.event_at for p in scene.sender.of("remind")] == [AS_TOLD, ANEW]


async def test_other_days_chosen_in_a_pause_call_off_the_told_day_when_it_goes_on(scene: Scene) -> None:
    rule = await scene.add(THAT_MORNING)
    await scene.until(FRIDAY_9 + HOUR, step=HOUR)
    assert await scene.stores.rules.pause(rule.id)
    await saved(scene, rule, SATURDAY)
    await resumed(scene, rule)
    await scene.until(FRIDAY_20, step=HOUR)
    assert called_off(scene) == ["2026-03-06T19:30"]


async def test_a_pause_in_which_nothing_was_changed_is_nothing_to_tell(scene: Scene) -> None:
    rule = await scene.add(THAT_MORNING)
    await scene.until(FRIDAY_9 + HOUR, step=HOUR)
    assert await scene.stores.rules.pause(rule.id)
    scene.clock.move(MINUTE)
    await resumed(scene, rule)
    await scene.until(FRIDAY_20, step=HOUR)
    assert [p.event_at for p in scene.sender.of("remind")] == [AS_TOLD]


async def test_another_hour_of_what_was_skipped_is_told_when_it_is_on_after_all(scene: Scene) -> None:
    rule = await scene.add(THAT_MORNING)
    await scene.until(FRIDAY_9 + HOUR, step=HOUR)
    await scene.stores.rules.skip(rule.id, FRIDAY, now=scene.clock())
    await saved(scene, rule, AT_20)
    await scene.until(scene.clock() + 10 * MINUTE, step=MINUTE)
    assert [p.event_at for p in scene.sender.of("remind")] == [AS_TOLD]
    await unskipped(scene, rule, AT_20.start)
    await scene.until(FRIDAY_20, step=HOUR)
    assert [p.event_at for p in scene.sender.of("remind")] == [AS_TOLD, ANEW]


async def test_what_was_overdue_and_skipped_goes_to_the_topic_of_now(scene: Scene) -> None:
    rule = await overdue(scene)
    await scene.stores.rules.skip(rule.id, FRIDAY, now=scene.clock())
    await scene.stores.rules.change(rule.id, THAT_MORNING, now=scene.clock(), thread_id=77)
    await unskipped(scene, rule, FRIDAY)
    await scene.until(FRIDAY_9 + 3 * HOUR, step=HOUR)
    assert [(p.nominal, p.thread_id) for p in scene.sender.of("remind")] == [(FRIDAY, 77)]


async def test_what_was_overdue_and_skipped_is_said_once_with_its_new_hour(scene: Scene) -> None:
    rule = await overdue(scene)
    await scene.stores.rules.skip(rule.id, FRIDAY, now=scene.clock())
    await saved(scene, rule, Schedule(FRIDAY, f"{FRI};UNTIL=20260701T000000"))
    await unskipped(scene, rule, FRIDAY)
    await scene.until(FRIDAY_20, step=HOUR)
    assert [p.nominal for p in scene.sender.of("remind")] == [FRIDAY]
