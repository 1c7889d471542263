"""What is planned of one event, and what would come too late to be."""

from datetime import UTC, datetime, time

import pytest

from scheduler.planning import deliveries
from scheduler.recurrence import next_occurrences
from scheduler.rule import GroupRule, Kind, Lead, Rule, Schedule
from scheduler.workdays import Workdays

LONG_AGO = datetime(2026, 3, 1, tzinfo=UTC)


def planned(purpose: str, *leads: Lead, kind: Kind = "meeting", nag: Lead | None = None) -> list[str]:
    """Of one event on 6 March at 9:00: which are due, by their leads."""
    rule = Rule(kind, "党小组会", Schedule(datetime(2026, 3, 6, 9)), leads, nag=nag)
    (event,) = next_occurrences(rule.schedule, Workdays(), after=LONG_AGO, count=1)
    found = deliveries(GroupRule(1, -5, None, 5, rule, "active", LONG_AGO), event)
    return [p.lead for p in found if p.purpose == purpose]


@pytest.mark.parametrize(
    ("kind", "at", "nags"), [("meeting", 12, 0), ("study", 9, 0), ("meeting", 8, 1), ("dues", 12, 1)]
)
def test_nobody_is_nagged_to_come_to_what_has_begun(kind: Kind, at: int, nags: int) -> None:
    assert len(planned("nag", Lead(), kind=kind, nag=Lead(at=time(at)))) == nags


def test_no_lead_is_planned_after_its_event() -> None:
    assert planned("remind", Lead(1, at=time(9)), Lead(at=time(12))) == ["1d@09:00"]


def test_leads_that_are_all_too_late_remind_at_the_beginning() -> None:
    assert planned("remind", Lead(at=time(12)), Lead(at=time(13))) == ["0d"]
    assert planned("remind") == []
