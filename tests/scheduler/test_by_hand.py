"""What goes to the group beside the plan, and what is left of an event's leads."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from scheduler.by_hand import MOVED, at_once, leads_left, next_event
from scheduler.rule import GroupRule, Lead, Rule, Schedule
from scheduler.workdays import Workdays

NOW = datetime(2026, 3, 5, 2, tzinfo=UTC)  # Thursday, 10:00 in Beijing
FRIDAY = datetime(2026, 3, 6, 19, 30)
BEIJING_FRIDAY = datetime(2026, 3, 6, 11, 30, tzinfo=UTC)
RULE = Rule("meeting", "党小组会", Schedule(FRIDAY, "FREQ=WEEKLY;BYDAY=FR"), (Lead(1, at=time(9)), Lead(minutes=60)))
STORED = GroupRule(7, -100, 3, 1, RULE, "active", NOW)
CALENDAR = Workdays()


def test_the_next_event_is_the_first_that_is_not_skipped() -> None:
    event = next_event(replace(STORED, skipped=frozenset({FRIDAY})), CALENDAR, now=NOW)
    assert event is not None and event.nominal == FRIDAY + timedelta(days=7)


def test_a_lead_that_is_due_now_is_still_to_come() -> None:
    event = next_event(STORED, CALENDAR, now=NOW)
    assert event is not None
    nine, hour = RULE.leads
    assert leads_left(event, RULE, now=NOW) == ((nine,), (hour,))
    assert leads_left(event, RULE, now=NOW - timedelta(hours=1)) == ((), (nine, hour))


def test_what_is_told_at_once_has_a_name_of_its_own_and_goes_to_the_topic() -> None:
    event = next_event(STORED, CALENDAR, now=NOW)
    assert event is not None
    planned = at_once(STORED, event, MOVED, 4, now=NOW)
    assert (planned.key, planned.thread_id, planned.due_at) == ("7/20260306T1930/remind/+moved4", 3, NOW)
