"""The group's reminders: /reminders lists them, the buttons send, skip, pause, change and delete.

Callback data "m:<rule>:<what>:<nominal>", written and read here alone.
"""

import logging
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Message, Update
from telegram.constants import ChatType, ParseMode

from handlers import proposals
from handlers.questions import edit
from handlers.reminder_texts import safe
from handlers.rights import IN_GROUP, ONLY_MANAGERS, may_manage
from handlers.services import Context, Services
from handlers.setup import propose
from handlers.upcoming import NOTHING
from scheduler.delivery import GRACE, Planned
from scheduler.recurrence import next_occurrences
from scheduler.rule import GroupRule, Occurrence
from scheduler.words import day_in_words, rule_in_words
from storage import StoreError

_GONE = "这条提醒已经不在了，重新发 /reminders 看看。"
_NOT_NOW = "这会儿办不了，过一会儿再点一次。"
_DECLARED = "这条写在管理员的配置文件里，在群里改不了；可以立即发送和跳过。"
_NOMINAL = "%Y%m%d%H%M"
_SHAPE = re.compile(r"m:(\d{1,9}):([a-z]{3,6}):(\d{12})?")
_SHOWN = 20
_STATES = {"active": "", "paused": "（暂停中）"}
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Manage:
    """nominal: naive local, of the occurrence that the button speaks of."""

    rule_id: int
    what: str
    nominal: datetime | None


def parse(data: str) -> Manage | None:
    found = _SHAPE.fullmatch(data)
    if found is None:
        return None
    try:
        nominal = datetime.strptime(found.group(3), _NOMINAL) if found.group(3) else None
    except ValueError:
        return None
    return Manage(int(found.group(1)), found.group(2), nominal)


async def on_reminders(update: Update, context: Context) -> None:
    message = update.effective_message
    if message is None:
        return
    if message.chat.type == ChatType.PRIVATE:
        await message.reply_text(IN_GROUP)
        return
    text, markup = await _list(message.chat_id, context.services)
    await message.reply_text(text, parse_mode=ParseMode.HTML, reply_markup=markup)


async def _list(chat_id: int, services: Services) -> tuple[str, InlineKeyboardMarkup | None]:
    rules = await services.stores.rules.of_chat(chat_id)
    if not rules:
        return NOTHING, None
    lines, buttons = ["<b>这个群的提醒：</b>"], []
    for place, rule in enumerate(rules[:_SHOWN], 1):
        event = _next(rule, services)
        when = (
            f"下一次 {proposals.dated(event, services.workdays(), rule.rule.schedule.roll)}"
            if event
            else "没有下一次了"
        )
        mark = "📌" if rule.declared else ""
        lines.append(f"{place}. {mark}<b>{safe(rule.rule.title)}</b>{_STATES[rule.state]}\n　{when}")
        buttons.append(_button(f"{place}. {rule.rule.title[:20]}", rule.id, "open"))
    return "\n".join(lines), InlineKeyboardMarkup([[b] for b in buttons])


def _next(rule: GroupRule, services: Services) -> Occurrence | None:
    events = next_occurrences(rule.rule.schedule, services.workdays(), after=services.clock(), count=20)
    return next((e for e in events if e.nominal not in rule.skipped), None)


async def on_manage_press(update: Update, context: Context) -> None:
    query = update.callback_query
    if query is None:
        return
    press, said, is_alert = parse(query.data or ""), None, False
    try:
        if press is None or not isinstance(query.message, Message):
            said = _GONE
        elif press.what not in ("open", "list") and not await may_manage(
            context, query.message.chat_id, query.from_user.id
        ):
            said, is_alert = ONLY_MANAGERS, True
        else:
            said = await _pressed(press, query.message, context)
    except StoreError as error:
        _log.error("store.failed %s", error)
        said = _NOT_NOW
    finally:
        await query.answer(said, show_alert=is_alert)


async def _pressed(press: Manage, message: Message, context: Context) -> str | None:
    services = context.services
    if press.what == "list":
        await edit(context, message.chat_id, message.message_id, *await _list(message.chat_id, services))
        return None
    rule = await services.stores.rules.get(press.rule_id)
    if rule is None or rule.chat_id != message.chat_id or (rule.state == "deleted" and press.what != "undo"):
        return _GONE
    if rule.declared and press.what in ("pause", "resume", "edit", "delete", "erase"):
        return _DECLARED
    match press.what:
        case "edit":
            await propose(message, rule.rule, context, changes=rule)
            return None
        case "delete":
            await _ask_to_delete(rule, message, context)
            return None
        case "erase":
            return await _erase(rule, message, context)
        case _:
            said = await _done(press, rule, services)
    fresh = await services.stores.rules.get(rule.id)
    if fresh is not None:
        await edit(context, message.chat_id, message.message_id, *_opened(fresh, services))
    return said


