"""Two reminders that would tell a group everything twice. Pure."""

from collections.abc import Iterable
from datetime import datetime

from scheduler.recurrence import next_occurrences
from scheduler.rule import GroupRule, Occurrence, Rule
from scheduler.workdays import Workdays

_COMPARED = 400  # events: more than a year of every day


def twin_of(
    rule: Rule, thread_id: int | None, others: Iterable[GroupRule], workdays: Workdays, *, now: datetime
) -> GroupRule | None:
    """An active one that says the same, at the same times to the last, in the same place; nothing that is over is one.

    now: aware, UTC.
    """
    here = (o for o in others if o.state == "active" and o.thread_id == thread_id and _says(o.rule) == _says(rule))
    coming = _coming(rule, workdays, now)
    return next((other for other in here if coming and _coming(other.rule, workdays, now) == coming), None)


def _says(rule: Rule) -> tuple[str, ...]:
    return (rule.kind, rule.title, rule.place, rule.note)


def _coming(rule: Rule, workdays: Workdays, now: datetime) -> list[Occurrence]:
    return next_occurrences(rule.schedule, workdays, after=now, count=_COMPARED)
