"""One rule that two people changed at once. The parts of it are as independent as on its page."""

from dataclasses import replace
from datetime import datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.merging import clashes, merged
from scheduler.rule import Lead, Rule, Schedule

NINE, TEN = Lead(1, at=time(9)), Lead(1, at=time(10))
FRIDAYS = Schedule(datetime(2026, 11, 27, 20), "FREQ=WEEKLY;BYDAY=FR")
BASE = Rule("meeting", "党小组会", FRIDAYS, (NINE,))
LATE = replace(FRIDAYS, start=datetime(2026, 11, 27, 21))
MONDAYS = Schedule(datetime(2026, 11, 30, 20), "FREQ=WEEKLY;BYDAY=MO")
PAYDAY = replace(BASE, schedule=Schedule(datetime(2026, 11, 25, 9), "FREQ=MONTHLY;BYMONTHDAY=25", roll="next"))
LAST = replace(BASE, schedule=Schedule(datetime(2026, 11, 30, 9), "FREQ=MONTHLY;BYMONTHDAY=-1", roll="previous"))
CHANGES = {
    "title": replace(BASE, title="支委会"),
    "place": replace(BASE, place="三楼"),
    "note": replace(BASE, note="学习文件"),
    "nag": replace(BASE, nag=Lead(1, at=time(20))),
    "leads": replace(BASE, leads=(TEN,)),
    "hour": replace(BASE, schedule=LATE),
    "days": replace(BASE, schedule=MONDAYS),
    "roll": replace(BASE, schedule=replace(FRIDAYS, roll="next")),
}
changes = st.sampled_from(sorted(CHANGES))


@given(changes, changes)
def test_what_two_changed_stands_in_the_end_whoever_was_first(mine: str, theirs: str) -> None:
    own, other = CHANGES[mine], CHANGES[theirs]
    assert merged(BASE, own, other) == merged(BASE, other, own)
    assert clashes(BASE, own, other) == ()


@given(changes)
def test_what_nobody_else_changed_is_as_own_and_what_was_not_changed_is_as_theirs(what: str) -> None:
    changed = CHANGES[what]
    assert merged(BASE, changed, BASE) == changed == merged(BASE, BASE, changed)


def test_another_hour_and_other_days_make_both() -> None:
    both = merged(BASE, CHANGES["hour"], CHANGES["days"]).schedule
    assert both == Schedule(datetime(2026, 11, 30, 21), "FREQ=WEEKLY;BYDAY=MO")


def test_several_hours_a_day_stay_together_on_other_days() -> None:
    twice = replace(BASE, schedule=replace(FRIDAYS, rrule="FREQ=WEEKLY;BYDAY=FR;BYHOUR=8,20"))
    both = merged(BASE, twice, CHANGES["days"]).schedule
    assert both == replace(MONDAYS, rrule="FREQ=WEEKLY;BYDAY=MO;BYHOUR=8,20")
    assert merged(twice, CHANGES["hour"], twice).schedule == LATE


def test_a_single_day_has_one_hour_whoever_chose_it() -> None:
    once = replace(BASE, schedule=Schedule(datetime(2026, 12, 3, 20)))
    twice = replace(
        BASE, schedule=replace(FRIDAYS, start=datetime(2026, 11, 27, 8), rrule=f"{FRIDAYS.rrule};BYHOUR=8,20")
    )
    expected = Schedule(datetime(2026, 12, 3, 8))
    assert merged(BASE, once, twice).schedule == merged(BASE, twice, once).schedule == expected


def test_the_last_working_day_is_one_whoever_was_first_and_what_it_overrules_is_named() -> None:
    plain = replace(PAYDAY, schedule=replace(PAYDAY.schedule, roll="none"))
    for own, theirs in ((LAST, plain), (plain, LAST)):
        assert merged(PAYDAY, own, theirs).schedule == LAST.schedule
        assert clashes(PAYDAY, own, theirs) == ("节假日",)


def test_what_the_last_working_day_says_of_holidays_is_said_of_no_other_day() -> None:
    tenth = replace(BASE, schedule=replace(FRIDAYS, rrule="FREQ=MONTHLY;BYMONTHDAY=10"))
    assert merged(BASE, tenth, LAST).schedule == replace(tenth.schedule, start=datetime(2026, 11, 27, 9))
    assert clashes(BASE, tenth, LAST) == ("日子",)
    assert merged(BASE, LAST, tenth).schedule == LAST.schedule


def test_the_last_working_day_can_be_made_the_last_day_beside_another_hour() -> None:
    last_day = replace(LAST, schedule=replace(LAST.schedule, roll="none"))
    early = replace(LAST, schedule=replace(LAST.schedule, start=datetime(2026, 11, 30, 8)))
    assert merged(LAST, last_day, early).schedule == replace(early.schedule, roll="none")
    assert merged(LAST, early, last_day).schedule == replace(early.schedule, roll="none")


def test_times_that_nobody_changed_stay_as_they_are_written() -> None:
    twice = replace(BASE, schedule=replace(FRIDAYS, rrule="FREQ=WEEKLY;BYHOUR=8,20;BYDAY=FR"))
    assert merged(twice, replace(twice, place="三楼"), replace(twice, note="一")).schedule == twice.schedule


def test_leads_that_were_added_and_taken_out_are_so_beside_those_of_the_other() -> None:
    mine, theirs = replace(BASE, leads=(NINE, TEN)), replace(BASE, leads=(Lead(3), NINE, Lead()))
    assert merged(BASE, mine, theirs).leads == (Lead(3), NINE, TEN, Lead())
    assert merged(BASE, mine, replace(BASE, leads=())).leads == (TEN,)
    assert merged(BASE, replace(BASE, leads=()), theirs).leads == (Lead(3), Lead())


@pytest.mark.parametrize(
    ("own", "theirs", "named"),
    [
        (replace(BASE, note="一"), replace(BASE, note="二"), ("议程或备注",)),
        (replace(BASE, note="一"), replace(BASE, note="一"), ()),
        (replace(BASE, leads=(TEN,)), replace(BASE, leads=()), ()),
        (
            replace(BASE, schedule=LATE),
            replace(BASE, schedule=replace(LATE, start=datetime(2026, 11, 27, 19))),
            ("钟点",),
        ),
    ],
)
def test_what_both_changed_to_something_else_is_as_own_and_named(
    own: Rule, theirs: Rule, named: tuple[str, ...]
) -> None:
    assert clashes(BASE, own, theirs) == named
    assert merged(BASE, own, theirs).note == own.note and merged(BASE, own, theirs).schedule == own.schedule
