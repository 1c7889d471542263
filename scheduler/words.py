"""Schedules and rules in Chinese words. What phrase_of writes, scheduler.phrase reads back as the same rule."""

from datetime import date, datetime, time

from scheduler.quotes import quoted
from scheduler.rrule import RRule, WeekdayNumber
from scheduler.rrule_text import BadRRule, read_rrule
from scheduler.rule import DEFAULT_ZONE, Kind, Lead, Roll, Rule, Schedule

WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
KIND_NAMES: dict[Kind, str] = {"meeting": "会议", "dues": "党费", "report": "总结", "study": "学习", "custom": "其他"}
_WORKDAYS = ((0, 0), (1, 0), (2, 0), (3, 0), (4, 0))
_NUMERALS = "零一二三四五六七八九十"
_ROLLS: dict[Roll, str] = {
    "none": "遇节假日照常",
    "next": "遇节假日顺延到下一个工作日",
    "previous": "遇节假日提前到上一个工作日",
    "skip": "遇节假日跳过",
}
_MONTHS: dict[tuple[int, ...], str] = {
    (3, 6, 9, 12): "每季度末月",
    (2, 5, 8, 11): "每季度第二个月",
    (1, 4, 7, 10): "每季度首月",
    (1, 7): "每半年首月",
    (6, 12): "每半年末月",
    tuple(range(1, 13, 2)): "单月",
    tuple(range(2, 13, 2)): "双月",
}
_HALF_YEARS = {(which, which + 6): f"每半年第{_NUMERALS[which]}个月" for which in range(2, 6)}


def day_in_words(local: date) -> str:
    """ "3月6日 周五 19:30"; of a plain date without the hour."""
    hour = f" {_hour(local.time())}" if isinstance(local, datetime) else ""
    return f"{local.month}月{local.day}日 {WEEKDAYS[local.weekday()]}{hour}"


def schedule_in_words(schedule: Schedule) -> str:
    """ "每月第一个周五 19:30", with what happens on holidays where the words don't say so themselves."""
    roll = _roll_left(schedule)
    return when_in_words(schedule) + (f"，{_ROLLS[roll]}" if roll != "none" else "")


def when_in_words(schedule: Schedule) -> str:
    """Days and hours alone."""
    if not schedule.rrule:
        return f"{schedule.start.year}年{day_in_words(schedule.start)}"
    rule = read_rrule(schedule.rrule)
    days = None if isinstance(rule, BadRRule) else _days(rule, schedule)
    if days is None or isinstance(rule, BadRRule):
        return f"从{_date(schedule.start)}起，按规则 {schedule.rrule}"
    hours = [time(hour, schedule.start.minute) for hour in rule.hours] or [schedule.start.time()]
    return f"{_since(rule, schedule)}{days} {'和'.join(map(_hour, hours))}{_end(rule)}"


def names_workdays(schedule: Schedule) -> bool:
    """Whether the words for the days say themselves what happens on holidays (最后一个工作日, 每个工作日)."""
    rule = read_rrule(schedule.rrule) if schedule.rrule else None
    return isinstance(rule, RRule) and (
        (schedule.roll == "previous" and rule.days.month_days == (-1,))
        or (schedule.roll == "next" and rule.days.month_days == (1,))
        or (schedule.roll == "skip" and rule.frequency == "DAILY" and rule.interval == 1)
    )


def leads_in_words(leads: tuple[Lead, ...]) -> str:
    """ "提前3天 9:00、提前1小时提醒"; "不提醒" without any."""
    return "、".join(map(_lead, leads)) + "提醒" if leads else "不提醒"


def rule_in_words(rule: Rule) -> str:
    """For people: all of the rule, with its zone."""
    zone = "北京时间" if rule.schedule.zone == DEFAULT_ZONE else f"{rule.schedule.zone} 时间"
    parts = [f"{when_in_words(rule.schedule)} {rule.title}（{zone}）", leads_in_words(rule.leads)]
    if rule.nag is not None:
        parts.append(f"{_lead(rule.nag)}催一次没回复的")
    parts.append(_ROLLS[_roll_left(rule.schedule)] if _roll_left(rule.schedule) != "none" or _may_roll(rule) else "")
    note = "议程" if rule.kind == "meeting" else "备注"
    parts += [f"地点：{rule.place}" if rule.place else "", f"{note}：{rule.note}" if rule.note else ""]
    return "；".join(part for part in parts if part)


def phrase_of(rule: Rule) -> str:
    """What a leader could have typed after /remind for this rule."""
    when = schedule_in_words(rule.schedule)
    if rule.schedule.rrule and not when.startswith("从"):
        when = f"从{_date(rule.schedule.start)}起{when}"
    parts = [f"{when} {quoted(rule.title)}", leads_in_words(rule.leads)]
    if rule.nag is not None:
        parts.append(f"{_lead(rule.nag)}催一次")
    parts.append(f"类别：{KIND_NAMES[rule.kind]}")
    parts += [f"地点：{quoted(rule.place)}" if rule.place else ""]
    parts.append(f"议程：{quoted(rule.note)}" if rule.note else "")
    return "，".join(part for part in parts if part)


