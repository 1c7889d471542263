"""How far off an event is, as the reminder says it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from handlers.reminder_texts import Item, checklist, reminders, when
from scheduler.by_hand import MOVED
from scheduler.delivery import Delivery, Planned
from scheduler.rule import GroupRule, Kind, Roll, Rule, Schedule
from scheduler.workdays import Workdays

BEGINS = datetime(2026, 12, 4, 11, 30, tzinfo=UTC)
LOCAL = datetime(2026, 12, 4, 19, 30)
RULE = GroupRule(1, -5, None, 7, Rule("meeting", "党小组会", Schedule(LOCAL), ()), "active", BEGINS)
PLANNED = Planned("1/x", -5, None, "remind", BEGINS, BEGINS, 1, LOCAL, BEGINS)


@pytest.mark.parametrize(
    ("kind", "before", "words"),
    [
        ("meeting", timedelta(minutes=60), "还有1小时"),
        ("meeting", timedelta(minutes=90), "还有90分钟"),
        ("study", timedelta(minutes=30), "还有30分钟"),
        ("meeting", timedelta(minutes=5), "马上开始"),
        ("meeting", timedelta(0), "马上开始"),
        ("meeting", timedelta(minutes=-5), "已经过了"),
        ("meeting", timedelta(hours=10), "就是今天"),
        ("dues", timedelta(minutes=30), "就是今天"),
        ("meeting", timedelta(days=1), "明天"),
        ("meeting", timedelta(days=3), "还有3天"),
    ],
)
def test_how_far_off_it_is(kind: Kind, before: timedelta, words: str) -> None:
    rule = replace(RULE, rule=replace(RULE.rule, kind=kind))
    item = Item(Delivery(1, PLANNED, "sending", BEGINS), rule)
    assert when(item, Workdays(), now=BEGINS - before) == f"12月4日 周五 19:30（{words}）"


def test_several_late_ones_are_numbered_as_their_buttons_are() -> None:
    two = [Item(Delivery(n, PLANNED, "sending", BEGINS), RULE) for n in (1, 2)]
    lines = reminders(two, Workdays(), now=BEGINS - timedelta(days=1)).splitlines()
    assert [line[:3] for line in lines[1:]] == ["(1)", "(2)"]


def test_a_checklist_sends_nobody_to_a_page_that_cannot_be_edited() -> None:
    item = Item(Delivery(1, PLANNED, "sending", BEGINS), RULE)
    assert "/reminders → 修改" in checklist(item, "一、二", "群")
    declared = replace(item, group_rule=replace(RULE, declared="main/0"))
    text = checklist(declared, "一、二", "群")
    assert "配置文件" in text and "修改" not in text


@pytest.mark.parametrize(
    ("day", "roll", "is_said"), [(-1, "previous", False), (1, "next", False), (31, "previous", True)]
)
def test_a_last_working_day_was_never_planned_for_another(day: int, roll: Roll, is_said: bool) -> None:
    local = datetime(2026, 1, 31 if day != 1 else 1, 9)  # a Saturday, a holiday
    schedule = Schedule(local, f"FREQ=MONTHLY;BYMONTHDAY={day}", roll)
    rule = replace(RULE, rule=replace(RULE.rule, schedule=schedule))
    planned = replace(PLANNED, nominal=local, event_at=datetime(2026, 1, 30, 1, tzinfo=UTC))
    text = reminders([Item(Delivery(1, planned, "sending", BEGINS), rule)], Workdays(), now=BEGINS)
    assert ("原定" in text) is is_said


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2026-10-01", "3天，国庆节放假）"),
        ("2026-02-14", "3天，调休上班）"),
        ("2027-01-01", "3天，元旦）"),
        ("2026-12-05", "3天）"),
    ],
)
def test_a_reminder_says_what_is_special_about_the_day(day: str, said: str) -> None:
    at = datetime.fromisoformat(f"{day}T11:30+00:00")
    item = Item(Delivery(1, replace(PLANNED, event_at=at), "sending", at), RULE)
    assert when(item, Workdays(), now=at - timedelta(days=3)).endswith(said)


def test_news_say_what_is_off() -> None:
    told = replace(PLANNED, lead=MOVED, payload={"was": ["2026-12-02T19:30:00", "2026-12-03T19:30:00"]})
    lines = reminders(
        [Item(Delivery(1, told, "sending", BEGINS), RULE)], Workdays(), now=BEGINS - timedelta(days=1)
    ).splitlines()
    assert lines[0].endswith("（改时间了）")
    assert lines[2] == "原来说的12月2日 周三 19:30、12月3日 周四 19:30不算了，以这次为准。"
