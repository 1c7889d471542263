"""What a change of the next event has to tell the group at once."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from scheduler.by_hand import MOVED, Move, at_once, comes_unheard, last_told, leads_left, moved, next_event
from scheduler.delivery import Delivery
from scheduler.rule import GroupRule, Lead, Rule, Schedule
from scheduler.workdays import Workdays

NOW = datetime(2026, 3, 5, 2, tzinfo=UTC)  # Thursday, 10:00 in Beijing
FRIDAY = datetime(2026, 3, 6, 19, 30)
RULE = Rule("meeting", "党小组会", Schedule(FRIDAY, "FREQ=WEEKLY;BYDAY=FR"), (Lead(1, at=time(9)), Lead(minutes=60)))
STORED = GroupRule(7, -100, 3, 1, RULE, "active", NOW)
CALENDAR = Workdays()


def at(start: datetime, rrule: str = RULE.schedule.rrule) -> Rule:
    return replace(RULE, schedule=Schedule(start, rrule))


def move(stored: GroupRule, changed: Rule) -> Move:
    found = moved(stored, changed, CALENDAR, now=NOW)
    assert found is not None
    return found


def test_another_hour_of_the_day_and_another_day_are_moves_of_the_next_event() -> None:
    hour = move(STORED, at(FRIDAY + timedelta(minutes=30)))
    assert hour.was is not None and (hour.was.local, hour.event.local.hour) == (FRIDAY, 20)
    day = move(STORED, at(datetime(2026, 3, 10, 19, 30), "FREQ=WEEKLY;BYDAY=TU"))
    assert day.was is not None and (day.was.local, day.event.local.day) == (FRIDAY, 10)


@pytest.mark.parametrize("changed", [RULE, replace(RULE, place="三楼"), at(datetime(2026, 1, 2, 19, 30))])
def test_what_comes_at_its_time_is_no_move(changed: Rule) -> None:
    assert moved(STORED, changed, CALENDAR, now=NOW) is None


def test_what_was_skipped_is_no_move_and_what_is_over_has_nothing_before_it() -> None:
    later = at(FRIDAY + timedelta(minutes=30))
    assert moved(replace(STORED, skipped=frozenset({FRIDAY})), later, CALENDAR, now=NOW) is None
    single = replace(STORED, rule=at(FRIDAY - timedelta(days=9), ""))
    assert move(single, at(FRIDAY, "")).was is None
    assert moved(STORED, at(FRIDAY - timedelta(days=9), ""), CALENDAR, now=NOW) is None


def test_the_next_event_is_the_first_that_is_not_skipped() -> None:
    event = next_event(replace(STORED, skipped=frozenset({FRIDAY})), CALENDAR, now=NOW)
    assert event is not None and event.nominal == FRIDAY + timedelta(days=7)


@pytest.mark.parametrize(
    ("leads", "told_at", "is_unheard"),
    [
        ((Lead(minutes=60),), None, False),  # 19:00 is still to come
        ((Lead(1, at=time(9)),), None, True),
        ((Lead(minutes=60),), datetime(2026, 3, 6, 11, 30, tzinfo=UTC), False),  # told 19:30: 19:00 comes before that
        ((Lead(minutes=30),), datetime(2026, 3, 6, 11, 30, tzinfo=UTC), False),  # at that very minute
        ((Lead(minutes=29),), datetime(2026, 3, 6, 11, 30, tzinfo=UTC), True),  # they are on their way
        ((Lead(1, at=time(9)),), datetime(2026, 3, 6, 12, 0, tzinfo=UTC), False),  # they know
        ((Lead(1, at=time(10)),), None, False),  # due at this very moment
    ],
)
def test_it_is_told_at_once_when_no_lead_comes_soon_enough(
    leads: tuple[Lead, ...], told_at: datetime | None, is_unheard: bool
) -> None:
    changed = replace(at(FRIDAY + timedelta(minutes=30)), leads=leads)
    assert comes_unheard(move(STORED, changed), changed, told_at=told_at, now=NOW) is is_unheard


def test_what_the_group_goes_by_is_what_it_was_told_last_of_that_day() -> None:
    event = next_event(STORED, CALENDAR, now=NOW)
    assert event is not None
    first = Delivery(1, at_once(STORED, event, MOVED, 4, now=NOW), "sent", NOW)
    later = replace(first, planned=replace(first.planned, event_at=event.at + timedelta(hours=1)))
    unsent, nag = replace(later, state="withdrawn"), replace(later, planned=replace(later.planned, purpose="nag"))
    assert last_told([first, later], FRIDAY.date()) == event.at + timedelta(hours=1)
    assert last_told([first, unsent, nag], FRIDAY.date()) == event.at
    assert last_told([first], date(2026, 3, 7)) is None
    assert (first.planned.key, first.planned.thread_id) == ("7/20260306T1930/remind/+moved4", 3)


def test_a_lead_that_is_due_now_is_still_to_come() -> None:
    event = next_event(STORED, CALENDAR, now=NOW)
    assert event is not None
    nine, hour = RULE.leads
    assert leads_left(event, RULE, now=NOW) == ((nine,), (hour,))
    assert leads_left(event, RULE, now=NOW - timedelta(hours=1)) == ((), (nine, hour))
