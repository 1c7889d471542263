"""Dates at their edges: tables of ISO moments, and laws at the boundaries."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.recurrence import (
    RRuleInvalidError,
    lead_moments,
    moment,
    next_occurrences,
    occurrences,
)
from scheduler.rule import Lead, Occurrence, Roll, Schedule
from scheduler.workdays import SpecialDay, Workdays
from tests.scheduler.rules import RULES, STARTS

SHANGHAI = "Asia/Shanghai"


def coming(
    rrule: str,
    start: str,
    now: str,
    count: int,
    *,
    roll: Roll = "none",
    zone: str = SHANGHAI,
    calendar: Workdays | None = None,
) -> list[Occurrence]:
    schedule = Schedule(datetime.fromisoformat(start), rrule, roll, zone)
    after = moment(datetime.fromisoformat(now), ZoneInfo(zone))
    return next_occurrences(schedule, calendar or Workdays(), after=after, count=count, limit_days=200_000)


def dates(rrule: str, start: str, now: str, count: int, roll: Roll = "none") -> str:
    return " ".join(f"{event.local:%Y-%m-%d}" for event in coming(rrule, start, now, count, roll=roll))


def times(rrule: str, start: str, now: str, count: int, zone: str) -> str:
    return " ".join(
        f"{event.local:%m-%dT%H:%M}={event.at:%d %H:%M}" for event in coming(rrule, start, now, count, zone=zone)
    )


@pytest.mark.parametrize(
    ("rrule", "start", "expected"),
    [
        ("FREQ=MONTHLY", "2026-01-31T09:00", "2026-01-31 2026-03-31 2026-05-31 2026-07-31"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "2027-12-31T09:00", "2027-12-31 2028-01-31 2028-02-29 2028-03-31"),
        ("FREQ=MONTHLY;BYMONTHDAY=29,30", "2026-01-01T09:00", "2026-01-29 2026-01-30 2026-03-29 2026-03-30"),
        ("FREQ=YEARLY", "2024-02-29T09:00", "2028-02-29 2032-02-29 2036-02-29 2040-02-29"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "2094-01-01T09:00", "2096-02-29 2104-02-29 2108-02-29 2112-02-29"),
        ("FREQ=YEARLY;BYYEARDAY=366", "2026-01-01T09:00", "2028-12-31 2032-12-31 2036-12-31 2040-12-31"),
        ("FREQ=MONTHLY;BYDAY=5FR", "2026-01-01T09:00", "2026-01-30 2026-05-29 2026-07-31 2026-10-30"),
        ("FREQ=MONTHLY;INTERVAL=3;BYDAY=-1MO", "2026-02-01T09:00", "2026-02-23 2026-05-25 2026-08-31 2026-11-30"),
        ("FREQ=MONTHLY;BYDAY=MO,1TU", "2026-06-01T09:00", "2026-06-01 2026-06-02 2026-06-08 2026-06-15"),
        (
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            "2026-01-01T09:00",
            "2026-01-30 2026-02-27 2026-03-31 2026-04-30",
        ),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO", "2026-01-04T09:00", "2026-01-04 2026-01-12 2026-01-18 2026-01-26"),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU,MO;WKST=SU",
            "2026-01-04T09:00",
            "2026-01-04 2026-01-05 2026-01-18 2026-01-19",
        ),
        ("FREQ=WEEKLY;BYDAY=MO,FR;BYSETPOS=1", "2026-01-02T09:00", "2026-01-05 2026-01-12 2026-01-19 2026-01-26"),
        ("FREQ=YEARLY;BYWEEKNO=1;BYDAY=MO", "2025-06-01T09:00", "2025-12-29 2027-01-04 2028-01-03 2029-01-01"),
        ("FREQ=YEARLY;BYWEEKNO=53;BYDAY=FR", "2020-06-01T09:00", "2021-01-01 2027-01-01 2032-12-31 2038-01-01"),
        ("FREQ=DAILY;COUNT=3", "2026-01-30T09:00", "2026-01-30 2026-01-31 2026-02-01"),
        ("FREQ=DAILY;UNTIL=20260201T085959", "2026-01-30T09:00", "2026-01-30 2026-01-31"),
        ("FREQ=DAILY;UNTIL=20260201T010000Z", "2026-01-30T09:00", "2026-01-30 2026-01-31 2026-02-01"),
        ("FREQ=DAILY;UNTIL=20260201T005959Z", "2026-01-30T09:00", "2026-01-30 2026-01-31"),
        ("FREQ=DAILY;UNTIL=20260201", "2026-01-30T09:00", "2026-01-30 2026-01-31 2026-02-01"),
        ("", "2026-01-30T09:00", "2026-01-30"),
        ("rrule:freq=weekly;byday=sa", "2026-01-30T09:00", "2026-01-31 2026-02-07 2026-02-14 2026-02-21"),
    ],
)
def test_a_rule_gives_these_dates(rrule: str, start: str, expected: str) -> None:
    now = "2026-01-01T00:00" if start < "2026" and "WEEKNO" not in rrule else start
    assert dates(rrule, start, now, 4) == expected


@pytest.mark.parametrize(
    ("rrule", "roll", "now", "expected"),
    [
        ("FREQ=MONTHLY;BYMONTHDAY=1", "next", "2026-09-15T00:00", "2026-10-08 2026-11-02 2026-12-01"),
        ("FREQ=MONTHLY;BYMONTHDAY=7", "previous", "2026-09-15T00:00", "2026-09-30 2026-11-06 2026-12-07"),
        ("FREQ=MONTHLY;BYMONTHDAY=1", "skip", "2026-09-15T00:00", "2026-12-01 2027-01-01 2027-02-01"),
        ("FREQ=WEEKLY;BYDAY=SA", "skip", "2026-09-01T00:00", "2026-10-10"),
        ("FREQ=WEEKLY;BYDAY=SA", "none", "2026-09-30T00:00", "2026-10-03 2026-10-10 2026-10-17"),
        ("FREQ=WEEKLY;BYDAY=SU", "skip", "2026-01-01T00:00", "2026-01-04 2026-09-20"),
        ("FREQ=MONTHLY;BYMONTHDAY=16", "next", "2026-02-01T00:00", "2026-02-24 2026-03-16 2026-04-16"),
        ("FREQ=MONTHLY;BYMONTHDAY=16", "previous", "2026-02-01T00:00", "2026-02-14 2026-03-16 2026-04-16"),
        ("FREQ=MONTHLY;BYMONTHDAY=23", "previous", "2026-02-01T00:00", "2026-02-14 2026-03-23 2026-04-23"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", "previous", "2026-01-01T00:00", "2026-01-30 2026-02-28 2026-03-31"),
        ("FREQ=DAILY", "next", "2026-09-30T00:00", "2026-09-30 2026-10-08 2026-10-09"),
        ("FREQ=DAILY", "previous", "2026-09-30T00:00", "2026-09-30 2026-10-08 2026-10-09"),
    ],
)
def test_a_date_rolls_by_the_chinese_calendar(rrule: str, roll: Roll, now: str, expected: str) -> None:
    count = len(expected.split())
    until = "2026-12-31" if roll == "skip" and count < 3 else "9999"
    found = dates(rrule, "2024-01-01T09:00", now, count, roll).split()
    assert [day for day in found if day <= until] == expected.split()


@pytest.mark.parametrize(
    ("zone", "rrule", "start", "expected"),
    [
        (
            "America/New_York",
            "FREQ=DAILY",
            "2026-03-07T02:30",
            "03-07T02:30=07 07:30 03-08T03:30=08 07:30 03-09T02:30=09 06:30",
        ),
        (
            "America/New_York",
            "FREQ=DAILY",
            "2026-10-31T01:30",
            "10-31T01:30=31 05:30 11-01T01:30=01 05:30 11-02T01:30=02 06:30",
        ),
        (
            "Europe/Berlin",
            "FREQ=DAILY",
            "2026-03-28T02:00",
            "03-28T02:00=28 01:00 03-29T03:00=29 01:00 03-30T02:00=30 00:00",
        ),
        (
            "Europe/Berlin",
            "FREQ=DAILY",
            "2026-10-24T02:59",
            "10-24T02:59=24 00:59 10-25T02:59=25 00:59 10-26T02:59=26 01:59",
        ),
        (
            "Australia/Lord_Howe",
            "FREQ=DAILY",
            "2026-10-03T02:15",
            "10-03T02:15=02 15:45 10-04T02:45=03 15:45 10-05T02:15=04 15:15",
        ),
        (
            "Australia/Lord_Howe",
            "FREQ=DAILY",
            "2026-04-04T01:45",
            "04-04T01:45=03 14:45 04-05T01:45=04 14:45 04-06T01:45=05 15:15",
        ),
        (
            "Asia/Kathmandu",
            "FREQ=DAILY",
            "2026-01-01T00:00",
            "01-01T00:00=31 18:15 01-02T00:00=01 18:15 01-03T00:00=02 18:15",
        ),
        (
            "Pacific/Apia",
            "FREQ=DAILY",
            "2011-12-29T09:00",
            "12-29T09:00=29 19:00 12-31T09:00=30 19:00 01-01T09:00=31 19:00",
        ),
        ("Pacific/Apia", "FREQ=MONTHLY;BYMONTHDAY=30", "2011-12-01T09:00", "12-31T09:00=30 19:00 01-30T09:00=29 19:00"),
        ("America/New_York", "FREQ=DAILY;BYHOUR=2,3", "2026-03-08T02:00", "03-08T03:00=08 07:00 03-09T02:00=09 06:00"),
    ],
)
def test_a_clock_change_moves_no_reminder_out_of_its_place(zone: str, rrule: str, start: str, expected: str) -> None:
    assert times(rrule, start, start, len(expected.split("=")) - 1, zone) == expected


@pytest.mark.parametrize(
    ("roll", "expected"),
    [("none", "2011-12-31"), ("next", "2011-12-31"), ("previous", "2011-12-29"), ("skip", "2012-01-30")],
)
def test_a_day_that_a_zone_left_out_is_no_working_day(roll: Roll, expected: str) -> None:
    """31 December 2011 was a make-up Saturday, the 30th a Friday that Samoa never had."""
    first = coming(
        "FREQ=MONTHLY;BYMONTHDAY=30", "2011-12-01T09:00", "2011-12-01T09:00", 1, roll=roll, zone="Pacific/Apia"
    )[0]
    assert f"{first.local:%Y-%m-%d}" == expected


def test_dates_that_roll_onto_one_count_once_under_the_earliest() -> None:
    found = coming("FREQ=DAILY", "2026-09-01T09:00", "2026-09-30T09:00", 3, roll="next")
    assert [f"{e.nominal:%m-%d}>{e.local:%m-%d}" for e in found] == ["09-30>09-30", "10-01>10-08", "10-09>10-09"]


def test_two_hours_a_day_stay_in_order_when_days_roll_onto_one() -> None:
    found = coming("FREQ=DAILY;BYHOUR=9,18", "2026-09-01T09:00", "2026-10-09T09:00", 4, roll="previous")
    assert [f"{e.nominal:%d}>{e.local:%dT%H}" for e in found] == ["09>09T09", "09>09T18", "10>10T09", "10>10T18"]
    found = coming("FREQ=DAILY;BYHOUR=9,18", "2026-09-01T09:00", "2026-10-16T09:00", 3, roll="previous")
    assert [f"{e.nominal:%d}>{e.local:%dT%H}" for e in found] == ["16>16T09", "16>16T18", "19>19T09"]


def test_a_window_finds_what_rolls_into_it_from_outside() -> None:
    schedule = Schedule(datetime(2026, 1, 15, 9), "FREQ=MONTHLY;BYMONTHDAY=15,23", "previous")
    window = {"after": datetime(2026, 2, 14, 1, tzinfo=UTC), "until": datetime(2026, 2, 14, 1, 0, 1, tzinfo=UTC)}
    assert [e.nominal.day for e in occurrences(schedule, Workdays(), **window)] == [15]
    later = Schedule(datetime(2026, 1, 15, 9), "FREQ=MONTHLY;BYMONTHDAY=15", "next")
    window = {"after": datetime(2026, 2, 24, 1, tzinfo=UTC), "until": datetime(2026, 2, 24, 1, 0, 1, tzinfo=UTC)}
    assert [e.nominal.day for e in occurrences(later, Workdays(), **window)] == [15]


def test_an_event_of_this_very_moment_is_not_past_yet() -> None:
    assert dates("FREQ=DAILY", "2026-03-02T09:00", "2026-03-03T09:00", 1) == "2026-03-03"
    assert dates("FREQ=DAILY", "2026-03-02T09:00", "2026-03-03T09:00:00.000001", 1) == "2026-03-04"


def test_a_nominal_date_that_has_passed_still_comes_when_it_rolled_forward() -> None:
    assert (
        dates("FREQ=MONTHLY;BYMONTHDAY=1", "2026-01-01T09:00", "2026-10-05T00:00", 2, "next") == "2026-10-08 2026-11-02"
    )


def test_a_year_without_an_arrangement_makes_dates_provisional_until_it_is_announced() -> None:
    def seen(calendar: Workdays | None = None, roll: Roll = "next") -> list[tuple[str, bool]]:
        found = coming(
            "FREQ=MONTHLY;BYMONTHDAY=1", "2026-01-01T09:00", "2026-11-15T00:00", 2, roll=roll, calendar=calendar
        )
        return [(f"{e.local:%Y-%m-%d}", e.is_provisional) for e in found]

    announced = Workdays({date(2027, 1, 1): SpecialDay("holiday", "元旦")}, frozenset({2027}))
    assert seen() == [("2026-12-01", False), ("2027-01-01", True)]
    assert seen(roll="none") == [("2026-12-01", False), ("2027-01-01", False)]
    assert seen(announced) == [("2026-12-01", False), ("2027-01-04", False)]


def test_a_roll_over_new_year_depends_on_both_years() -> None:
    closing = Workdays({date(2026, 12, 31): SpecialDay("holiday")})
    event = coming("", "2026-12-31T09:00", "2026-12-30T00:00", 1, roll="next", calendar=closing)[0]
    assert (event.local, event.is_provisional) == (datetime(2027, 1, 1, 9), True)


def test_a_long_override_is_searched_to_its_end() -> None:
    shut = Workdays({date(2026, 3, 1) + timedelta(days=i): SpecialDay("holiday") for i in range(60)})
    event = coming("FREQ=YEARLY", "2026-03-02T09:00", "2026-04-29T00:00", 1, roll="next", calendar=shut)[0]
    assert (event.nominal, event.local) == (datetime(2026, 3, 2, 9), datetime(2026, 4, 30, 9))


@pytest.mark.parametrize(
    ("lead", "expected"),
    [
        (Lead(3, at=time(9)), "2026-03-05T14:00"),  # before the change of 8 March: UTC-5
        (Lead(), "2026-03-08T13:00"),
        (Lead(1), "2026-03-07T14:00"),
        (Lead(minutes=420), "2026-03-08T06:00"),  # real minutes
        (Lead(0, at=time(2, 30)), "2026-03-08T07:30"),
    ],
)
def test_a_lead_keeps_to_the_local_clock_of_its_own_day(lead: Lead, expected: str) -> None:
    event = coming("", "2026-03-08T09:00", "2026-03-01T00:00", 1, zone="America/New_York")[0]
    assert lead_moments(event, (lead,), "America/New_York") == [(lead, datetime.fromisoformat(expected + "+00:00"))]


def test_a_lead_is_measured_from_the_rolled_date() -> None:
    event = coming("FREQ=MONTHLY;BYMONTHDAY=1", "2026-10-01T09:00", "2026-10-01T00:00", 1, roll="next")[0]
    lead = Lead(3, at=time(9))
    assert lead_moments(event, [lead], SHANGHAI) == [(lead, datetime(2026, 10, 5, 1, tzinfo=UTC))]


def test_a_broken_rule_in_a_schedule_says_so() -> None:
    with pytest.raises(RRuleInvalidError, match="缺少 FREQ"):
        coming("INTERVAL=2", "2026-01-01T09:00", "2026-01-01T09:00", 1)


@given(
    RULES,
    STARTS,
    st.sampled_from(["none", "next", "previous", "skip"]),
    st.sampled_from([SHANGHAI, "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia"]),
    st.lists(
        st.sampled_from([timedelta(seconds=1), timedelta(days=1), timedelta(days=11), timedelta(days=200)]), min_size=1
    ),
)
@settings(max_examples=100, deadline=None)
def test_windows_that_meet_lose_nothing_and_double_nothing(
    rule: str, start: datetime, roll: Roll, zone: str, steps: list[timedelta]
) -> None:
    schedule = Schedule(start.replace(hour=2, minute=30), rule, roll, zone)
    begin = datetime(2025, 12, 20, tzinfo=UTC)
    edges = [begin]
    for step in steps:
        edges.append(edges[-1] + step)
    whole = list(occurrences(schedule, Workdays(), after=begin, until=edges[-1]))
    assert [e for a, b in pairwise(edges) for e in occurrences(schedule, Workdays(), after=a, until=b)] == whole
    assert [e.at for e in whole] == sorted({e.at for e in whole})
    at_each = [next_occurrences(schedule, Workdays(), after=e.at, count=1) for e in whole[:5]]
    assert at_each == [[e] for e in whole[:5]]
