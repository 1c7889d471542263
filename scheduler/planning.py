"""From a rule and a calendar to the deliveries of a span of time. Pure: planning the same again gives the same keys."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from operator import itemgetter
from zoneinfo import ZoneInfo

from scheduler.delivery import GRACE, Planned, Purpose
from scheduler.recurrence import lead_moments, occurrences
from scheduler.rule import GroupRule, Kind, Lead, Occurrence, Rule
from scheduler.workdays import Workdays

HORIZON = timedelta(days=35)
LOOK_BACK = timedelta(days=60)  # how far a machine that was down looks for what it missed
_LONGEST_LEAD = timedelta(days=31)
LATEST_AFTER = timedelta(days=2)  # what is due after its event is due by then
_SUMMARY_AFTER_LEAD = timedelta(minutes=30)
_SUMMARY_AFTER_MEETING = timedelta(hours=2)
_NEXT_MORNING = time(9)
PRIVATE_GRACE = timedelta(hours=24)
BEGINNING: frozenset[Kind] = frozenset({"meeting", "study"})  # once they have begun, nobody is asked to come
SUMMED_UP: frozenset[Kind] = frozenset({"meeting", "study", "dues", "report"})


def plan(group_rule: GroupRule, workdays: Workdays, *, after: datetime, until: datetime) -> list[Planned]:
    """Every delivery that is due at or after `after` and before `until` (aware, UTC)."""
    if group_rule.state != "active":
        return []
    ahead = _furthest_lead(group_rule.rule)
    events = occurrences(group_rule.rule.schedule, workdays, after=after - LATEST_AFTER, until=until + ahead)
    planned = (p for event in events if event.nominal not in group_rule.skipped for p in deliveries(group_rule, event))
    return [p for p in planned if after <= p.due_at < until]


def reach(rule: Rule, workdays: Workdays) -> timedelta:
    """How far back another calendar may move what was still to come by the one before."""
    return workdays.longest_break + _furthest_lead(rule) + LATEST_AFTER


def deliveries(group_rule: GroupRule, event: Occurrence) -> Iterator[Planned]:
    """All that is said about one event: to the group, and to its leader in private."""
    rule = group_rule.rule
    moments = _moments(rule, event)
    for due_at, lead in moments:
        yield _planned(group_rule, event, "remind", lead.key, due_at)
    if rule.nag is not None:
        _, due_at = lead_moments(event, (rule.nag,), rule.schedule.zone)[0]
        if due_at < event.at or rule.kind not in BEGINNING:
            yield _planned(group_rule, event, "nag", rule.nag.key, due_at)
    if not group_rule.leader_id:
        return
    if rule.kind == "meeting" and moments:
        yield _planned(group_rule, event, "checklist", "", moments[0][0])
    for lead_key, due_at in _summaries(rule, event, moments[-1][0] if moments else None):
        yield _planned(group_rule, event, "summary", lead_key, due_at)


def _moments(rule: Rule, event: Occurrence) -> list[tuple[datetime, Lead]]:
    """In order, of leads that fall on the same moment only one, and none after the event: all too late is on time."""
    found = lead_moments(event, rule.leads, rule.schedule.zone)
    by_moment = {at: lead for lead, at in reversed(found) if at <= event.at}
    return sorted(by_moment.items(), key=itemgetter(0)) or [(event.at, Lead())][: len(found)]


def _furthest_lead(rule: Rule) -> timedelta:
    leads = (*rule.leads, *([rule.nag] if rule.nag else []))
    return max((timedelta(days=1 + lead.days, minutes=lead.minutes) for lead in leads), default=_LONGEST_LEAD)


def _summaries(rule: Rule, event: Occurrence, last_lead: datetime | None) -> Iterator[tuple[str, datetime]]:
    if rule.kind not in SUMMED_UP:
        return
    if last_lead is not None and last_lead + _SUMMARY_AFTER_LEAD < event.at:
        yield "before", last_lead + _SUMMARY_AFTER_LEAD
    yield "after", _after_event(rule, event)


def _after_event(rule: Rule, event: Occurrence) -> datetime:
    """Two hours after a meeting; of dues and reports the next morning."""
    if rule.kind in BEGINNING:
        return event.at + _SUMMARY_AFTER_MEETING
    morning = datetime.combine(event.local.date() + timedelta(days=1), _NEXT_MORNING)
    return morning.replace(tzinfo=ZoneInfo(rule.schedule.zone)).astimezone(UTC)


def _planned(group_rule: GroupRule, event: Occurrence, purpose: Purpose, lead: str, due_at: datetime) -> Planned:
    in_private = purpose in ("checklist", "summary")
    return Planned(
        key=f"{group_rule.id}/{event.nominal:%Y%m%dT%H%M}/{purpose}/{lead}",
        chat_id=group_rule.leader_id if in_private else group_rule.chat_id,
        thread_id=None if in_private else group_rule.thread_id,
        purpose=purpose,
        due_at=due_at,
        expires_at=due_at + (PRIVATE_GRACE if in_private else GRACE[group_rule.rule.kind]),
        rule_id=group_rule.id,
        nominal=event.nominal,
        event_at=event.at,
        lead=lead,
    )
