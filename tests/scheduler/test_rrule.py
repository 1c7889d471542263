"""Recurrence rules: what is refused, and the library as a reference for what is not."""

from datetime import date, datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

import pytest
from dateutil import rrule as library
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scheduler.recurrence import check_rrule
from scheduler.rrule import days_of_year, nominals
from scheduler.rrule_text import BadRRule, read_rrule
from tests.scheduler.rules import RULES, STARTS

ENDS = st.sampled_from(["", ";COUNT=1", ";COUNT=7", ";UNTIL=20280229T090000", ";UNTIL=20280229T085959"])


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "读不懂"),
        ("FREQ", "读不懂"),
        ("每月一次", "读不懂"),
        ("INTERVAL=2", "缺少 FREQ"),
        ("FREQ=HOURLY", "太频繁"),
        ("FREQ=MINUTELY;INTERVAL=1440", "太频繁"),
        ("FREQ=SECONDLY", "太频繁"),
        ("FREQ=FORTNIGHTLY", "FORTNIGHTLY 读不懂"),
        ("FREQ=DAILY;FREQ=DAILY", "写了两遍"),
        ("FREQ=DAILY;BYEASTER=1", "不认识 BYEASTER"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL=0"),
        ("FREQ=DAILY;INTERVAL=x", "不是数字"),
        ("FREQ=DAILY;COUNT=-1", "COUNT=-1"),
        ("FREQ=DAILY;COUNT=1;UNTIL=20270101", "只能写一个"),
        ("FREQ=DAILY;UNTIL=20260230", "UNTIL=20260230 读不懂"),
        ("FREQ=DAILY;UNTIL=tomorrow", "读不懂"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY=32"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "不能是 0"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,,2", "不是数字"),
        ("FREQ=MONTHLY;BYDAY=0MO", "BYDAY=0MO"),
        ("FREQ=MONTHLY;BYDAY=XX", "BYDAY=XX"),
        ("FREQ=WEEKLY;BYDAY=1MO", "序号"),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "不能和"),
        ("FREQ=MONTHLY;BYYEARDAY=1", "不能和"),
        ("FREQ=MONTHLY;BYSETPOS=1", "一起用"),
        ("FREQ=WEEKLY;WKST=XX", "WKST=XX"),
        ("FREQ=DAILY;BYHOUR=24", "BYHOUR=24"),
        ("FREQ=DAILY;BYMINUTE=" + ",".join(map(str, range(25))), "一天最多"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "永远不会"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "永远不会"),
        ("FREQ=MONTHLY;BYMONTH=4,6,9,11;BYMONTHDAY=31", "永远不会"),
        ("FREQ=MONTHLY;BYDAY=6MO", "永远不会"),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6", "永远不会"),
    ],
)
def test_a_bad_rule_is_refused_with_its_reason(text: str, part: str) -> None:
    assert part in (check_rrule(text) or "")


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29", "2026-01-01T09:00"),
        ("FREQ=MONTHLY;INTERVAL=12;BYMONTH=3", "2026-01-01T09:00"),
        ("FREQ=DAILY;UNTIL=20251231", "2026-01-01T09:00"),
    ],
)
def test_a_rule_that_its_start_makes_impossible_is_refused(text: str, start: str) -> None:
    assert check_rrule(text) is None
    assert "永远不会" in (check_rrule(text, datetime.fromisoformat(start)) or "")


def test_a_week_over_new_year_is_one_week() -> None:
    rule = read_rrule("FREQ=WEEKLY;BYDAY=MO,FR;BYSETPOS=-1")
    assert not isinstance(rule, BadRRule)
    begin, end = datetime(2025, 12, 24), datetime(2025, 12, 31)
    assert [n.day for n in nominals(rule, begin, ZoneInfo("UTC"), since=begin, until=end)] == [26]


def test_a_start_long_ago_costs_only_the_years_that_are_looked_at() -> None:
    rule = read_rrule("FREQ=DAILY;INTERVAL=3")
    assert not isinstance(rule, BadRRule)
    days_of_year.cache_clear()
    begin, end = datetime(2026, 1, 1), datetime(2026, 2, 1)
    found = list(nominals(rule, datetime(1900, 1, 1, 9), ZoneInfo("UTC"), since=begin, until=end))
    january = [datetime(2026, 1, day, 9) for day in range(1, 32)]
    assert found == [day for day in january if (day.date() - date(1900, 1, 1)).days % 3 == 0]
    assert days_of_year.cache_info().misses <= 2


@given(RULES, ENDS, st.sampled_from(["", ";WKST=SU", ";WKST=WE"]), STARTS, STARTS)
@example("FREQ=WEEKLY;INTERVAL=2;BYDAY=SA,SU", "", ";WKST=SU", datetime(2023, 12, 31, 9), datetime(2024, 1, 1, 9))
@settings(max_examples=150, deadline=None)
def test_any_window_is_a_part_of_what_the_library_gives_from_the_start(
    rule: str, end: str, week: str, start: datetime, since: datetime
) -> None:
    read = read_rrule(rule + end + week)
    assert not isinstance(read, BadRRule)
    until = since + timedelta(days=800)
    found = list(nominals(read, start, ZoneInfo("UTC"), since=since, until=until))
    reference = library.rrulestr(rule + end + week, dtstart=start)
    assert found == [n for n in takewhile(lambda n: n < until, reference.xafter(since, inc=True))]


@given(st.text(alphabet="FREQ=DAILYMONTH;BYSETPOS,0123456789+-UNTILZWK ：\u0660\x00", max_size=60))
@example("FREQ=DAILY;INTERVAL=\u0661")
@example("FREQ=DAILY;UNTIL=00000000T000000Z")
@example("FREQ=DAILY;UNTIL=00010101T000000Z")
@settings(max_examples=200, deadline=None)
def test_no_text_breaks_the_reader(text: str) -> None:
    problem = check_rrule(text, datetime(2026, 1, 1, 9))
    assert problem is None or problem
