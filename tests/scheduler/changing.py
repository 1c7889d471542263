"""A Friday's meeting whose dates are changed, as the pages do it: the moments that matter, and what was said since."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from scheduler.delivery import Outcome, Planned, TryLater
from scheduler.news import news_of
from scheduler.ports import Parcel
from scheduler.rule import GroupRule, Lead, Schedule
from tests.scheduler.kit import Scene, meeting

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
FRIDAY = datetime(2026, 3, 6, 19, 30)
FRIDAY_9 = datetime(2026, 3, 6, 1, 0, tzinfo=UTC)  # 9:00 there
FRIDAY_20 = datetime(2026, 3, 6, 12, 0, tzinfo=UTC)
FRIDAY_21 = datetime(2026, 3, 6, 13, 0, tzinfo=UTC)
FRI = "FREQ=WEEKLY;BYDAY=FR"
FRIDAYS = Schedule(FRIDAY, FRI)
AT_20 = Schedule(FRIDAY.replace(hour=20, minute=0), FRI)
AT_21 = Schedule(FRIDAY.replace(hour=21, minute=0), FRI)
SATURDAY = Schedule(datetime(2026, 3, 7, 19, 30), "FREQ=WEEKLY;BYDAY=SA")
BOTH = Schedule(FRIDAY, "FREQ=WEEKLY;BYDAY=FR,SA")
THAT_MORNING = meeting(leads=(Lead(at=time(9)),))
Act = Callable[[], Awaitable[object]]


async def to(scene: Scene, rule: GroupRule, schedule: Schedule, **more: Any) -> None:
    """By the calendar in force, whatever else was changed before."""
    stored = await current(scene, rule)
    changed = replace(stored.rule, schedule=schedule)
    assert await scene.stores.rules.change(rule.id, changed, now=scene.clock(), workdays=scene.calendar, **more)


async def current(scene: Scene, rule: GroupRule) -> GroupRule:
    stored = await scene.stores.rules.get(rule.id)
    assert stored is not None
    return stored


async def saved(scene: Scene, rule: GroupRule, schedule: Schedule, **changes: Any) -> None:
    """As the page saves it, with what the group has to be told at once. changes: of the rule, beside its dates."""
    stored = await current(scene, rule)
    fresh = replace(stored, rule=replace(stored.rule, schedule=schedule, **changes))
    beside, calendar = await _news(scene, stored, fresh), scene.calendar
    assert await scene.stores.rules.change(
        rule.id, fresh.rule, now=scene.clock(), workdays=calendar, revision=stored.revision, beside=beside
    )


async def resumed(scene: Scene, rule: GroupRule) -> None:
    """As the button does it."""
    stored = await current(scene, rule)
    beside = await _news(scene, stored, replace(stored, state="active"))
    assert await scene.stores.rules.resume(rule.id, now=scene.clock(), beside=beside)


async def unskipped(scene: Scene, rule: GroupRule, nominal: datetime) -> None:
    """As the button does it."""
    stored = await current(scene, rule)
    assert nominal in stored.skipped
    beside = await _news(scene, stored, replace(stored, skipped=stored.skipped - {nominal}))
    await scene.stores.rules.unskip(rule.id, nominal, now=scene.clock(), beside=beside)


async def _news(scene: Scene, stored: GroupRule, fresh: GroupRule) -> Sequence[Planned]:
    known = await scene.stores.deliveries.of_rule(stored.id)
    return news_of(stored, fresh, known, scene.calendar, now=scene.clock())


async def overdue(scene: Scene) -> GroupRule:
    """What was to be said at nine can't be said for an hour."""
    stored = await scene.add(THAT_MORNING)
    scene.sender.outcome = lambda _: TryLater("unreachable")
    await scene.until(FRIDAY_9 - MINUTE)
    await scene.until(FRIDAY_9 + HOUR, step=HOUR)
    scene.sender.outcome = lambda _: None
    return stored


def in_flight(scene: Scene, act: Act) -> list[Parcel]:
    """What is sent next is on its way while that is done, and does not arrive. The parcel, once it has been sent."""
    real, caught = scene.sender.send, list[Parcel]()

    async def send(parcel: Parcel) -> Outcome:
        scene.sender.send = real  # type: ignore[method-assign]
        caught.append(parcel)
        await act()
        return TryLater("unreachable")

    scene.sender.send = send  # type: ignore[method-assign]
    return caught


async def crashed(scene: Scene, act: Act) -> None:
    """What is due is on its way while that is done; the process dies before it hears of it, and another one starts."""
    now, lease = scene.clock(), timedelta(seconds=60)
    claim = await scene.stores.deliveries.claim("dead", now=now, lease=lease, count=9, limits=scene.limits)
    assert claim.parcels
    await act()
    scene.clock.move(2 * MINUTE)
    scene.runner = scene.new_runner()


def summed_up(scene: Scene) -> list[Planned]:
    """What came of the meeting, without what it looked like before."""
    return [p for p in scene.sender.of("summary") if p.due_at > FRIDAY_20]


def called_off(scene: Scene) -> list[str]:
    """The times, local, ISO, as often as the group heard it."""
    return [was for p in scene.sender.of("remind") for was in p.payload.get("was", ())]
