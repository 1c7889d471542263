"""The page on which a reminder is set up, changed and confirmed: what it says, and its buttons. Pure.

Callback data "w:<draft>:<what>:<value>", written and read here alone.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from telegram import ForceReply, InlineKeyboardButton, InlineKeyboardMarkup

from handlers.reminder_texts import safe
from scheduler.by_hand import leads_left
from scheduler.planning import BEGINNING
from scheduler.recurrence import next_occurrences
from scheduler.rule import DEFAULT_LEADS, DEFAULT_TITLES, Kind, Lead, Occurrence, Rule, Schedule
from scheduler.words import day_in_words, leads_in_words, names_workdays, rule_in_words
from scheduler.workdays import Workdays

_SHAPE = re.compile(r"w:(\d{1,9}):([a-z]{2,7}):([A-Za-z0-9:,-]{0,24})")
TYPED = {"title": "标题", "place": "地点", "note": "议程或备注"}
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
_DAY_OFF = "那天是休息日，跳过就没有了。换个日子，或者“节假日”不选跳过。"
NO_BUTTONS = InlineKeyboardMarkup([])
HOUR_PARTS = ("BYHOUR=", "BYMINUTE=", "BYSECOND=")


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
    parts = [part for part in rule.schedule.rrule.split(";") if not part.startswith(HOUR_PARTS)]
    start = datetime.combine(rule.schedule.start.date(), hour)
    return replace(rule, schedule=replace(rule.schedule, start=start, rrule=";".join(parts)))


def coming(rule: Rule, workdays: Workdays, *, now: datetime) -> list[Occurrence]:
    """The next three. now: aware, UTC."""
    return list(next_occurrences(rule.schedule, workdays, after=now, count=3))


def page(  # noqa: PLR0913
    rule: Rule,
    workdays: Workdays,
    remarks: Sequence[str],
    *,
    now: datetime,
    is_new: bool,
    skipped: Collection[datetime] = (),
) -> str:
    """As HTML. remarks: Chinese sentences that must be seen before it is confirmed. skipped: nominal times."""
    events = coming(rule, workdays, now=now)
    lines = [f"📋 <b>{'新提醒' if is_new else '修改提醒'}</b>（点“确认”才算数）", "", safe(rule_in_words(rule)), ""]
    lines += ["接下来："] if events else [f"接下来没有了。{missing(rule, workdays, now=now)}"]
    for event in events:
        lines.append(f"· {dated(event, workdays, rule.schedule)}{'（跳过）' if event.nominal in skipped else ''}")
    lines += [f"（{safe(remark)}）" for remark in remarks]
    return "\n".join(lines)


def missing(rule: Rule, workdays: Workdays, *, now: datetime) -> str:
    """Why nothing of it comes. now: aware, UTC."""
    as_written = replace(rule.schedule, roll="none")
    if rule.schedule.roll != "skip" or not next_occurrences(as_written, workdays, after=now, count=1):
        return PAST
    return _NEVER if rule.schedule.rrule else _DAY_OFF


def trouble(rule: Rule) -> str:
    """What of it would come too late to be of use, in Chinese; "" when nothing would."""
    start = rule.schedule.start
    late = tuple(lead for lead in rule.leads if lead.local(start) > start)
    if late:
        return f"{leads_in_words(late[:1])}就晚了，{hour_in_words(start)}已经到点。选早一些的。"
    if rule.nag is not None and rule.kind in BEGINNING and rule.nag.local(start) >= start:
        nag = leads_in_words((rule.nag,)).removesuffix("提醒")
        return f"{nag}再催就晚了，{hour_in_words(start)}已经开始。“催一次”选早一些的。"
    return ""


def too_late(rule: Rule, workdays: Workdays, *, now: datetime) -> tuple[str, ...]:
    """What is said of the next event's leads that have passed. now: aware, UTC."""
    passed, left = _leads(rule, workdays, now)
    if not passed:
        return ()
    if not left:
        return ("离这一次太近，提醒的时间都过了，这次不会发",)
    return (f"离这一次太近，来不及发的：{leads_in_words(passed).removesuffix('提醒')}",)


