"""Choices and typed words of a set-up: what they change, and what they leave alone."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from handlers.choices import changed, choices
from handlers.proposals import Press, missing, page, parse, trouble
from handlers.typed import LONGEST, is_prompt, plain, prompt, with_typed
from scheduler.recurrence import next_occurrences
from scheduler.rule import DEFAULT_ZONE, Lead, Rule, Schedule
from scheduler.workdays import SpecialDay, Workdays

NOW = datetime(2026, 11, 25, 10)
EVENING = Rule("meeting", "党小组会", Schedule(datetime(2026, 12, 4, 19, 30), "FREQ=MONTHLY;BYDAY=1FR"), (Lead(),))
EARLY = Rule("meeting", "党小组会", Schedule(datetime(2026, 3, 6, 7, 30)), (Lead(1, at=time(9)),))


def days(rule: Rule, now: datetime) -> list[str]:
    after = now.replace(tzinfo=ZoneInfo(DEFAULT_ZONE)).astimezone(UTC)
    return [f"{e.local:%Y-%m-%d}" for e in next_occurrences(rule.schedule, Workdays(), after=after, count=3)]


@pytest.mark.parametrize("is_typed", [False, True])
@pytest.mark.parametrize(
    ("rrule", "start", "now"),
    [
        ("FREQ=WEEKLY;INTERVAL=2;WKST=MO;BYDAY=FR", datetime(2026, 3, 6, 20), datetime(2026, 3, 9, 10)),
        ("FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=10", datetime(2026, 3, 10, 9), datetime(2026, 4, 1, 10)),
        ("FREQ=WEEKLY;BYDAY=FR", datetime(2026, 9, 4, 20), datetime(2026, 3, 9, 10)),
        ("FREQ=WEEKLY;BYDAY=FR;COUNT=5", datetime(2026, 3, 6, 20), datetime(2026, 3, 28, 10)),
    ],
)
def test_another_hour_leaves_the_days_and_the_count_as_they_are(
    rrule: str, start: datetime, now: datetime, is_typed: bool
) -> None:
    rule = Rule("study", "学习", Schedule(start, rrule), (Lead(),))
    moved = with_typed(rule, "at", "19:00", now=now) if is_typed else changed(rule, Press(1, "hour", "19:00"), now=now)
    assert isinstance(moved, Rule) and moved.schedule.start.time() == time(19)
    assert days(moved, now) == days(rule, now)


def test_one_hour_chosen_for_several_is_the_only_one() -> None:
    rule = replace(EVENING, schedule=Schedule(datetime(2026, 12, 1, 9), "FREQ=DAILY;BYHOUR=9,14"))
    moved = changed(rule, Press(1, "hour", "19:00"), now=NOW)
    assert moved is not None and (moved.schedule.start.hour, moved.schedule.rrule) == (19, "FREQ=DAILY")


@pytest.mark.parametrize(
    ("words", "hour"), [("当天下午5点", time(17)), ("当天17:00", time(17)), ("当天18:00", time(18))]
)
def test_a_lead_on_the_day_is_read_by_the_hour_of_this_event(words: str, hour: time) -> None:
    found = with_typed(EVENING, "ahead", words, now=NOW)
    assert not isinstance(found, str) and found.leads == (Lead(at=hour), Lead())


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("at", "9点，提前3天提醒"),
        ("at", "9点，到点提醒"),
        ("at", "9点，遇节假日顺延"),
        ("at", "9点，没回的提前1小时催一下"),
        ("at", "9点，地点：三楼"),
        ("at", "9点和14点"),
        ("ahead", "提前2天晚上8点，地点：三楼"),
        ("ahead", "提前1天提醒，没回的提前1小时催一下"),
        ("ahead", "提前1天，遇节假日顺延"),
        ("ahead", "请"),
        ("place", "楼" * 101),
        ("title", "会" * 61),
        ("title", "\u202e \u200b"),
    ],
)
def test_what_is_more_than_was_asked_for_is_refused_and_not_dropped(what: str, words: str) -> None:
    assert isinstance(with_typed(EVENING, what, words, now=NOW), str)


def test_only_what_comes_in_time_is_offered_and_the_page_says_so() -> None:
    assert changed(EARLY, Press(1, "lead", "0d"), now=NOW) is None
    assert changed(EARLY, Press(1, "nag", "0d"), now=NOW) is None
    for what in ("lead", "nag"):
        shown = choices(Press(1, what, ""), EARLY, now=NOW)
        assert shown is not None and "7:30以后的太晚" in shown[0]
        assert not any("当天" in button.text for row in shown[1].inline_keyboard for button in row)


def test_a_nag_after_the_beginning_is_trouble_for_a_meeting_and_none_for_dues() -> None:
    nagged = replace(EARLY, nag=Lead(at=time(12)))
    assert "7:30" in trouble(nagged) and trouble(replace(nagged, kind="dues")) == ""


@pytest.mark.parametrize(
    ("roll", "word"), [("skip", "跳过"), ("none", "已经过了")]
)  # Sundays and days off; nothing left
def test_a_page_without_anything_to_come_says_why(roll: str, word: str) -> None:
    until = "" if roll == "skip" else ";UNTIL=20261101T235959"
    schedule = Schedule(datetime(2026, 11, 29, 9), f"FREQ=WEEKLY;BYDAY=SU{until}", roll)  # type: ignore[arg-type]
    html = page(
        replace(EVENING, schedule=schedule), Workdays(), (), now=datetime(2026, 11, 25, tzinfo=UTC), is_new=True
    )
    assert "接下来没有了" in html and word in html


def test_a_holiday_named_with_a_sign_of_html_stays_text() -> None:
    calendar = Workdays({date(2026, 12, 4): SpecialDay("holiday", "春节<预>")})
    html = page(EVENING, calendar, (), now=datetime(2026, 11, 25, tzinfo=UTC), is_new=True)
    assert "春节&lt;预&gt;" in html and "<预>" not in html


def test_a_prompt_is_known_by_its_end_and_a_text_loses_what_is_not_seen() -> None:
    assert all(is_prompt(f"张三，{prompt(what)}") for what in (*LONGEST, "at", "ahead"))
    assert plain(" 一\u202e层\n二\x07层\u200b ") == "一层\n二层"


SINGLE = Rule("custom", "交学习心得", Schedule(datetime(2026, 11, 27, 15), roll="next"), (Lead(),))


def shown_days(rule: Rule, now: datetime) -> dict[str, str]:
    found = choices(Press(1, "day", ""), rule, now=now)
    assert found is not None
    return {b.text: str(b.callback_data) for row in found[1].inline_keyboard for b in row}


def test_a_single_one_is_moved_by_days_and_stays_single() -> None:
    days_offered = shown_days(SINGLE, NOW)
    assert [*days_offered][:4] == ["今天", "明天", "后天", "11月28日 周六"]
    press = parse(days_offered["后天"])
    assert press is not None
    moved = changed(SINGLE, press, now=NOW)
    assert moved is not None and moved.schedule == replace(SINGLE.schedule, start=datetime(2026, 11, 27, 15))
    assert "今天" not in shown_days(SINGLE, NOW.replace(hour=16))
    assert "每周几" in shown_days(EVENING, NOW) and "今天" not in shown_days(EVENING, NOW)


@pytest.mark.parametrize("value", ["S:20261301", "S:1", "S:", "S:2026-1-1"])
def test_a_forged_day_is_no_choice(value: str) -> None:
    assert changed(SINGLE, Press(1, "on", value), now=NOW) is None


@pytest.mark.parametrize(
    ("words", "start", "rrule", "roll"),
    [
        ("12月5日", datetime(2026, 12, 5, 15), "", "next"),
        ("明天下午4点", datetime(2026, 11, 26, 16), "", "next"),
        ("每月第二个周三", datetime(2026, 12, 9, 15), "FREQ=MONTHLY;BYDAY=2WE", "next"),
        ("每月最后一个工作日", datetime(2026, 11, 30, 15), "FREQ=MONTHLY;BYMONTHDAY=-1", "previous"),
    ],
)
def test_another_day_is_typed_in_the_words_of_the_one_sentence(
    words: str, start: datetime, rrule: str, roll: str
) -> None:
    moved = with_typed(SINGLE, "when", words, now=NOW)
    assert moved == replace(SINGLE, schedule=Schedule(start, rrule, roll))  # type: ignore[arg-type]


def test_the_last_day_is_not_made_the_last_working_day_by_what_was_before() -> None:
    dues = replace(SINGLE, kind="dues", schedule=Schedule(datetime(2026, 11, 30, 9), "FREQ=MONTHLY", "previous"))
    moved = with_typed(dues, "when", "每月最后一天", now=NOW)
    assert isinstance(moved, Rule) and moved.schedule.roll == "none"


@pytest.mark.parametrize("words", ["三楼", "12月5日，提前3天提醒", "12月5日开会", "12月5日，地点：三楼", ""])
def test_what_is_no_day_or_more_than_one_is_refused(words: str) -> None:
    assert isinstance(with_typed(SINGLE, "when", words, now=NOW), str)


def test_a_single_one_on_a_day_off_that_is_skipped_is_not_called_past() -> None:
    now = datetime(2026, 11, 25, tzinfo=UTC)
    saturday = replace(SINGLE, schedule=Schedule(datetime(2026, 11, 28, 15), roll="skip"))
    assert "休息日" in missing(saturday, Workdays(), now=now)
    assert "已经过了" in missing(saturday, Workdays(), now=now + timedelta(days=9))


@pytest.mark.parametrize("hour", [time(19, 30), time(9), time(14)])
@pytest.mark.parametrize("words", ["2026-12-1", "2026/12/1", "2026.12.1", "12-01", "12/1", "12.1", "2026-12-01"])
def test_a_date_in_figures_is_that_date_at_its_own_hour(words: str, hour: time) -> None:
    rule = replace(SINGLE, schedule=Schedule(datetime.combine(date(2026, 11, 30), hour)))
    moved = with_typed(rule, "when", words, now=datetime(2026, 11, 3, 10))
    assert isinstance(moved, Rule) and moved.schedule.start == datetime.combine(date(2026, 12, 1), hour)


@pytest.mark.parametrize(
    ("hour", "words", "is_read"),
    [
        (9, "12月5日下午", False),
        (8, "下周五晚上", False),
        (19, "12月5日上午", False),
        (14, "12月5日下午", True),
        (9, "12月5日晚上9点", True),
    ],
)
def test_a_part_of_the_day_never_makes_another_hour_of_its_own(hour: int, words: str, is_read: bool) -> None:
    rule = replace(SINGLE, schedule=Schedule(datetime(2026, 11, 20, hour)))
    moved = with_typed(rule, "when", words, now=datetime(2026, 11, 3, 10))
    assert isinstance(moved, Rule) is is_read
    assert isinstance(moved, str) or moved.schedule.start.hour == (21 if "点" in words else hour)
