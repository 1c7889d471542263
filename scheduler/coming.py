"""What comes in several rules together. Pure."""

from collections.abc import Iterable
from datetime import datetime

from scheduler.recurrence import occurrences
from scheduler.rule import GroupRule, Occurrence
from scheduler.workdays import Workdays


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
