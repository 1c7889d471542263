"""The page on which a reminder is set up, changed and confirmed: what it says, its buttons, what each press does. Pure.

Callback data "w:<draft>:<what>:<value>", written and read here alone.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from telegram import ForceReply, InlineKeyboardButton, InlineKeyboardMarkup

from handlers.reminder_texts import safe
from scheduler.planning import BEGINNING
from scheduler.recurrence import lead_moments, next_occurrences
from scheduler.rule import DEFAULT_LEADS, DEFAULT_TITLES, Kind, Lead, Occurrence, Roll, Rule, Schedule
from scheduler.words import WEEKDAYS, day_in_words, leads_in_words, names_workdays, rule_in_words
from scheduler.workdays import Workdays

_SHAPE = re.compile(r"w:(\d{1,9}):([a-z]{2,7}):([A-Za-z0-9:,-]{0,24})")
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
ROLLS: dict[Roll, str] = {
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
_TYPED = {"title": "标题", "place": "地点", "note": "议程或备注"}
_KINDS: dict[Kind, str] = {
    "meeting": "党小组会",
    "dues": "收党费",
    "report": "工作总结",
    "study": "学习",
    "custom": "其他",
}
_DAYS: dict[Kind, str] = {
    "meeting": "FREQ=MONTHLY;BYDAY=1FR",
    "dues": "FREQ=MONTHLY;BYMONTHDAY=-1",
    "report": "FREQ=MONTHLY;BYMONTHDAY=25",
    "study": "FREQ=WEEKLY;BYDAY=WE",
    "custom": "FREQ=MONTHLY;BYMONTHDAY=1",
}
_AT: dict[Kind, time] = {
    "meeting": time(19, 30),
    "study": time(19, 30),
    "dues": time(9),
    "report": time(9),
    "custom": time(9),
}
PROVISIONAL = "次年放假安排尚未公布，暂按周末计算"
PAST = "这个时间已经过了，改个以后的时间。"
_NEVER = "这样每次都碰上休息日，全跳过了，一次也不剩。换个日子，或者“节假日”不选跳过。"
_HOUR_PARTS = ("BYHOUR=", "BYMINUTE=", "BYSECOND=")


@dataclass(frozen=True)
class Press:
    draft_id: int
    what: str
    value: str


def parse(data: str) -> Press | None:
    """None for anything that this bot has not written."""
    found = _SHAPE.fullmatch(data)
    return Press(int(found.group(1)), found.group(2), found.group(3)) if found else None


def default_rule(kind: Kind, zone: str, *, now: datetime) -> Rule:
    """now: naive local."""
    schedule = Schedule(datetime.combine(now.date(), _AT[kind]), "", "previous" if kind == "dues" else "none", zone)
    return on_days(Rule(kind, DEFAULT_TITLES[kind], schedule, DEFAULT_LEADS[kind]), _DAYS[kind], now=now)


def on_days(rule: Rule, rrule: str, *, now: datetime) -> Rule:
    """The rule on other days, beginning with the first one to come."""
    today = replace(rule.schedule, start=datetime.combine(now.date(), rule.schedule.start.time()), rrule=rrule)
    after = now.replace(tzinfo=ZoneInfo(today.zone)).astimezone(UTC)
    first = next_occurrences(replace(today, roll="none"), Workdays(), after=after, count=1)
    return replace(rule, schedule=replace(today, start=first[0].nominal if first else today.start))


def at_hour(rule: Rule, hour: time) -> Rule:
    """The rule on the same days, counted from the same one, at this hour alone."""
    parts = [part for part in rule.schedule.rrule.split(";") if not part.startswith(_HOUR_PARTS)]
    start = datetime.combine(rule.schedule.start.date(), hour)
    return replace(rule, schedule=replace(rule.schedule, start=start, rrule=";".join(parts)))


def coming(rule: Rule, workdays: Workdays, *, now: datetime) -> list[Occurrence]:
    """The next three. now: aware, UTC."""
    return list(next_occurrences(rule.schedule, workdays, after=now, count=3))


def page(rule: Rule, workdays: Workdays, remarks: Sequence[str], *, now: datetime, is_new: bool) -> str:
    """As HTML. remarks: Chinese sentences that must be seen before it is confirmed."""
    events = coming(rule, workdays, now=now)
    lines = [f"📋 <b>{'新提醒' if is_new else '修改提醒'}</b>（点“确认”才算数）", "", safe(rule_in_words(rule)), ""]
    lines += ["接下来："] if events else [f"接下来没有了。{missing(rule)}"]
    lines += [f"· {dated(event, workdays, rule.schedule)}" for event in events]
    lines += [f"（{safe(remark)}）" for remark in remarks]
    return "\n".join(lines)


def missing(rule: Rule) -> str:
    """Why nothing of it comes."""
    return _NEVER if rule.schedule.rrule and rule.schedule.roll == "skip" else PAST


def trouble(rule: Rule) -> str:
    """What of it would come too late to be of use, in Chinese; "" when nothing would."""
    start = rule.schedule.start
    late = tuple(lead for lead in rule.leads if lead.local(start) > start)
    if late:
        return f"{leads_in_words(late[:1])}就晚了，{_hour(start)}已经到点。选早一些的。"
    if rule.nag is not None and rule.kind in BEGINNING and rule.nag.local(start) >= start:
        nag = leads_in_words((rule.nag,)).removesuffix("提醒")
        return f"{nag}再催就晚了，{_hour(start)}已经开始。“催一次”选早一些的。"
    return ""


def too_late(rule: Rule, workdays: Workdays, *, now: datetime) -> tuple[str, ...]:
    """What is said of the next event's leads that have passed. now: aware, UTC."""
    event = next(iter(coming(rule, workdays, now=now)), None)
    moments = lead_moments(event, rule.leads, rule.schedule.zone) if event is not None else []
    passed = tuple(lead for lead, at in moments if at < now)
    if not passed:
        return ()
    if len(passed) == len(moments):
        return ("离这一次太近，提醒的时间都过了，这次不会发；点“提前提醒”加一个来得及的",)
    return (f"离这一次太近，来不及发的：{leads_in_words(passed).removesuffix('提醒')}",)


