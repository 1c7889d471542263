"""A group's dates for other calendars: one event each, because no RRULE can say 调休. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from icalendar import Calendar, Event

from scheduler.coming import coming
from scheduler.rrule import RRule
from scheduler.rrule_text import read_rrule
from scheduler.rule import GroupRule, Kind, Occurrence, Rule
from scheduler.workdays import Workdays

_PRODUCT = "-//party-group-bot//reminders//ZH"
_NAME = "党小组"
_LASTS: dict[Kind, timedelta] = {
    "meeting": timedelta(hours=1),
    "study": timedelta(hours=1),
    "dues": timedelta(minutes=30),
    "report": timedelta(minutes=30),
    "custom": timedelta(minutes=30),
}
PROVISIONAL = "这一年的放假安排尚未公布，暂按周末计算，公布后可能变动。"


def calendar(
    group_rules: Sequence[GroupRule], workdays: Workdays, bot_id: int, *, now: datetime, until: datetime
) -> bytes:
    """An .ics file of what comes from now until then (aware), in UTC, as every calendar understands it.

    Importing a newer file moves what is at another hour, was rolled or is a single event, and takes out what was
    skipped. Of days that a repeating rule has no more it says nothing: what was imported of them stays. bot_id tells
    the events of one bot from those of another.
    """
    found = Calendar()
    found.add("prodid", _PRODUCT)
    found.add("version", "2.0")
    found.add("method", "PUBLISH")
    found.add("x-wr-calname", _NAME)
    skipped = {rule.id: rule.skipped for rule in group_rules}
    everything = [replace(rule, skipped=frozenset()) for rule in group_rules]
    for group_rule, occurrence in coming(everything, workdays, now=now, until=until):
        event = _event(group_rule, occurrence, workdays, now)
        event.add("uid", f"{group_rule.id}{_which(group_rule.rule, occurrence)}@{bot_id}.party-group-bot")
        if occurrence.nominal in skipped[group_rule.id]:
            event.add("status", "CANCELLED")
        found.add_component(event)
    return bytes(found.to_ical())


def _which(rule: Rule, occurrence: Occurrence) -> str:
    """Tells it from the others of its rule: by the day alone where a day has one, whose hour may be moved."""
    if not rule.schedule.rrule:
        return ""
    rrule = read_rrule(rule.schedule.rrule)
    has_several = isinstance(rrule, RRule) and max(len(rrule.hours), len(rrule.minutes)) > 1
    return f"-{occurrence.nominal:%Y%m%dT%H%M%S}" if has_several else f"-{occurrence.nominal:%Y%m%d}"


def _event(group_rule: GroupRule, occurrence: Occurrence, workdays: Workdays, now: datetime) -> Event:
    rule = group_rule.rule
    event = Event()
    event.add("dtstamp", now)
    event.add("sequence", group_rule.revision)
    event.add("dtstart", occurrence.at)
    event.add("dtend", occurrence.at + _LASTS[rule.kind])
    event.add("summary", rule.title)
    if rule.place:
        event.add("location", rule.place)
    if description := _description(rule, occurrence, workdays):
        event.add("description", description)
    return event


def _description(rule: Rule, occurrence: Occurrence, workdays: Workdays) -> str:
    nominal, local = occurrence.nominal.date(), occurrence.local.date()
    remark = f"原定 {nominal:%Y-%m-%d}（{workdays.remark(nominal) or '休息'}），改到 {local:%Y-%m-%d}。"
    return "\n".join(
        line
        for line in (rule.note, remark if local != nominal else "", PROVISIONAL if occurrence.is_provisional else "")
        if line
    )
