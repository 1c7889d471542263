"""A message is on its way while its rule is changed, and does not arrive; or its process dies before it hears of it."""

import asyncio
from dataclasses import replace
from datetime import time, timedelta

import pytest
from sqlalchemy import update

from scheduler.by_hand import ASKED, MOVED, at_once
from scheduler.changed import Changed
from scheduler.coming import event_of
from scheduler.delivery import TryLater, after_send
from scheduler.ports import Result
from scheduler.rule import Lead
from storage.carrying import carried_over
from storage.tables import RuleRow, table_of
from tests.scheduler.changing import (
    AT_20,
    AT_21,
    FRIDAY,
    FRIDAY_9,
    FRIDAY_20,
    FRIDAY_21,
    FRIDAYS,
    HOUR,
    MINUTE,
    SATURDAY,
    THAT_MORNING,
    crashed,
    current,
    in_flight,
    overdue,
    saved,
    unskipped,
)
from tests.scheduler.kit import Scene

rules = table_of(RuleRow)
EIGHT = (Lead(at=time(8)),)


async def test_news_that_became_untrue_while_their_process_died_are_not_told(scene: Scene) -> None:
    rule = await scene.add(THAT_MORNING)
    await scene.until(FRIDAY_9 + HOUR, step=HOUR)
    await saved(scene, rule, AT_20)
    await crashed(scene, lambda: saved(scene, rule, AT_21))
    await scene.until(FRIDAY_20 - HOUR, step=HOUR)
    assert [p.event_at for p in scene.sender.of("remind") if p.lead == MOVED] == [FRIDAY_21]


async def test_news_that_are_true_again_when_they_come_back_are_told(scene: Scene) -> None:
    rule = await scene.add(THAT_MORNING)
    await scene.until(FRIDAY_9 + HOUR, step=HOUR)
    await saved(scene, rule, AT_20)

    async def there_and_back() -> None:
        await saved(scene, rule, AT_21)
        scene.clock.move(timedelta(seconds=3))
        await saved(scene, rule, AT_20)

    assert in_flight(scene, there_and_back) == []
    await scene.until(FRIDAY_20 - HOUR, step=HOUR)
    assert [p.event_at for p in scene.sender.of("remind") if p.lead == MOVED] == [FRIDAY_20]


@pytest.mark.parametrize("lead", [ASKED, "+again"])
async def test_what_was_asked_for_by_hand_is_not_said_of_a_day_that_is_off(scene: Scene, lead: str) -> None:
    rule = await scene.add(THAT_MORNING)
    await scene.until(FRIDAY_9 + HOUR, step=HOUR)
    event = event_of(rule, FRIDAY, scene.calendar)
    assert event is not None
    await scene.stores.plans.add([at_once(rule, event, lead, 0, now=scene.clock())])
    caught = in_flight(scene, lambda: saved(scene, rule, SATURDAY))
    await scene.until(FRIDAY_9 + 3 * HOUR, step=10 * MINUTE)
    assert [parcel.first.planned.lead for parcel in caught] == [lead]
    assert [p.lead for p in scene.sender.of("remind") if p.lead == lead] == []


async def test_what_was_deleted_while_its_process_died_is_said_when_it_is_back(scene: Scene) -> None:
    rule = await scene.add(THAT_MORNING)
    await scene.until(FRIDAY_9 - MINUTE, step=HOUR)
    scene.clock.now = FRIDAY_9
    await crashed(scene, lambda: scene.stores.rules.delete(rule.id, now=scene.clock()))
    scene.runner.wake()
    await scene.runner.settled()
    assert scene.sender.of("remind") == []
    scene.clock.move(2 * MINUTE)
    assert await scene.stores.rules.restore(rule.id, now=scene.clock())
    await scene.until(FRIDAY_9 + 3 * HOUR, step=10 * MINUTE)
    assert [p.nominal for p in scene.sender.of("remind")] == [FRIDAY]


async def test_what_was_skipped_while_its_process_died_is_said_when_it_is_not_skipped_any_more(scene: Scene) -> None:
    rule = await scene.add(THAT_MORNING)
    await scene.until(FRIDAY_9 - MINUTE, step=HOUR)
    scene.clock.now = FRIDAY_9
    await crashed(scene, lambda: scene.stores.rules.skip(rule.id, FRIDAY, now=scene.clock()))
    scene.runner.wake()
    await scene.runner.settled()
    assert scene.sender.of("remind") == []
    scene.clock.move(2 * MINUTE)
    await unskipped(scene, rule, FRIDAY)
    await scene.until(FRIDAY_9 + 3 * HOUR, step=10 * MINUTE)
    assert [p.nominal for p in scene.sender.of("remind")] == [FRIDAY]