def in_time(rule: Rule, workdays: Workdays, *, now: datetime) -> Rule:
    """A single event without the usual leads that have passed; when all have, it is announced as it begins."""
    if rule.schedule.rrule or rule.leads != DEFAULT_LEADS[rule.kind]:
        return rule
    event = next(iter(coming(rule, workdays, now=now)), None)
    moments = lead_moments(event, rule.leads, rule.schedule.zone) if event is not None else []
    return replace(rule, leads=tuple(lead for lead, at in moments if at >= now) or (Lead(),))


def _hour(at: datetime) -> str:
    return f"{at.hour}:{at.minute:02}"


def with_leads(rule: Rule, leads: tuple[Lead, ...]) -> Rule:
    """The earliest first."""
    return replace(rule, leads=tuple(sorted(leads, key=lambda lead: lead.local(rule.schedule.start))))


def _in_time(rule: Rule, lead: Lead) -> bool:
    return not trouble(replace(rule, leads=(lead,), nag=None))


def _nags(rule: Rule) -> dict[str, tuple[str, Lead | None]]:
    """Those that are of use."""
    return {code: nag for code, nag in _NAGS.items() if not trouble(replace(rule, leads=(), nag=nag[1]))}


def dated(event: Occurrence, workdays: Workdays, schedule: Schedule) -> str:
    """As HTML."""
    remark = workdays.remark(event.local.date())
    notes = [remark] if remark else []
    is_moved = event.is_rolled and not names_workdays(schedule)
    notes += [f"原定{event.nominal.month}月{event.nominal.day}日"] if is_moved else []
    notes += [PROVISIONAL] if event.is_provisional and schedule.roll != "none" else []
    return safe(day_in_words(event.local) + (f"（{'，'.join(notes)}）" if notes else ""))


def kinds(draft_id: int) -> InlineKeyboardMarkup:
    buttons = [_button(name, draft_id, "kind", kind) for kind, name in _KINDS.items()]
    return InlineKeyboardMarkup([*_rows(buttons, 2), [_button("取消", draft_id, "cancel")]])


def main_keyboard(draft_id: int) -> InlineKeyboardMarkup:
    names = {"day": "哪天", "hour": "几点", "lead": "提前提醒", "roll": "节假日", "nag": "催一次", **_TYPED}
    buttons = [_button(name, draft_id, what) for what, name in names.items()]
    end = [_button("✅ 确认", draft_id, "save"), _button("取消", draft_id, "cancel")]
    return InlineKeyboardMarkup([*_rows(buttons, 4), end])


def reply_field(name: str) -> ForceReply:
    """Opens the field of those alone whom the message names."""
    return ForceReply(selective=True, input_field_placeholder=name)


def choices(press: Press, rule: Rule) -> tuple[str, InlineKeyboardMarkup] | None:
    """The page behind a button that offers something to choose; None where there is none."""
    pages: dict[str, Callable[[int, Rule], tuple[str, list[list[InlineKeyboardButton]]]]] = {
        "day": _day_page, "hour": _hour_page, "lead": _lead_page, "roll": _roll_page, "nag": _nag_page,
        "week": _week_page, "date": _date_page, "nth": _nth_page,
    }  # fmt: skip
    if press.what == "nth" and press.value:
        which = int(press.value) if press.value.lstrip("-").isdigit() else 1
        text, rows = (
            "星期几？",
            _rows([_button(name, press.draft_id, "on", f"M:{which}{_CODES[d]}") for d, name in enumerate(WEEKDAYS)], 4),
        )
    elif press.what in pages and not press.value:
        text, rows = pages[press.what](press.draft_id, rule)
    else:
        return None
    return text, InlineKeyboardMarkup([*rows, [_button("‹ 返回", press.draft_id, "back")]])