def is_too_late(rule: Rule, workdays: Workdays, *, now: datetime, skipped: Collection[datetime] = ()) -> bool:
    """Whether no reminder of the next event is to come. skipped: nominal times, of events that are passed over."""
    passed, left = _leads(rule, workdays, now, skipped)
    return bool(passed) and not left


def is_all_skipped(rule: Rule, workdays: Workdays, *, now: datetime, skipped: Collection[datetime]) -> bool:
    """Whether nothing is left but what is skipped."""
    return bool(coming(rule, workdays, now=now)) and _next(rule, workdays, now, skipped) is None


def in_time(rule: Rule, workdays: Workdays, *, now: datetime) -> Rule:
    """A single event without the usual leads that have passed; when all have, it is announced as it begins."""
    if rule.schedule.rrule or rule.leads != DEFAULT_LEADS[rule.kind]:
        return rule
    return replace(rule, leads=_leads(rule, workdays, now)[1] or (Lead(),))


def _leads(
    rule: Rule, workdays: Workdays, now: datetime, skipped: Collection[datetime] = ()
) -> tuple[tuple[Lead, ...], tuple[Lead, ...]]:
    event = _next(rule, workdays, now, skipped)
    return leads_left(event, rule, now=now) if event is not None else ((), ())


def _next(rule: Rule, workdays: Workdays, now: datetime, skipped: Collection[datetime]) -> Occurrence | None:
    events = next_occurrences(rule.schedule, workdays, after=now, count=len(skipped) + 1)
    return next((event for event in events if event.nominal not in skipped), None)


def hour_in_words(at: datetime) -> str:
    return f"{at.hour}:{at.minute:02}"


def with_leads(rule: Rule, leads: tuple[Lead, ...]) -> Rule:
    """The earliest first."""
    return replace(rule, leads=tuple(sorted(leads, key=lambda lead: lead.local(rule.schedule.start))))


def dated(event: Occurrence, workdays: Workdays, schedule: Schedule) -> str:
    """As HTML."""
    remark = workdays.remark(event.local.date())
    notes = [remark] if remark else []
    is_moved = event.is_rolled and not names_workdays(schedule)
    notes += [f"原定{event.nominal.month}月{event.nominal.day}日"] if is_moved else []
    notes += [PROVISIONAL] if event.is_provisional and schedule.roll != "none" else []
    return safe(day_in_words(event.local) + (f"（{'，'.join(notes)}）" if notes else ""))


def main_keyboard(draft_id: int, mark: str) -> InlineKeyboardMarkup:
    """mark: of what the page shows, at most 24 letters and digits: it alone is saved by the button."""
    names = {"day": "哪天", "hour": "几点", "lead": "提前提醒", "roll": "节假日", "nag": "催一次", **TYPED}
    buttons = [button(name, draft_id, what) for what, name in names.items()]
    end = [button("✅ 确认", draft_id, "save", mark), button("取消", draft_id, "cancel")]
    return InlineKeyboardMarkup([*rows(buttons, 4), end])


def reply_field(name: str) -> ForceReply:
    """Opens the field of those alone whom the message names."""
    return ForceReply(selective=True, input_field_placeholder=name)


def button(text: str, draft_id: int, what: str, value: str = "") -> InlineKeyboardButton:
    return InlineKeyboardButton(text, callback_data=f"w:{draft_id}:{what}:{value}")


def ticked(name: str, is_chosen: bool) -> str:
    return f"✅ {name}" if is_chosen else name


def rows(buttons: list[InlineKeyboardButton], width: int) -> list[list[InlineKeyboardButton]]:
    return [buttons[i : i + width] for i in range(0, len(buttons), width)]


def local_now(now: datetime, zone: str) -> datetime:
    """now: aware. Naive local."""
    return now.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
