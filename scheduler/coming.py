"""What comes in several rules together, and what has become of one event. Pure."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from scheduler.recurrence import occurrences
from scheduler.rule import GroupRule, Occurrence
from scheduler.workdays import Workdays

_FARTHEST_ROLL = timedelta(days=40)


def coming(
    group_rules: Iterable[GroupRule], workdays: Workdays, *, now: datetime, until: datetime
) -> list[tuple[GroupRule, Occurrence]]:
    """From now until then (aware), in order of time: not what is paused, deleted, or was skipped by hand."""
    found = [
        (group_rule, event)
        for group_rule in group_rules
        if group_rule.state == "active"
        for event in occurrences(group_rule.rule.schedule, workdays, after=now, until=until)
        if event.nominal not in group_rule.skipped
    ]
    return sorted(found, key=lambda pair: (pair[1].at, pair[0].id))


def event_of(group_rule: GroupRule, nominal: datetime, workdays: Workdays) -> Occurrence | None:
    """The event of that nominal time (naive local), skipped or not; None when the rule has no such one any more."""
    return next((event for event in near(group_rule, nominal, workdays) if event.nominal == nominal), None)


def event_on_the_day(group_rule: GroupRule, nominal: datetime, workdays: Workdays) -> Occurrence | None:
    """As event_of; else the only one of that day, whose hour was moved."""
    same_day = [e for e in near(group_rule, nominal, workdays) if e.nominal.date() == nominal.date()]
    exact = next((event for event in same_day if event.nominal == nominal), None)
    return exact or (same_day[0] if len(same_day) == 1 else None)


def near(group_rule: GroupRule, nominal: datetime, workdays: Workdays) -> Iterator[Occurrence]:
    """The events within forty days of that nominal time (naive local)."""
    around = nominal.replace(tzinfo=UTC)
    schedule = group_rule.rule.schedule
    return occurrences(schedule, workdays, after=around - _FARTHEST_ROLL, until=around + _FARTHEST_ROLL)
