"""Why a reminder comes when it comes, in Chinese. Pure."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from scheduler.recurrence import lead_moments
from scheduler.rule import GroupRule, Lead, Occurrence, Roll
from scheduler.words import leads_in_words, rule_in_words
from scheduler.workdays import Workdays

_WEEKDAYS = "一二三四五六日"
_ROLLS: dict[Roll, str] = {
    "none": "照常",
    "next": "顺延到下一个工作日",
    "previous": "提前到上一个工作日",
    "skip": "跳过",
}


def explain(group_rule: GroupRule, occurrence: Occurrence, lead: Lead, workdays: Workdays) -> str:
    """One line a step: rule, date by the rule, what the holidays made of it, the event, the lead, and both clocks."""
    schedule = group_rule.rule.schedule
    _, due_at = lead_moments(occurrence, (lead,), schedule.zone)[0]
    zone = ZoneInfo(schedule.zone)
    start = f"{schedule.start:%Y-%m-%d %H:%M}"
    steps = [
        ("规则", rule_in_words(group_rule.rule)),
        ("写法", f"{schedule.rrule or '只有一次'}，从 {start} 开始"),
        ("按规则", _local(occurrence.nominal, workdays)),
        ("遇到休息日", f"{_ROLLS[schedule.roll]}。{_roll(occurrence, schedule.roll, workdays)}"),
        ("活动时间", _local(occurrence.local, workdays)),
        ("提醒", f"{leads_in_words((lead,))}，{_local(due_at.astimezone(zone).replace(tzinfo=None), workdays)}"),
        ("时区", f"{schedule.zone}，这时是 {_offset(due_at, zone)}"),
        ("UTC", f"活动 {_utc(occurrence.at)}，提醒 {_utc(due_at)}"),
    ]
    return "\n".join(f"{name}：{text}" for name, text in steps)


def _roll(occurrence: Occurrence, roll: Roll, workdays: Workdays) -> str:
    nominal, local = occurrence.nominal, occurrence.local
    if occurrence.is_provisional:
        year = max(nominal.year, local.year)
        return f"{year} 年放假安排尚未公布，暂按周末计算；{_moved(nominal.date(), local.date(), workdays)}"
    if nominal.date() == local.date() and nominal != local:
        return "那天调了钟，没有这个时刻，往后顺一个空档"
    if roll == "none" and nominal.date() != local.date():
        return "当地没有这一天，往后顺"
    return _moved(nominal.date(), local.date(), workdays)


def _moved(nominal: date, local: date, workdays: Workdays) -> str:
    if nominal == local:
        return "日期不用动"
    why = workdays.remark(nominal) or "不是工作日"
    return f"{nominal:%m-%d} 是{why}，改到 {local:%m-%d}"


def _local(local: datetime, workdays: Workdays) -> str:
    remark = workdays.remark(local.date())
    return f"{local:%Y-%m-%d} 周{_WEEKDAYS[local.weekday()]} {local:%H:%M}" + (f"（{remark}）" if remark else "")


def _offset(at: datetime, zone: ZoneInfo) -> str:
    shown = at.astimezone(zone).strftime("%z")
    return f"UTC{shown[:3]}:{shown[3:5]}"


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"
