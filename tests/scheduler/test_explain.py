"""Why that date: each reason is named."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from scheduler.explain import explain
from scheduler.recurrence import moment, next_occurrences
from scheduler.rule import GroupRule, Lead, Roll, Rule, Schedule
from scheduler.workdays import Workdays

NINE = Lead(3, at=time(9))


def explained(rrule: str, start: str, roll: Roll, zone: str = "Asia/Shanghai", lead: Lead = NINE) -> list[str]:
    schedule = Schedule(datetime.fromisoformat(start), rrule, roll, zone)
    rule = GroupRule(
        1, -1, None, 1, Rule("meeting", "党小组会", schedule, (lead,)), "active", datetime(2026, 1, 1, tzinfo=UTC)
    )
    event = next_occurrences(
        schedule, Workdays(), after=moment(schedule.start, ZoneInfo(zone)) - timedelta(days=20), count=1
    )[0]
    return explain(rule, event, lead, Workdays()).splitlines()


def test_a_rolled_date_names_the_holiday_and_both_clocks() -> None:
    lines = explained("FREQ=MONTHLY;BYMONTHDAY=1", "2026-10-01T19:30", "next")
    assert [line.split("：")[0] for line in lines] == [
        "规则", "写法", "按规则", "遇到休息日", "活动时间", "提醒", "时区", "UTC",
    ]  # fmt: skip
    assert lines[1:] == [
        "写法：FREQ=MONTHLY;BYMONTHDAY=1，从 2026-10-01 19:30 开始",
        "按规则：2026-10-01 周四 19:30（国庆节放假）",
        "遇到休息日：顺延到下一个工作日。10-01 是国庆节放假，改到 10-08",
        "活动时间：2026-10-08 周四 19:30",
        "提醒：提前3天 9:00提醒，2026-10-05 周一 09:00（国庆节放假）",
        "时区：Asia/Shanghai，这时是 UTC+08:00",
        "UTC：活动 2026-10-08 11:30，提醒 2026-10-05 01:00",
    ]


@pytest.mark.parametrize(
    ("start", "roll", "zone", "part"),
    [
        ("2026-10-10T09:00", "next", "Asia/Shanghai", "日期不用动"),
        ("2026-10-10T09:00", "none", "Asia/Shanghai", "照常。日期不用动"),
        ("2027-01-01T09:00", "next", "Asia/Shanghai", "2027 年放假安排尚未公布，暂按周末计算；日期不用动"),
        ("2027-01-02T09:00", "previous", "Asia/Shanghai", "01-02 是周末，改到 01-01"),
        ("2026-03-08T02:30", "none", "America/New_York", "那天调了钟"),
        ("2011-12-30T09:00", "none", "Pacific/Apia", "当地没有这一天"),
    ],
)
def test_each_reason_for_a_date_is_said(start: str, roll: Roll, zone: str, part: str) -> None:
    assert part in explained("", start, roll, zone)[3]
