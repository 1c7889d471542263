"""What there is to choose for a set-up: the pages behind its buttons, and what each choice changes. Pure."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import partial

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from handlers.proposals import (
    Press,
    at_hour,
    button,
    default_rule,
    hour_in_words,
    on_days,
    rows,
    ticked,
    trouble,
    with_leads,
)
from scheduler.rule import Kind, Lead, Roll, Rule
from scheduler.words import WEEKDAYS, day_in_words, leads_in_words

_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_HOURS = (
    "8:00",
    "8:30",
    "9:00",
    "9:30",
    "10:00",
    "14:00",
    "14:30",
    "15:00",
    "16:00",
    "17:30",
    "18:30",
    "19:00",
    "19:30",
    "20:00",
)
_DAYS_OFFERED = 8
_ROLLS: dict[Roll, str] = {
    "none": "照常",
    "next": "顺延到下一个工作日",
    "previous": "提前到上一个工作日",
    "skip": "跳过",
}
_LEADS: dict[str, tuple[str, Lead]] = {
    "7d": ("提前7天 9:00", Lead(7, at=time(9))),
    "3d": ("提前3天 9:00", Lead(3, at=time(9))),
    "1d": ("提前1天 9:00", Lead(1, at=time(9))),
    "0d": ("当天 8:00", Lead(at=time(8))),
    "1h": ("提前1小时", Lead(minutes=60)),
    "at": ("到点", Lead()),
}
_NAGS: dict[str, tuple[str, Lead | None]] = {
    "off": ("不催", None),
    "1d": ("提前1天 20:00", Lead(1, at=time(20))),
    "0d": ("当天 12:00", Lead(at=time(12))),
}
_KINDS: dict[Kind, str] = {
    "meeting": "党小组会",
    "dues": "收党费",
    "report": "工作总结",
    "study": "学习",
    "custom": "其他",
}


def kinds(draft_id: int) -> InlineKeyboardMarkup:
    buttons = [button(name, draft_id, "kind", kind) for kind, name in _KINDS.items()]
    return InlineKeyboardMarkup([*rows(buttons, 2), [button("取消", draft_id, "cancel")]])


def choices(press: Press, rule: Rule, *, now: datetime) -> tuple[str, InlineKeyboardMarkup] | None:
    """The page behind a button that offers something to choose; None where there is none. now: naive local."""
    pages: dict[str, Callable[[int, Rule], tuple[str, list[list[InlineKeyboardButton]]]]] = {
        "day": _days_page if rule.schedule.rrule else partial(_day_page, now=now),
        "hour": _hour_page, "lead": _lead_page, "roll": _roll_page, "nag": _nag_page,
        "week": _week_page, "date": _date_page, "nth": _nth_page,
    }  # fmt: skip
    if press.what == "nth" and press.value:
        text, offered = _weekday_page(press)
    elif press.what in pages and not press.value:
        text, offered = pages[press.what](press.draft_id, rule)
    else:
        return None
    return text, InlineKeyboardMarkup([*offered, [button("‹ 返回", press.draft_id, "back")]])


def _weekday_page(press: Press) -> tuple[str, list[list[InlineKeyboardButton]]]:
    which = int(press.value) if press.value.lstrip("-").isdigit() else 1
    days = [button(name, press.draft_id, "on", f"M:{which}{_CODES[d]}") for d, name in enumerate(WEEKDAYS)]
    return "星期几？", rows(days, 4)


def _days_page(draft: int, rule: Rule) -> tuple[str, list[list[InlineKeyboardButton]]]:
    buttons = [
        button("每月第几个周几", draft, "nth"),
        button("每月几号", draft, "date"),
        button("每月最后一个工作日", draft, "on", "W"),
        button("每月最后一天", draft, "on", "D:-1"),
        button("每周几", draft, "week"),
        button("每季度末月25号", draft, "on", "Q:25"),
        button("别的日子", draft, "when"),
    ]
    return "哪天？", rows(buttons, 2)


def _day_page(draft: int, rule: Rule, *, now: datetime) -> tuple[str, list[list[InlineKeyboardButton]]]:
    """Of a single event."""
    hour = rule.schedule.start.time()
    days = [now.date() + timedelta(days=ahead) for ahead in range(_DAYS_OFFERED)]
    names = dict(zip(days, ("今天", "明天", "后天"), strict=False))
    buttons = [
        button(names.get(day, day_in_words(day)), draft, "on", f"S:{day:%Y%m%d}")
        for day in days
        if datetime.combine(day, hour) > now
    ]
    return "哪天？", rows([*buttons, button("别的日子", draft, "when")], 2)


def _nth_page(draft: int, rule: Rule) -> tuple[str, list[list[InlineKeyboardButton]]]:
    names = {1: "第一个", 2: "第二个", 3: "第三个", 4: "第四个", -1: "最后一个"}
    return "每月第几个？", rows([button(name, draft, "nth", str(n)) for n, name in names.items()], 3)


def _date_page(draft: int, rule: Rule) -> tuple[str, list[list[InlineKeyboardButton]]]:
    return "每月几号？", rows([button(str(day), draft, "on", f"D:{day}") for day in range(1, 29)], 7)


def _week_page(draft: int, rule: Rule) -> tuple[str, list[list[InlineKeyboardButton]]]:
    return "每周几？", rows([button(name, draft, "on", f"E:{_CODES[d]}") for d, name in enumerate(WEEKDAYS)], 4)


def _hour_page(draft: int, rule: Rule) -> tuple[str, list[list[InlineKeyboardButton]]]:
    buttons = [button(hour, draft, "hour", hour) for hour in _HOURS]
    return "几点？", [*rows(buttons, 4), [button("别的钟点", draft, "at")]]


def _lead_page(draft: int, rule: Rule) -> tuple[str, list[list[InlineKeyboardButton]]]:
    own = tuple(lead for lead in rule.leads if lead not in [known for _, known in _LEADS.values()])
    offered = {code: of for code, of in _LEADS.items() if of[1] in rule.leads or _in_time(rule, of[1])}
    buttons = [button(ticked(name, lead in rule.leads), draft, "lead", code) for code, (name, lead) in offered.items()]
    more = [button("别的时候", draft, "ahead")]
    more += [button("去掉另加的", draft, "lead", "own")] if own else []
    text = "什么时候提醒？点一下加上，再点一下去掉。" + _left_out(rule, len(offered) < len(_LEADS))
    return text + (f"\n另加了：{leads_in_words(own)}" if own else ""), [*rows(buttons, 2), more]


def _left_out(rule: Rule, some: bool) -> str:
    return f"\n（{hour_in_words(rule.schedule.start)}以后的太晚，没列出来。）" if some else ""


def _roll_page(draft: int, rule: Rule) -> tuple[str, list[list[InlineKeyboardButton]]]:
    chosen = rule.schedule.roll
    buttons = [button(ticked(name, roll == chosen), draft, "roll", roll) for roll, name in _ROLLS.items()]
    return "碰上节假日和周末怎么办？", rows(buttons, 1)


def _nag_page(draft: int, rule: Rule) -> tuple[str, list[list[InlineKeyboardButton]]]:
    offered = _nags(rule)
    buttons = [button(ticked(name, nag == rule.nag), draft, "nag", code) for code, (name, nag) in offered.items()]
    text = "要不要点名催一次还没回复的？" + _left_out(rule, len(offered) < len(_NAGS))
    return text, rows(buttons, 3)


def changed(rule: Rule, press: Press, *, now: datetime) -> Rule | None:
    """The rule after a choice; None for a choice that there is not. now: naive local."""
    match press.what:
        case "kind" if press.value in _KINDS:
            return default_rule(next(k for k in _KINDS if k == press.value), rule.schedule.zone, now=now)
        case "on":
            return _on(rule, press.value, now)
        case "hour" if press.value in _HOURS:
            hour, minute = map(int, press.value.split(":"))
            return at_hour(rule, time(hour, minute))
        case "lead" if press.value == "own":
            listed = [lead for _, lead in _LEADS.values()]
            return replace(rule, leads=tuple(lead for lead in rule.leads if lead in listed))
        case "lead" if press.value in _LEADS:
            lead = _LEADS[press.value][1]
            if lead in rule.leads:
                return replace(rule, leads=tuple(known for known in rule.leads if known != lead))
            return with_leads(rule, (*rule.leads, lead)) if _in_time(rule, lead) else None
        case "roll" if press.value in _ROLLS:
            roll = next(r for r in _ROLLS if r == press.value)
            return replace(rule, schedule=replace(rule.schedule, roll=roll))
        case "nag" if press.value in _nags(rule):
            return replace(rule, nag=_NAGS[press.value][1])
        case _:
            return None


def _on(rule: Rule, value: str, now: datetime) -> Rule | None:
    kind, _, rest = value.partition(":")
    roll = rule.schedule.roll
    match kind:
        case "S":
            return _on_day(rule, rest)
        case "W":
            rrule, roll = "FREQ=MONTHLY;BYMONTHDAY=-1", "previous"
        case "D" if re.fullmatch(r"-1|[1-9]|1\d|2[0-8]", rest):
            rrule, roll = f"FREQ=MONTHLY;BYMONTHDAY={rest}", "none" if rest == "-1" and roll == "previous" else roll
        case "M" if re.fullmatch(rf"(-1|[1-4])({'|'.join(_CODES)})", rest):
            rrule = f"FREQ=MONTHLY;BYDAY={rest}"
        case "E" if rest in _CODES:
            rrule = f"FREQ=WEEKLY;BYDAY={rest}"
        case "Q" if rest == "25":
            rrule = "FREQ=YEARLY;BYMONTH=3,6,9,12;BYMONTHDAY=25"
        case _:
            return None
    return on_days(replace(rule, schedule=replace(rule.schedule, roll=roll)), rrule, now=now)


def _in_time(rule: Rule, lead: Lead) -> bool:
    return not trouble(replace(rule, leads=(lead,), nag=None))


def _nags(rule: Rule) -> dict[str, tuple[str, Lead | None]]:
    """Those that are of use."""
    return {code: nag for code, nag in _NAGS.items() if not trouble(replace(rule, leads=(), nag=nag[1]))}


def _on_day(rule: Rule, digits: str) -> Rule | None:
    """Once, at its hour."""
    try:
        day = datetime.strptime(digits, "%Y%m%d")
    except ValueError:
        return None
    start = datetime.combine(day, rule.schedule.start.time())
    return replace(rule, schedule=replace(rule.schedule, start=start, rrule=""))
