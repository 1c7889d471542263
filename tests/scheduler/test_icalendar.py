"""The calendar file, read back by a parser."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar, Event

from scheduler.icalendar import calendar
from scheduler.rule import GroupRule, Rule, Schedule
from scheduler.workdays import SpecialDay, Workdays

NOW = datetime(2026, 9, 20, tzinfo=UTC)
UNTIL = NOW + timedelta(days=120)
BOT = 7000000001
MEETING = GroupRule(
    7,
    -100,
    None,
    1,
    Rule(
        "meeting",
        "党小组会；九月, 十月",
        Schedule(datetime(2026, 1, 1, 19, 30), "FREQ=MONTHLY;BYMONTHDAY=1", "next"),
        (),
        "三楼会议室",
        "议程：\n一、学习; 二、讨论",
    ),
    "active",
    NOW,
)


def events(*rules: GroupRule, workdays: Workdays = Workdays()) -> list[Event]:  # noqa: B008
    text = calendar(rules, workdays, BOT, now=NOW, until=UNTIL)
    return list(Calendar.from_ical(text).events)


def test_every_event_reads_back_with_its_moment_place_and_note() -> None:
    first, *others = events(MEETING)
    assert first.start == datetime(2026, 10, 8, 11, 30, tzinfo=UTC)
    assert first.end - first.start == timedelta(hours=1)
    assert (first["summary"], first["location"]) == ("党小组会；九月, 十月", "三楼会议室")
    assert first["description"].startswith(
        "议程：\n一、学习; 二、讨论\n原定 2026-10-01（国庆节放假），改到 2026-10-08。"
    )
    assert [e.start.date() for e in others] == [date(2026, 11, 2), date(2026, 12, 1), date(2027, 1, 1)]
    assert "尚未公布" in others[-1]["description"]
    assert "尚未公布" not in others[-2].get("description")


def test_an_event_that_moves_keeps_its_uid() -> None:
    workdays = Workdays({date(2026, 10, 8): SpecialDay("holiday")})
    before, after = events(MEETING)[0], events(MEETING, workdays=workdays)[0]
    assert before["uid"] == after["uid"] == "7-20261001@7000000001.party-group-bot"
    assert (before.start.date(), after.start.date()) == (date(2026, 10, 8), date(2026, 10, 9))


def test_what_is_paused_or_deleted_is_left_out() -> None:
    assert events(replace(MEETING, state="paused"), replace(MEETING, state="deleted")) == []


def test_what_was_skipped_is_cancelled_where_it_was_imported_before() -> None:
    before = events(MEETING)
    after = events(replace(MEETING, skipped=frozenset({datetime(2026, 10, 1, 19, 30)}), revision=3))
    assert [e["uid"] for e in after] == [e["uid"] for e in before]
    assert [e.get("status") for e in after] == ["CANCELLED", None, None, None]
    assert all(e["sequence"] == 3 for e in after)


def test_an_event_whose_hour_was_moved_keeps_its_uid() -> None:
    later = replace(MEETING.rule.schedule, start=datetime(2026, 1, 1, 20))
    moved = replace(MEETING, rule=replace(MEETING.rule, schedule=later))
    assert [e["uid"] for e in events(moved)] == [e["uid"] for e in events(MEETING)]


def test_a_single_event_keeps_its_uid_on_another_day() -> None:
    single = Schedule(datetime(2026, 10, 9, 19, 30))
    before = replace(MEETING, rule=replace(MEETING.rule, schedule=single), revision=3)
    later = replace(single, start=datetime(2026, 10, 12, 20, 0))
    after = replace(before, rule=replace(before.rule, schedule=later), revision=4)
    (was,), (event,) = events(before), events(after)
    assert was["uid"] == event["uid"] == "7@7000000001.party-group-bot"
    assert event["sequence"] > was["sequence"]
    assert (was.start.day, event.start.day) == (9, 12)


def test_two_single_events_never_share_a_uid() -> None:
    single = replace(MEETING, rule=replace(MEETING.rule, schedule=Schedule(datetime(2026, 10, 9, 19, 30))))
    assert len({e["uid"] for e in events(single, replace(single, id=8), replace(MEETING, id=9))}) == 6


def test_two_events_of_one_day_have_a_uid_each() -> None:
    twice = replace(MEETING.rule.schedule, rrule="FREQ=MONTHLY;BYMONTHDAY=1;BYHOUR=9,15")
    found = events(replace(MEETING, rule=replace(MEETING.rule, schedule=twice)))
    assert len({e["uid"] for e in found}) == len(found) == 8


def test_every_line_keeps_to_what_calendars_accept() -> None:
    long = replace(MEETING, rule=replace(MEETING.rule, title="长" * 60))
    text = calendar([long], Workdays(), BOT, now=NOW, until=UNTIL)
    assert text.startswith(b"BEGIN:VCALENDAR\r\n") and text.endswith(b"END:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in text.split(b"\r\n"))
    assert text.count(b"DTSTAMP:20260920T000000Z") == text.count(b"BEGIN:VEVENT") == 4


def test_two_rules_come_in_order_of_time_and_never_share_a_uid() -> None:
    dues = replace(MEETING, id=8, rule=replace(MEETING.rule, kind="dues", place="", note=""))
    found = events(MEETING, dues)
    assert [e.start for e in found] == sorted(e.start for e in found)
    assert len({e["uid"] for e in found}) == len(found) == 8


def test_no_rules_still_give_a_calendar() -> None:
    assert events() == []
