"""The list of a group's reminders, the page of one of them, and the buttons on both. Pure.

Callback data "m:<rule>:<what>:<nominal>", written and read here alone; of the list, "m:<page>:page:".
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeAlias

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Message

from handlers import proposals
from handlers.reminder_texts import safe
from handlers.upcoming import NOTHING
from scheduler.by_hand import leads_left, next_event
from scheduler.planning import BEGINNING
from scheduler.recurrence import next_occurrences, occurrences
from scheduler.rule import GroupRule, Occurrence, Rule
from scheduler.words import day_in_words, rule_in_words
from scheduler.workdays import Workdays

Page: TypeAlias = tuple[str, InlineKeyboardMarkup | None]
_NOMINAL = "%Y%m%d%H%M"
_SHAPE = re.compile(r"m:(\d{1,9}):([a-z]{3,6}):(\d{12})?")
_SHOWN = 10
_STATES = {"active": "", "paused": "（暂停中）"}
_STILL = timedelta(days=3)  # how long what has no beginning may still be sent after its time
_NO_MORE = "（这一次的提醒时间都过了，不会再发；要再说一声，点“立即发送”）"
_ALL_OVER = "设过的提醒都过去了。群主或管理员发 /setup 再设一个。"


@dataclass(frozen=True)
class Manage:
    """number: of the rule, or of the page of the list. nominal: naive local, of the occurrence that is meant."""

    number: int
    what: str
    nominal: datetime | None


def parse(data: str) -> Manage | None:
    """None for anything that this bot has not written."""
    found = _SHAPE.fullmatch(data)
    if found is None:
        return None
    try:
        nominal = datetime.strptime(found.group(3), _NOMINAL) if found.group(3) else None
    except ValueError:
        return None
    return Manage(int(found.group(1)), found.group(2), nominal)


def listed(
    rules: Sequence[GroupRule], workdays: Workdays, *, now: datetime, page: int = 0, undoable: Sequence[GroupRule] = ()
) -> Page:
    """As HTML, without what is over. page: from 0; the last one for a higher number. undoable: deleted just now."""
    current = [rule for rule in rules if not _is_over(rule, workdays, now)]
    undoing = [[_button(f"撤销删除：{rule.rule.title[:20]}", rule.id, "undo")] for rule in undoable]
    if not current:
        return (_ALL_OVER if rules else NOTHING), InlineKeyboardMarkup(undoing) if undoing else None
    page = min(page, (len(current) - 1) // _SHOWN)
    first = page * _SHOWN
    lines, rows = ["<b>这个群的提醒：</b>"], []
    for place, rule in enumerate(current[first : first + _SHOWN], first + 1):
        lines.append(_line(place, rule, workdays, now))
        rows.append([_button(f"{place}. {rule.rule.title[:20]}", rule.id, "open")])
    turns = [_button("‹ 上一页", page - 1, "page")] if page else []
    turns += [_button("下一页 ›", page + 1, "page")] if first + _SHOWN < len(current) else []
    return "\n".join(lines), InlineKeyboardMarkup([*rows, *([turns] if turns else []), *undoing])


def _is_over(group_rule: GroupRule, workdays: Workdays, now: datetime) -> bool:
    """For good: also not when the calendar of another year is known."""
    schedule, after = group_rule.rule.schedule, now - still_of_use(group_rule.rule)
    as_written = replace(schedule, roll="none")
    return not any(next_occurrences(s, workdays, after=after, count=1) for s in (schedule, as_written))


def still_of_use(rule: Rule) -> timedelta:
    """How long after its time an event may still be sent by hand."""
    return timedelta(0) if rule.kind in BEGINNING else _STILL


def _line(place: int, group_rule: GroupRule, workdays: Workdays, now: datetime) -> str:
    rule = group_rule.rule
    events = next_occurrences(rule.schedule, workdays, after=now, count=20)
    event = next((e for e in events if e.nominal not in group_rule.skipped), None)
    when = f"下一次 {proposals.dated(event, workdays, rule.schedule)}" if event else "没有下一次了"
    mark = "📌" if group_rule.declared else ""
    return f"{place}. {mark}<b>{safe(rule.title)}</b>{_STATES[group_rule.state]}\n　{when}"


def opened(group_rule: GroupRule, workdays: Workdays, *, now: datetime) -> Page:
    rule = group_rule.rule
    events = next_occurrences(rule.schedule, workdays, after=now, count=3)
    lines = [f"<b>{safe(rule.title)}</b>{_STATES.get(group_rule.state, '')}", safe(rule_in_words(rule)), ""]
    heading = "停着，这些日子先不提醒：" if group_rule.state == "paused" else "接下来："
    lines += [heading if events else "没有下一次了。"]
    for event in events:
        skipped = "（跳过）" if event.nominal in group_rule.skipped else ""
        lines.append(f"· {proposals.dated(event, workdays, rule.schedule)}{skipped}")
    lines += [_NO_MORE] if _is_silent(group_rule, workdays, now) else []
    lines += ["📌 写在配置文件里，在群里改不了"] if group_rule.declared else []
    rows = [*_sending(group_rule, workdays, now), *_changing(group_rule, events), [_back_button()]]
    return "\n".join(lines), InlineKeyboardMarkup(rows)


def _is_silent(group_rule: GroupRule, workdays: Workdays, now: datetime) -> bool:
    """Whether nothing is to come of the next event."""
    event = next_event(group_rule, workdays, now=now)
    if event is None or group_rule.state != "active":
        return False
    passed, left = leads_left(event, group_rule.rule, now=now)
    return bool(passed) and not left


def _sending(group_rule: GroupRule, workdays: Workdays, now: datetime) -> list[list[InlineKeyboardButton]]:
    """For what has just been, and for what comes next."""
    if group_rule.state != "active":
        return []
    since = now - still_of_use(group_rule.rule)
    been = [*occurrences(group_rule.rule.schedule, workdays, after=since, until=now)][-1:]
    to_come = next_event(group_rule, workdays, now=now)
    events = [event for event in (*been, to_come) if event is not None and event.nominal not in group_rule.skipped]
    return [
        [_button(f"立即发送 {day_in_words(event.local.date())}", group_rule.id, "now", event.nominal)]
        for event in events
    ]


def _changing(rule: GroupRule, events: list[Occurrence]) -> list[list[InlineKeyboardButton]]:
    kept = [e for e in events if e.nominal not in rule.skipped]
    rows = [[_button("跳过下一次", rule.id, "skip", kept[0].nominal)]] if kept else []
    back = [e for e in events if e.nominal in rule.skipped]
    if back:
        day = day_in_words(back[0].local.date())
        rows.append([_button(f"不跳过 {day}", rule.id, "unskip", back[0].nominal)])
    if not rule.declared:
        pause = ("暂停", "pause") if rule.state == "active" else ("恢复", "resume")
        rows.append(
            [_button(pause[0], rule.id, pause[1]), _button("修改", rule.id, "edit"), _button("删除", rule.id, "delete")]
        )
    return rows


def deleting(rule: GroupRule) -> Page:
    rows = [[_button("真的删除", rule.id, "erase"), _button("不删", rule.id, "open")]]
    return f"删除“{safe(rule.rule.title)}”？以后不再提醒。", InlineKeyboardMarkup(rows)


def is_asking(message: Message) -> bool:
    """Whether it is the page that asks before it deletes."""
    return any(press.what == "erase" for press in presses_on(message))


def presses_on(message: Message) -> list[Manage]:
    """What the buttons of these pages that stand under it would do."""
    rows = message.reply_markup.inline_keyboard if message.reply_markup else ()
    presses = (parse(button.callback_data) for row in rows for button in row if isinstance(button.callback_data, str))
    return [press for press in presses if press is not None]


def deleted(rule: GroupRule) -> Page:
    markup = InlineKeyboardMarkup([[_button("撤销", rule.id, "undo"), _back_button()]])
    return f"“{safe(rule.rule.title)}”删掉了。十分钟内可以撤销。", markup


def _back_button() -> InlineKeyboardButton:
    return _button("‹ 全部提醒", 0, "page")


def _button(text: str, number: int, what: str, nominal: datetime | None = None) -> InlineKeyboardButton:
    stamp = nominal.strftime(_NOMINAL) if nominal is not None else ""
    return InlineKeyboardButton(text, callback_data=f"m:{number}:{what}:{stamp}")
