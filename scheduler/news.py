"""What a change has to tell the group at once: what it goes by and is so no more, and what no reminder tells in time.

Worked out from what the group was told and what is to come, not from the change: so it does not matter how often a rule
was changed, or in how many steps. Pure.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from scheduler.by_hand import FAR_ENOUGH, MOVED, at_once, next_event
from scheduler.changed import Changed
from scheduler.coming import event_on_the_day
from scheduler.delivery import Delivery, Planned
from scheduler.recurrence import lead_moments, next_occurrences
from scheduler.rule import GroupRule, Occurrence, Rule
from scheduler.workdays import Workdays

SETTING_OUT = timedelta(minutes=30)  # before a meeting: by then who comes must have heard


@dataclass(frozen=True)
class Told:
    """A time to come that the group goes by. nominal: of the event as it was named then. local: naive, of the group."""

    nominal: datetime
    at: datetime
    local: datetime


def news_of(
    stored: GroupRule, fresh: GroupRule, known: Sequence[Delivery], workdays: Workdays, *, now: datetime
) -> tuple[Planned, ...]:
    """All that is to be told at once, in place of what waits to be told: one for each event, in order of time.

    known: all deliveries of the rule, in order of due time. "was" in the payload: the times that the group goes by, of
    days that have no such event any more; naive local, ISO.
    """
    if fresh.state != "active":
        return ()
    changed = Changed(stored, fresh, workdays, now)
    skipped = {event.nominal for nominal in fresh.skipped if (event := changed.stays_skipped(nominal)) is not None}
    ahead = next_occurrences(fresh.rule.schedule, workdays, after=now, count=FAR_ENOUGH)
    to_come = [event for event in ahead if event.nominal not in skipped]
    told = _gone_by(known, stored, workdays, now=now)
    days_off = {event.local.date() for event in ahead if event.nominal in skipped}
    wrong = [t for t in told if t.at not in {event.at for event in ahead}]
    untrue = [t for t in wrong if t.local.date() not in days_off or changed.becomes(t.nominal) in to_come]
    heard = {t.at for t in told}
    telling: dict[Occurrence, list[str]] = {}
    many = Counter(t.local.date() for t in told)
    for time in untrue if to_come else ():
        event = _instead_of(time, to_come, changed, heard)
        is_moved = event.local.date() == time.local.date()
        if not is_moved or (many[time.local.date()] > 1 and changed.becomes(time.nominal) != event):
            telling.setdefault(event, []).append(time.local.isoformat(timespec="minutes"))
        elif not _is_told_by(fresh.rule, event, min(event.at, time.at) - SETTING_OUT, now):
            telling.setdefault(event, [])
    waiting = {d.planned.event_at for d in known if d.planned.lead == MOVED and d.state == "pending"}
    for event, until in _unannounced(stored, known, to_come, workdays, now):
        if (event.at not in heard or event.at in waiting) and not _is_told_by(fresh.rule, event, until, now):
            telling.setdefault(event, [])
    in_order = sorted(telling.items(), key=lambda item: item[0].at)
    found = [(at_once(fresh, event, MOVED, stored.revision, now=now), was) for event, was in in_order]
    return tuple(replace(planned, payload={"was": sorted(set(was))} if was else {}) for planned, was in found)


def _gone_by(known: Iterable[Delivery], stored: GroupRule, workdays: Workdays, *, now: datetime) -> list[Told]:
    """What was told of a day last, as many times as it has events, without what was called off since.

    What is on its way may be heard, or not: it counts as told, and calls nothing off.
    """
    zone = ZoneInfo(stored.rule.schedule.zone)
    by_day: dict[date, list[Told]] = defaultdict(list)
    for delivery in (d for d in known if d.planned.purpose == "remind" and _may_be_heard(d)):
        planned = delivery.planned
        for was in map(datetime.fromisoformat, planned.payload.get("was", ()) if delivery.state == "sent" else ()):
            by_day[was.date()] = [t for t in by_day[was.date()] if t.local != was]
        if planned.event_at is not None and planned.nominal is not None:
            local = planned.event_at.astimezone(zone).replace(tzinfo=None)
            others = [t for t in by_day[local.date()] if t.local != local]
            by_day[local.date()] = [*others, Told(planned.nominal, planned.event_at, local)]
    events = next_occurrences(stored.rule.schedule, workdays, after=now - timedelta(days=1), count=FAR_ENOUGH)
    many = Counter(event.local.date() for event in events)
    last = [told for day, times in by_day.items() for told in times[-max(1, many[day]) :]]
    return sorted((told for told in last if told.at > now), key=lambda told: told.at)


def _may_be_heard(delivery: Delivery) -> bool:
    return delivery.state in ("sending", "sent") or delivery.is_doubtful


def _instead_of(time: Told, to_come: Sequence[Occurrence], changed: Changed, heard: Collection[datetime]) -> Occurrence:
    """What comes on its day, or it became; else the first that comes later, or that nobody was told of yet."""
    same_day = [event for event in to_come if event.local.date() == time.local.date() and event.at not in heard]
    became = changed.becomes(time.nominal)
    other = [event for event in to_come if event == became]
    others = [event for event in to_come if event.at > time.at or event.at not in heard]
    return next(iter([*same_day, *other, *others, *to_come]))


def _unannounced(
    stored: GroupRule, known: Sequence[Delivery], to_come: Sequence[Occurrence], workdays: Workdays, now: datetime
) -> list[tuple[Occurrence, datetime]]:
    """What comes though nobody expects it: the next one when it is moved, and what waits to be told; each with when
    it must have been heard of. Only where it was reminded of before do people come as usual."""
    waiting = {d.planned.event_at for d in known if d.planned.lead == MOVED and d.state == "pending"}
    found = [(event, event.at - SETTING_OUT) for event in to_come if event.at in waiting]
    if to_come:
        event = to_come[0]
        usual = event_on_the_day(stored, event.nominal, workdays) or next_event(stored, workdays, now=now)
        is_usual = usual is not None and any(_may_be_heard(d) for d in known)
        if usual is None or usual.at != event.at:
            until = min(event.at, usual.at) - SETTING_OUT if usual is not None and is_usual else event.at
            found.append((event, until))
    return found


def _is_told_by(rule: Rule, event: Occurrence, until: datetime, now: datetime) -> bool:
    moments = lead_moments(event, rule.leads, rule.schedule.zone)
    return any(now <= at <= until for _, at in moments)