async def _done(press: Manage, rule: GroupRule, services: Services) -> str | None:
    """What the button does; the words to show to who pressed it."""
    store, now = services.stores.rules, services.clock()
    said: str | None
    match press.what, press.nominal:
        case "open", _:
            return None
        case "now", datetime() as nominal:
            said = await _send_now(rule, nominal, services)
        case "skip", datetime() as nominal:
            said = "这一次跳过" if await store.skip(rule.id, nominal) else "已经跳过了"
        case "unskip", datetime() as nominal:
            await store.unskip(rule.id, nominal, now=now)
            said = "恢复了"
        case "pause", _:
            await store.set_state(rule.id, "paused", now=now)
            said = "暂停了"
        case "resume", _:
            await store.set_state(rule.id, "active", now=now)
            said = "恢复了"
        case "undo", _:
            said = (
                "恢复了"
                if await store.set_state(rule.id, "active", now=now)
                else "超过十分钟，恢复不了了，重新设一个吧"
            )
        case _:
            return _GONE
    services.wake()
    return said


async def _send_now(rule: GroupRule, nominal: datetime, services: Services) -> str:
    """At most once a minute for one event, however often it is tapped."""
    now = services.clock()
    event = _event(rule, nominal, services)
    if event is None:
        return _GONE
    planned = Planned(
        key=f"{rule.id}/{nominal:%Y%m%dT%H%M}/remind/+now{now:%Y%m%d%H%M}",
        chat_id=rule.chat_id,
        thread_id=rule.thread_id,
        purpose="remind",
        due_at=now,
        expires_at=now + GRACE[rule.rule.kind],
        rule_id=rule.id,
        nominal=nominal,
        event_at=event.at,
        lead="+now",
    )
    return "马上发" if await services.stores.plans.add([planned]) else "刚发过了"


def _event(rule: GroupRule, nominal: datetime, services: Services) -> Occurrence | None:
    after = services.clock() - timedelta(days=1)
    events = next_occurrences(rule.rule.schedule, services.workdays(), after=after, count=20)
    return next((e for e in events if e.nominal == nominal), None)


def _opened(rule: GroupRule, services: Services) -> tuple[str, InlineKeyboardMarkup]:
    workdays, now = services.workdays(), services.clock()
    events = list(next_occurrences(rule.rule.schedule, workdays, after=now, count=3))
    lines = [f"<b>{safe(rule.rule.title)}</b>{_STATES.get(rule.state, '')}", safe(rule_in_words(rule.rule)), ""]
    lines += ["接下来：" if events else "没有下一次了。"]
    for event in events:
        skipped = "（跳过）" if event.nominal in rule.skipped else ""
        lines.append(f"· {proposals.dated(event, workdays, rule.rule.schedule.roll)}{skipped}")
    lines += ["📌 写在配置文件里，在群里改不了"] if rule.declared else []
    return "\n".join(lines), InlineKeyboardMarkup(_buttons(rule, events))


def _buttons(rule: GroupRule, events: list[Occurrence]) -> list[list[InlineKeyboardButton]]:
    rows = []
    kept = [e for e in events if e.nominal not in rule.skipped]
    if kept:
        nominal = kept[0].nominal
        rows.append([_button("立即发送", rule.id, "now", nominal), _button("跳过下一次", rule.id, "skip", nominal)])
    back = [e for e in events if e.nominal in rule.skipped]
    if back:
        day = day_in_words(back[0].local.date())
        rows.append([_button(f"不跳过 {day}", rule.id, "unskip", back[0].nominal)])
    if not rule.declared:
        pause = ("暂停", "pause") if rule.state == "active" else ("恢复", "resume")
        rows.append(
            [_button(pause[0], rule.id, pause[1]), _button("修改", rule.id, "edit"), _button("删除", rule.id, "delete")]
        )
    return [*rows, [_button("‹ 全部提醒", rule.id, "list")]]


async def _ask_to_delete(rule: GroupRule, message: Message, context: Context) -> None:
    rows = [[_button("真的删除", rule.id, "erase"), _button("不删", rule.id, "open")]]
    text = f"删除“{safe(rule.rule.title)}”？以后不再提醒。"
    await edit(context, message.chat_id, message.message_id, text, InlineKeyboardMarkup(rows))


async def _erase(rule: GroupRule, message: Message, context: Context) -> str:
    services = context.services
    await services.stores.rules.set_state(rule.id, "deleted", now=services.clock())
    text = f"“{safe(rule.rule.title)}”删掉了。十分钟内可以撤销。"
    markup = InlineKeyboardMarkup([[_button("撤销", rule.id, "undo"), _button("‹ 全部提醒", rule.id, "list")]])
    await edit(context, message.chat_id, message.message_id, text, markup)
    return "删掉了"


def _button(text: str, rule_id: int, what: str, nominal: datetime | None = None) -> InlineKeyboardButton:
    stamp = nominal.strftime(_NOMINAL) if nominal is not None else ""
    return InlineKeyboardButton(text, callback_data=f"m:{rule_id}:{what}:{stamp}")