def _day_page(draft: int, rule: Rule) -> tuple[str, list[list[InlineKeyboardButton]]]:
    buttons = [
        _button("每月第几个周几", draft, "nth"),
        _button("每月几号", draft, "date"),
        _button("每月最后一个工作日", draft, "on", "W"),
        _button("每月最后一天", draft, "on", "D:-1"),
        _button("每周几", draft, "week"),
        _button("每季度末月25号", draft, "on", "Q:25"),
    ]
    return "哪天？别的说法用 /remind 一句话说。", _rows(buttons, 2)


def _nth_page(draft: int, rule: Rule) -> tuple[str, list[list[InlineKeyboardButton]]]:
    names = {1: "第一个", 2: "第二个", 3: "第三个", 4: "第四个", -1: "最后一个"}
    return "每月第几个？", _rows([_button(name, draft, "nth", str(n)) for n, name in names.items()], 3)


def _date_page(draft: int, rule: Rule) -> tuple[str, list[list[InlineKeyboardButton]]]:
    return "每月几号？", _rows([_button(str(day), draft, "on", f"D:{day}") for day in range(1, 29)], 7)


def _week_page(draft: int, rule: Rule) -> tuple[str, list[list[InlineKeyboardButton]]]:
    return "每周几？", _rows([_button(name, draft, "on", f"E:{_CODES[d]}") for d, name in enumerate(WEEKDAYS)], 4)


def _hour_page(draft: int, rule: Rule) -> tuple[str, list[list[InlineKeyboardButton]]]:
    buttons = [_button(hour, draft, "hour", hour) for hour in _HOURS]
    return "几点？", [*_rows(buttons, 4), [_button("别的钟点", draft, "at")]]


def _lead_page(draft: int, rule: Rule) -> tuple[str, list[list[InlineKeyboardButton]]]:
    own = tuple(lead for lead in rule.leads if lead not in [known for _, known in _LEADS.values()])
    offered = {code: of for code, of in _LEADS.items() if of[1] in rule.leads or _in_time(rule, of[1])}
    buttons = [
        _button(_ticked(name, lead in rule.leads), draft, "lead", code) for code, (name, lead) in offered.items()
    ]
    more = [_button("别的时候", draft, "ahead")]
    more += [_button("去掉另加的", draft, "lead", "own")] if own else []
    text = "什么时候提醒？点一下加上，再点一下去掉。" + _left_out(rule, len(offered) < len(_LEADS))
    return text + (f"\n另加了：{leads_in_words(own)}" if own else ""), [*_rows(buttons, 2), more]


def _left_out(rule: Rule, some: bool) -> str:
    return f"\n（{_hour(rule.schedule.start)}以后的太晚，没列出来。）" if some else ""


def _roll_page(draft: int, rule: Rule) -> tuple[str, list[list[InlineKeyboardButton]]]:
    chosen = rule.schedule.roll
    rows = [[_button(_ticked(name, roll == chosen), draft, "roll", roll)] for roll, name in ROLLS.items()]
    return "碰上节假日和周末怎么办？", rows


def _nag_page(draft: int, rule: Rule) -> tuple[str, list[list[InlineKeyboardButton]]]:
    offered = _nags(rule)
    buttons = [_button(_ticked(name, nag == rule.nag), draft, "nag", code) for code, (name, nag) in offered.items()]
    text = "要不要点名催一次还没回复的？" + _left_out(rule, len(offered) < len(_NAGS))
    return text, _rows(buttons, 3)


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
        case "roll" if press.value in ROLLS:
            roll = next(r for r in ROLLS if r == press.value)
            return replace(rule, schedule=replace(rule.schedule, roll=roll))
        case "nag" if press.value in _nags(rule):
            return replace(rule, nag=_NAGS[press.value][1])
        case _:
            return None


def _on(rule: Rule, value: str, now: datetime) -> Rule | None:
    kind, _, rest = value.partition(":")
    roll = rule.schedule.roll
    match kind:
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


def _button(text: str, draft_id: int, what: str, value: str = "") -> InlineKeyboardButton:
    return InlineKeyboardButton(text, callback_data=f"w:{draft_id}:{what}:{value}")


def _ticked(name: str, is_chosen: bool) -> str:
    return f"✅ {name}" if is_chosen else name


def _rows(buttons: list[InlineKeyboardButton], width: int) -> list[list[InlineKeyboardButton]]:
    return [buttons[i : i + width] for i in range(0, len(buttons), width)]


def local_now(now: datetime, zone: str) -> datetime:
    """now: aware. Naive local."""
    return now.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
