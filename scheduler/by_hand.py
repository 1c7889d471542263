"""What goes to the group at once, beside the plan: somebody asks for it, or an event is moved. Pure."""

from datetime import datetime

from scheduler.delivery import GRACE, Planned
from scheduler.recurrence import lead_moments, next_occurrences
from scheduler.rule import GroupRule, Lead, Occurrence, Rule
from scheduler.workdays import Workdays

ASKED, MOVED = "+now", "+moved"
FAR_ENOUGH = 50  # events; more than anybody skips in a row


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


def next_event(group_rule: GroupRule, workdays: Workdays, *, now: datetime) -> Occurrence | None:
    """The first to come that is not skipped."""
    events = next_occurrences(group_rule.rule.schedule, workdays, after=now, count=FAR_ENOUGH)
    return next((event for event in events if event.nominal not in group_rule.skipped), None)


def leads_left(event: Occurrence, rule: Rule, *, now: datetime) -> tuple[tuple[Lead, ...], tuple[Lead, ...]]:
    """Of an event's leads: what has passed, and what is still to come."""
    moments = lead_moments(event, rule.leads, rule.schedule.zone)
    return tuple(lead for lead, at in moments if at < now), tuple(lead for lead, at in moments if at >= now)
