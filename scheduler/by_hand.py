"""What goes to the group at once, beside the plan: somebody asks for it, or an event is moved. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from scheduler.coming import event_on_the_day
from scheduler.delivery import GRACE, Delivery, Planned
from scheduler.recurrence import lead_moments, next_occurrences
from scheduler.rule import GroupRule, Lead, Occurrence, Rule
from scheduler.workdays import Workdays

ASKED, MOVED = "+now", "+moved"
_FAR_ENOUGH = 50  # events; more than anybody skips in a row


@dataclass(frozen=True)
class Move:
    """The next event is not when it was. was: None when nothing was to come."""

    was: Occurrence | None
    event: Occurrence


def at_once(group_rule: GroupRule, event: Occurrence, lead: str, number: int, *, now: datetime) -> Planned:
    """lead: one of those above. number: tells it from the others of this event and lead."""
    return Planned(
        key=f"{group_rule.id}/{event.nominal:%Y%m%dT%H%M}/remind/{lead}{number}",
        chat_id=group_rule.chat_id,
        thread_id=group_rule.thread_id,
        purpose="remind",
        due_at=now,
        expires_at=now + GRACE[group_rule.rule.kind],
        rule_id=group_rule.id,
        nominal=event.nominal,
        event_at=event.at,
        lead=lead,
    )


def news_of(
    stored: GroupRule, fresh: GroupRule, known: Sequence[Delivery], workdays: Workdays, *, now: datetime
) -> tuple[Planned, ...]:
    """What a change has to tell the group at once: a new time that no reminder would tell soon enough.

    known: all deliveries of the rule, in order of due time.
    """
    move = moved(stored, fresh.rule, workdays, now=now) if stored.state == "active" else None
    if move is None:
        return ()
    told_at = last_told(known, move.was.nominal.date()) if move.was is not None else None
    if not comes_unheard(move, fresh.rule, told_at=told_at, now=now):
        return ()
    return (at_once(fresh, move.event, MOVED, stored.revision, now=now),)


def next_event(group_rule: GroupRule, workdays: Workdays, *, now: datetime) -> Occurrence | None:
    """The first to come that is not skipped."""
    events = next_occurrences(group_rule.rule.schedule, workdays, after=now, count=_FAR_ENOUGH)
    return next((event for event in events if event.nominal not in group_rule.skipped), None)


def moved(stored: GroupRule, changed: Rule, workdays: Workdays, *, now: datetime) -> Move | None:
    """What a change does to the next event; None when that stays, or was skipped."""
    event = next(iter(next_occurrences(changed.schedule, workdays, after=now, count=1)), None)
    if event is None:
        return None
    was = event_on_the_day(stored, event.nominal, workdays) or next_event(stored, workdays, now=now)
    is_same = was is not None and (was.at == event.at or was.nominal in stored.skipped)
    return None if is_same else Move(was, event)


def last_told(deliveries: Iterable[Delivery], day: date) -> datetime | None:
    """For when the group was told last to come on that nominal day; aware, UTC. deliveries: in order of due time."""
    told = [
        d.planned.event_at
        for d in deliveries
        if d.planned.purpose == "remind" and d.state in ("sending", "sent")
        if d.planned.nominal is not None and d.planned.nominal.date() == day
    ]
    return told[-1] if told else None


def comes_unheard(move: Move, changed: Rule, *, told_at: datetime | None, now: datetime) -> bool:
    """Whether no reminder comes before somebody goes by the time that was told, or misses the new one."""
    if told_at == move.event.at:
        return False
    until = min(move.event.at, told_at or move.event.at)
    return not any(now <= at <= until for _, at in lead_moments(move.event, changed.leads, changed.schedule.zone))


def leads_left(event: Occurrence, rule: Rule, *, now: datetime) -> tuple[tuple[Lead, ...], tuple[Lead, ...]]:
    """Of an event's leads: what has passed, and what is still to come."""
    moments = lead_moments(event, rule.leads, rule.schedule.zone)
    return tuple(lead for lead, at in moments if at < now), tuple(lead for lead, at in moments if at >= now)
