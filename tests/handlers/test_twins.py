"""When two reminders are one and the same."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from handlers.twins import twin_of
from scheduler.rule import GroupRule, Lead, Rule, Schedule
from scheduler.workdays import Workdays

NOW = datetime(2026, 11, 25, tzinfo=UTC)
START = datetime(2026, 11, 27, 20)
WEEKLY = Rule("meeting", "党小组会", Schedule(START, "FREQ=WEEKLY;BYDAY=FR"), (Lead(),))
STORED = GroupRule(1, -100, None, 2, WEEKLY, "active", NOW)


@pytest.mark.parametrize(
    "other",
    [
        WEEKLY,
        replace(WEEKLY, schedule=Schedule(datetime(2026, 1, 2, 20), "FREQ=WEEKLY;WKST=MO;BYDAY=FR")),
        replace(WEEKLY, leads=(Lead(1),)),
    ],
)
def test_the_same_at_the_same_times_is_a_twin_however_it_is_written(other: Rule) -> None:
    assert twin_of(other, None, [STORED], Workdays(), now=NOW) == STORED


@pytest.mark.parametrize("rrule", ["FREQ=WEEKLY;BYDAY=FR;COUNT=3", "FREQ=WEEKLY;BYDAY=FR;UNTIL=20270101T000000"])
def test_what_ends_is_no_twin_of_what_goes_on(rrule: str) -> None:
    ending = replace(WEEKLY, schedule=Schedule(START, rrule))
    assert twin_of(ending, None, [STORED], Workdays(), now=NOW) is None
    assert twin_of(WEEKLY, None, [replace(STORED, rule=ending)], Workdays(), now=NOW) is None


def test_another_place_and_what_is_paused_are_no_twins() -> None:
    for other in (replace(STORED, thread_id=5), replace(STORED, state="paused")):
        assert twin_of(WEEKLY, None, [other], Workdays(), now=NOW) is None
    assert twin_of(replace(WEEKLY, place="三楼"), None, [STORED], Workdays(), now=NOW) is None


def test_two_that_are_over_tell_nobody_anything_and_are_no_twins() -> None:
    over = replace(STORED, rule=replace(WEEKLY, schedule=Schedule(datetime(2026, 2, 1, 20))))
    assert (
        twin_of(replace(WEEKLY, schedule=Schedule(datetime(2026, 2, 20, 20))), None, [over], Workdays(), now=NOW)
        is None
    )
