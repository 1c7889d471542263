"""How far off an event is, as the reminder says it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from handlers.reminder_texts import Item, when
from scheduler.delivery import Delivery, Planned
from scheduler.rule import GroupRule, Kind, Rule, Schedule

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
    assert when(item, now=BEGINS - before) == f"12月4日 周五 19:30（{words}）"
