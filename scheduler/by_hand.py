"""What goes to the group at once, beside the plan: somebody asks for it, or an event is moved. Pure."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

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
    """What a change has to tell the group at once: a new time that no reminder would tell soon enough, and what is off.

    known: all deliveries of the rule, in order of due time. "was" in the payload: the times that were told, of days
    that have no event any more, which no reminder would say; naive local, ISO.
    """
    if stored.state != "active":
        return ()
    to_come = _to_come(stored, fresh.rule, workdays, now=now)
    off: dict[Occurrence, list[str]] = {}
    for move in _moves(stored, fresh.rule, known, workdays, now=now):
        told_at = _last_told_of(move, known)
        called_off = _called_off(move, told_at, to_come, fresh.rule)
        if called_off or comes_unheard(move, fresh.rule, told_at=told_at, now=now):
            off.setdefault(move.event, []).extend(called_off)
    for news in (d.planned for d in known if d.planned.lead == MOVED and d.state in ("pending", "sending")):
        _take_over(news, off, to_come, known)
    found = [(at_once(fresh, event, MOVED, stored.revision, now=now), was) for event, was in off.items()]
    return tuple(replace(planned, payload={"was": sorted(set(was))} if was else {}) for planned, was in found)


def _last_told_of(move: Move, known: Sequence[Delivery]) -> datetime | None:
    """Of the day that it moves to, where people may still come as told before, or of the day that it leaves."""
    there = last_told(known, move.event.nominal.date())
    return there if there is not None or move.was is None else last_told(known, move.was.nominal.date())


def _take_over(
    news: Planned, off: dict[Occurrence, list[str]], to_come: Sequence[Occurrence], known: Sequence[Delivery]
) -> None:
    """Into `off`: what an earlier change has not said yet, where this one makes it untrue or repeats it."""
    was = [time for time in (news.payload or {}).get("was", ()) if not _at(datetime.fromisoformat(time), to_come)]
    stands = next((event for event in to_come if event.at == news.event_at), None)
    if stands is not None:
        if stands in off:
            off[stands].extend(was)
        return
    same_day = _on(news.nominal.date(), to_come) if news.nominal is not None else []
    event = next(iter([*same_day, *(to_come if was else ())]), None)
    if event is not None and (was or last_told(known, event.nominal.date()) != event.at):
        off.setdefault(event, []).extend(was)


def _called_off(move: Move, told_at: datetime | None, to_come: Sequence[Occurrence], changed: Rule) -> list[str]:
    """The time that was told, when nothing else comes on that day."""
    if move.was is None or told_at is None:
        return []
    local = told_at.astimezone(ZoneInfo(changed.schedule.zone)).replace(tzinfo=None)
    return [] if _at(local, to_come) else [local.isoformat(timespec="minutes")]


def _at(local: datetime, events: Iterable[Occurrence]) -> bool:
    """Whether something comes on that local day."""
    return any(event.local.date() == local.date() for event in events)


def _moves(
    stored: GroupRule, changed: Rule, known: Sequence[Delivery], workdays: Workdays, *, now: datetime
) -> list[Move]:
    """Of the next event, and of every other one to come that the group was told of."""
    to_come = _to_come(stored, changed, workdays, now=now)
    told = [planned for planned in _told(known) if planned.event_at is not None and planned.event_at > now]
    first = moved(stored, changed, workdays, now=now)
    moves = [first] if first is not None else []
    for nominal in dict.fromkeys(planned.nominal for planned in told if planned.nominal is not None):
        was = event_on_the_day(stored, nominal, workdays)
        if was is not None and was.at > now and was.nominal not in stored.skipped:
            event = _in_place_of(was, to_come, {planned.event_at for planned in told})
            moves += [Move(was, event)] if event is not None and event.at != was.at else []
    return list(dict.fromkeys(moves))


def _in_place_of(
    was: Occurrence, to_come: Sequence[Occurrence], told: Collection[datetime | None]
) -> Occurrence | None:
    """What is at its time, or on its day; else the first that comes later, or that nobody was told of yet."""
    at_its_time = [event for event in to_come if event.at == was.at]
    others = [event for event in to_come if event.at > was.at or event.at not in told]
    return next(iter([*at_its_time, *_on(was.nominal.date(), to_come), *others]), None)


def _on(day: date, events: Iterable[Occurrence]) -> list[Occurrence]:
    return [event for event in events if event.nominal.date() == day]


def _to_come(stored: GroupRule, changed: Rule, workdays: Workdays, *, now: datetime) -> list[Occurrence]:
    """After the change, without those whose day is skipped."""
    events = next_occurrences(changed.schedule, workdays, after=now, count=_FAR_ENOUGH)
    return [event for event in events if not _is_skipped(event, stored, workdays)]


def _is_skipped(event: Occurrence, stored: GroupRule, workdays: Workdays) -> bool:
    if not stored.skipped:
        return False
    was = event_on_the_day(stored, event.nominal, workdays)
    return was is not None and was.nominal in stored.skipped


def next_event(group_rule: GroupRule, workdays: Workdays, *, now: datetime) -> Occurrence | None:
    """The first to come that is not skipped."""
    events = next_occurrences(group_rule.rule.schedule, workdays, after=now, count=_FAR_ENOUGH)
    return next((event for event in events if event.nominal not in group_rule.skipped), None)


def moved(stored: GroupRule, changed: Rule, workdays: Workdays, *, now: datetime) -> Move | None:
    """What a change does to the next event that is not skipped; None when that stays."""
    event = next(iter(_to_come(stored, changed, workdays, now=now)), None)
    if event is None:
        return None
    was = event_on_the_day(stored, event.nominal, workdays) or next_event(stored, workdays, now=now)
    return None if was is not None and was.at == event.at else Move(was, event)


def last_told(deliveries: Iterable[Delivery], day: date) -> datetime | None:
    """For when the group was told last to come on that nominal day; aware, UTC. deliveries: in order of due time."""
    told = [p.event_at for p in _told(deliveries) if p.nominal is not None and p.nominal.date() == day]
    return told[-1] if told else None


def _told(deliveries: Iterable[Delivery]) -> list[Planned]:
    return [d.planned for d in deliveries if d.planned.purpose == "remind" and d.state in ("sending", "sent")]


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