def _date(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _hour(hour: time) -> str:
    return f"{hour.hour}:{hour.minute:02}"


def _may_roll(rule: Rule) -> bool:
    """Whether 照常 is worth saying: not where the words name working days."""
    return _roll_left(rule.schedule) == rule.schedule.roll


def _roll_left(schedule: Schedule) -> Roll:
    return "none" if names_workdays(schedule) else schedule.roll


def _since(rule: RRule, schedule: Schedule) -> str:
    """An interval counts from somewhere."""
    start = schedule.start
    return f"从{_date(start)}起" if rule.interval > 1 or rule.count is not None else ""


def _end(rule: RRule) -> str:
    if rule.count is not None:
        return f"，共{rule.count}次"
    if rule.until is not None:
        return f"，直到{rule.until.year}年{rule.until.month}月{rule.until.day}日为止"
    return ""


def _days(rule: RRule, schedule: Schedule) -> str | None:
    """None when there are no short words for it."""
    days = rule.days
    if rule.positions or days.year_days or days.weeks or rule.minutes or rule.seconds:
        return None
    match rule.frequency:
        case "DAILY":
            return None if days.months or days.month_days or days.weekdays else _daily(rule, schedule.roll)
        case "WEEKLY":
            return None if days.months else _weekly(rule, schedule)
        case "MONTHLY":
            months = _months(rule)
        case "YEARLY":
            months = _of_year(rule, schedule)
    days_of_month = _days_of_month(rule, schedule)
    return months + days_of_month if months and days_of_month else None


def _daily(rule: RRule, roll: Roll) -> str:
    if rule.interval > 1:
        return f"每{rule.interval}天"
    return "每个工作日" if roll == "skip" else "每天"


def _weekly(rule: RRule, schedule: Schedule) -> str:
    weekdays = tuple(sorted(rule.days.weekdays)) or ((schedule.start.weekday(), 0),)
    every = "每" if rule.interval == 1 else f"每{rule.interval}周的"
    if weekdays == _WORKDAYS:
        return f"{every}周一到周五"
    return every + "、".join(WEEKDAYS[day] for day, _ in weekdays)


def _months(rule: RRule) -> str | None:
    months = tuple(sorted(rule.days.months))
    if months and rule.interval > 1:
        return None
    if months:
        return (_MONTHS | _HALF_YEARS).get(months)
    return "每月" if rule.interval == 1 else f"每{rule.interval}个月"


def _of_year(rule: RRule, schedule: Schedule) -> str | None:
    if rule.days.weekdays and not rule.days.months:
        return None  # the n-th of the year
    every = "每年" if rule.interval == 1 else f"每{rule.interval}年的"
    return every + "、".join(f"{month}月" for month in sorted(rule.days.months) or [schedule.start.month])


def _days_of_month(rule: RRule, schedule: Schedule) -> str | None:
    days, weekdays = rule.days.month_days, rule.days.weekdays
    if days and weekdays:
        return None
    if not days and not weekdays:
        return f"{schedule.start.day}号"
    if weekdays:
        return _numbered_weekdays(weekdays)
    if schedule.roll == "previous" and days == (-1,):
        return "最后一个工作日"
    if schedule.roll == "next" and days == (1,):
        return "第一个工作日"
    if len(days) == 1 and days[0] < 0:
        return f"{_which(days[0])}天".replace("个", "")
    if any(day < -1 for day in days):
        return None
    return "和".join([*(f"{day}号" for day in sorted(days) if day > 0), *(["最后一天"] if -1 in days else [])])


def _numbered_weekdays(weekdays: tuple[WeekdayNumber, ...]) -> str | None:
    if any(not which or abs(which) > 5 for _, which in weekdays):
        return None
    return "和".join(f"{_which(which)}{WEEKDAYS[day]}" for day, which in weekdays)


def _which(which: int) -> str:
    if which == -1:
        return "最后一个"
    return f"倒数第{_number(-which)}个" if which < 0 else f"第{_number(which)}个"


def _number(number: int) -> str:
    return _NUMERALS[number] if number <= 10 else str(number)


def _lead(lead: Lead) -> str:
    if lead.at is not None:
        return f"提前{lead.days}天 {_hour(lead.at)}" if lead.days else f"当天 {_hour(lead.at)}"
    if lead.days and lead.minutes:
        return f"提前{lead.days}天同一时间再提前{lead.minutes}分钟"
    if lead.days:
        return f"提前{lead.days}天同一时间"
    if not lead.minutes:
        return "到点"
    return f"提前{lead.minutes // 60}小时" if lead.minutes % 60 == 0 else f"提前{lead.minutes}分钟"
