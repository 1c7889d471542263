"""What comes in several rules together, and what has become of one event. Pure."""

from collections.abc import Iterable
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
    near = nominal.replace(tzinfo=UTC)
    events = occurrences(group_rule.rule.schedule, workdays, after=near - _FARTHEST_ROLL, until=near + _FARTHEST_ROLL)
    return next((event for event in events if event.nominal == nominal), None)
