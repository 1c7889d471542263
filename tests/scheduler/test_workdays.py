"""Working days: the library's years, overrides, and what is wrong with an override file."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from commands.workdays import load_workdays
from scheduler.workdays import Flawed, SpecialDay, Workdays, workdays_from


@pytest.mark.parametrize(
    ("day", "works", "remark"),
    [
        ("2026-10-01", False, "国庆节放假"),
        ("2026-10-10", True, "调休上班"),
        ("2026-09-20", True, "调休上班"),
        ("2026-02-14", True, "调休上班"),
        ("2026-02-23", False, "春节放假"),
        ("2026-02-24", True, ""),
        ("2026-01-01", False, "元旦放假"),
        ("2026-10-17", False, "周末"),
        ("2027-01-01", True, "元旦"),
        ("2027-10-04", True, ""),
        ("2027-01-02", False, "周末"),
        ("2011-12-31", True, "调休上班"),
    ],
)
def test_a_day_works_or_not_and_says_why(day: str, works: bool, remark: str) -> None:
    calendar = Workdays()
    assert (calendar.is_workday(date.fromisoformat(day)), calendar.remark(date.fromisoformat(day))) == (works, remark)


def test_a_year_is_announced_when_the_library_knows_it_or_the_file_says_so() -> None:
    assert [Workdays().is_announced(year) for year in (2025, 2026, 2027)] == [True, True, False]
    assert Workdays(announced=frozenset({2027})).is_announced(2027)
    assert not Workdays({date(2027, 1, 1): SpecialDay("holiday")}).is_announced(2027)


def test_an_override_wins_over_the_library_and_names_itself() -> None:
    calendar = Workdays({date(2026, 10, 10): SpecialDay("holiday", "院庆"), date(2026, 10, 7): SpecialDay("workday")})
    assert (calendar.is_workday(date(2026, 10, 10)), calendar.remark(date(2026, 10, 10))) == (False, "院庆放假")
    assert (calendar.is_workday(date(2026, 10, 7)), calendar.remark(date(2026, 10, 7))) == (True, "")


def test_no_break_of_the_known_years_is_longer_than_the_calendar_says() -> None:
    calendar, run, longest = Workdays(), 0, 0
    for day in (date(2004, 1, 1) + timedelta(days=i) for i in range(365 * 23)):
        run = 0 if calendar.is_workday(day) else run + 1
        longest = max(longest, run)
    assert timedelta(days=longest) <= calendar.longest_break


def test_the_version_changes_with_the_days_and_only_then() -> None:
    plain, named = Workdays(), SpecialDay("holiday", "元旦")
    other = Workdays({date(2027, 1, 1): named}, frozenset({2027}))
    renamed = Workdays({date(2027, 1, 1): SpecialDay("holiday")}, frozenset({2027}))
    assert plain.version and plain.version == Workdays().version
    assert len({plain.version, other.version, Workdays({date(2027, 1, 1): named}).version}) == 3
    assert other.version == renamed.version


def test_the_shipped_file_is_sound_and_changes_nothing() -> None:
    assert load_workdays() == (Workdays(), [])


def test_a_file_with_the_next_year_is_read(tmp_path: Path) -> None:
    file = tmp_path / "workdays.yaml"
    file.write_text(
        "announced: [2027]\ndays:\n  2027-01-01: {is: holiday, name: 元旦}\n  2027-01-03: workday\n", "utf-8"
    )
    calendar, problems = load_workdays(file)
    assert not problems and calendar is not None
    assert (calendar.remark(date(2027, 1, 1)), calendar.remark(date(2027, 1, 3))) == ("元旦放假", "调休上班")
    assert calendar.is_announced(2027)


BROKEN = """\
announced: [2027, 2027, 27, abc, 2028]
anounced: 1
days:
  2027-01-01: holiday
  2027-1-2: holiday
  2027-02-30: holiday
  2027-01-03: day off
  2027-01-01: workday
  2027-01-04: {is: holiday, nam: x}
  2027-01-05: {name: x}
  2027-01-06: 5
  2027-01-07:
  1027-01-07: holiday
  2027-01-08: {is: holiday, name: 2027-01-01}
  2027-01-09: {is: holiday, name: "春节<预>"}
  2027-01-10: {is: holiday, name: "A&B"}
"""


def test_every_slip_is_reported_at_once_with_line_and_hint(tmp_path: Path) -> None:
    file = tmp_path / "workdays.yaml"
    file.write_text(BROKEN, "utf-8")
    calendar, problems = load_workdays(file)
    assert calendar is None
    assert [(p.line, p.column) for p in problems] == [
        (1, 1), (1, 19), (1, 25), (1, 29), (2, 1), (5, 3), (6, 3), (7, 3), (8, 3), (9, 29), (10, 3), (11, 3), (12, 3),
        (13, 3), (14, 29), (15, 29), (16, 29),
    ]  # fmt: skip
    assert all(p.hint for p in problems)
    assert f"{file}:7:3: “day off”看不懂 —— 放假写 holiday，调休上班写 workday" in map(str, problems)


@pytest.mark.parametrize("text", ["", "days: [", "- 1", "announced: 2027", "days: [2027-01-01]", "\x00"])
def test_a_file_of_another_shape_is_refused(text: str, tmp_path: Path) -> None:
    file = tmp_path / "workdays.yaml"
    file.write_text(text, "utf-8")
    calendar, problems = load_workdays(file)
    assert calendar is None and problems


def test_a_missing_file_is_a_problem_and_not_an_empty_calendar(tmp_path: Path) -> None:
    calendar, problems = load_workdays(tmp_path / "none.yaml")
    assert calendar is None and "读不到" in problems[0].message


@pytest.mark.parametrize(
    "document",
    [[], "x", 1, {"days": 1}, {"announced": 1}, {"announced": [True]}, {"days": {1: 2}}, {1: 1}, {"days": {"x": []}}],
)
def test_plain_data_of_any_shape_gives_flaws_and_no_crash(document: object) -> None:
    assert isinstance(workdays_from(document), Flawed)