async def test_news_on_their_way_when_the_rule_was_deleted_are_told_when_it_is_back(scene: Scene) -> None:
    rule = await scene.add(THAT_MORNING)
    await scene.until(FRIDAY_9 + HOUR, step=HOUR)
    await saved(scene, rule, AT_20)
    in_flight(scene, lambda: scene.stores.rules.delete(rule.id, now=scene.clock()))
    await scene.until(scene.clock() + 3 * MINUTE, step=MINUTE)
    assert [p.event_at for p in scene.sender.of("remind")] == [FRIDAY_20 - HOUR / 2]
    assert await scene.stores.rules.restore(rule.id, now=scene.clock())
    await scene.until(FRIDAY_20 - HOUR, step=HOUR)
    assert [p.event_at for p in scene.sender.of("remind")][1:] == [FRIDAY_20]


async def test_a_reminder_on_its_way_is_said_though_it_would_come_at_another_time_now(scene: Scene) -> None:
    rule = await scene.add(THAT_MORNING)
    await scene.until(FRIDAY_9 - MINUTE, step=HOUR)

    async def at_eight() -> None:
        scene.clock.move(timedelta(seconds=3))
        await saved(scene, rule, FRIDAYS, leads=EIGHT)

    in_flight(scene, at_eight)
    await scene.until(FRIDAY_9 + 3 * HOUR, step=10 * MINUTE)
    assert [p.nominal for p in scene.sender.of("remind")] == [FRIDAY]


async def test_an_overdue_reminder_is_said_though_it_would_come_at_another_time_now(scene: Scene) -> None:
    rule = await overdue(scene)
    await saved(scene, rule, FRIDAYS, leads=EIGHT)
    await scene.until(FRIDAY_9 + 3 * HOUR, step=10 * MINUTE)
    assert [p.nominal for p in scene.sender.of("remind")] == [FRIDAY]


async def test_who_records_while_a_change_is_being_saved_waits_for_it(scene: Scene) -> None:
    """Another replica, whose news did not arrive, and are not true any more."""
    rule = await scene.add(THAT_MORNING)
    await scene.until(FRIDAY_9 + HOUR, step=HOUR)
    await saved(scene, rule, AT_20)
    store, now = scene.stores.deliveries, scene.clock()
    claim = await store.claim("a", now=now, lease=timedelta(seconds=60), count=9, limits=scene.limits)
    (delivery,) = claim.parcels[0].deliveries
    stored = await current(scene, rule)
    changed = Changed(stored, replace(stored, rule=replace(stored.rule, schedule=AT_21)), scene.calendar, now)
    failed = Result(delivery, after_send(delivery, TryLater("unreachable"), now=now), stored.revision, ())
    async with store.engine.begin() as connection:  # as RuleStore.change
        raised = update(rules).where(rules.c.id == rule.id).values(revision=stored.revision + 1)
        await connection.execute(raised)
        await carried_over(store.engine, connection, changed)
        recording = asyncio.create_task(store.record([failed], now=now))
        done, _ = await asyncio.wait({recording}, timeout=0.5)
        assert not done
    assert await recording
    found = await store.get(delivery.id)
    assert found is not None and (found.planned.lead, found.state) == (MOVED, "withdrawn")


async def test_the_reminders_of_what_is_being_told_stay_when_something_else_is_changed(scene: Scene) -> None:
    rule = await scene.add(THAT_MORNING)
    await scene.until(FRIDAY_9 + HOUR, step=HOUR)
    await saved(scene, rule, SATURDAY)
    in_flight(scene, lambda: saved(scene, rule, SATURDAY, place="三楼"))
    scene.runner.wake()
    await scene.runner.settled()
    await scene.until(FRIDAY_9 + 25 * HOUR, step=HOUR)
    reminded = [p.lead for p in scene.sender.of("remind") if p.nominal == SATURDAY.start]
    assert reminded[-1] == "0d@09:00" and len(reminded) == 2
