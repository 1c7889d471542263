"""A Friday's meeting whose dates are changed: the moments that matter, and how it comes to be overdue."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from scheduler.delivery import TryLater
from scheduler.rule import GroupRule, Lead, Schedule
from tests.scheduler.kit import Scene, meeting

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
FRIDAY = datetime(2026, 3, 6, 19, 30)
FRIDAY_9 = datetime(2026, 3, 6, 1, 0, tzinfo=UTC)  # 9:00 there
FRIDAY_21 = datetime(2026, 3, 6, 13, 0, tzinfo=UTC)
FRI = "FREQ=WEEKLY;BYDAY=FR"
AT_20 = Schedule(FRIDAY.replace(hour=20, minute=0), FRI)
THAT_MORNING = meeting(leads=(Lead(at=time(9)),))


async def to(scene: Scene, rule: GroupRule, schedule: Schedule, **more: Any) -> None:
    """By the calendar in force, whatever else was changed before."""
    stored = await scene.stores.rules.get(rule.id)
    assert stored is not None
    changed = replace(stored.rule, schedule=schedule)
    assert await scene.stores.rules.change(rule.id, changed, now=scene.clock(), workdays=scene.calendar, **more)


async def overdue(scene: Scene) -> GroupRule:
    """What was to be said at nine can't be said for an hour."""
    stored = await scene.add(THAT_MORNING)
    scene.sender.outcome = lambda _: TryLater("unreachable")
    await scene.until(FRIDAY_9 - MINUTE)
    await scene.until(FRIDAY_9 + HOUR, step=HOUR)
    scene.sender.outcome = lambda _: None
    return stored
