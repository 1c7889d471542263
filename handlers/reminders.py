"""The group's reminders: /reminders lists them, the buttons send, skip, pause, change and delete."""

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from telegram import MaybeInaccessibleMessage, Message, Update
from telegram.constants import ChatType, ParseMode

from handlers.news import news
from handlers.pressed import TURNED, pressed_message, redraw
from handlers.reminder_pages import (
    Manage,
    Page,
    deleted,
    deleting,
    is_asking,
    listed,
    opened,
    parse,
    presses_on,
    still_of_use,
)
from handlers.rights import IN_GROUP, refusal
from handlers.services import Context, Services
from handlers.setup import propose_change
from handlers.twins import twin_of
from scheduler.by_hand import ASKED, at_once
from scheduler.coming import event_on_the_day
from scheduler.rule import GroupRule
from storage import StoreError

_GONE = "这条提醒已经不在了，重新发 /reminders 看看。"
_NOT_NOW = "这会儿办不了，过一会儿再试一次。"
_DECLARED = "这条写在管理员的配置文件里，在群里改不了；可以立即发送和跳过。"
_SKIPPED = "这一次已经跳过了；要发，先点“不跳过”。"
_STOPPED = "这条先停着；要发，先点“恢复”。"
_TWICE = "没有恢复：群里已经有一条同样的了，恢复了大家会收到两遍。"
_TOO_LATE = "超过十分钟，恢复不了了，重新设一个吧"
_PAST = "这一次已经过了，页面换成了现在的。"
_TURNING = ("list", "page")  # "list": on messages of earlier versions
_LOOKING = ("open", *_TURNING)
_JUST = timedelta(seconds=60)
_ENDED_WELL = ("pending", "sending", "sent")
_log = logging.getLogger(__name__)


async def on_reminders(update: Update, context: Context) -> None:
    message = update.effective_message
    if message is None:
        return
    if message.chat.type == ChatType.PRIVATE:
        await message.reply_text(IN_GROUP)
        return
    try:
        text, markup = await _list(message.chat_id, 0, context.services)
    except StoreError as error:
        _log.error("store.failed %s", error)
        text, markup = _NOT_NOW, None
    await message.reply_text(text, parse_mode=ParseMode.HTML, reply_markup=markup)


async def _list(chat_id: int, page: int, services: Services) -> Page:
    store, now = services.stores.rules, services.clock()
    rules, undoable = await store.of_chat(chat_id), await store.undoable(chat_id, now=now)
    return listed(rules, services.workdays(), now=now, page=page, undoable=undoable)


async def on_manage_press(update: Update, context: Context) -> None:
    query = update.callback_query
    if query is None:
        return
    press, message = parse(query.data or ""), pressed_message(query)
    said: str | None = _GONE if message is not None else _why_gone(query.message)
    refused = None
    try:
        if press is not None and message is not None:
            said = _NOT_NOW
            if press.what not in _LOOKING or is_asking(message):
                refused = await refusal(context, message.chat_id, query.from_user.id)
            said = refused or await _pressed(press, message, context)
    except StoreError as error:
        _log.error("store.failed %s", error)
        said = _NOT_NOW
    finally:
        await query.answer(said, show_alert=refused is not None)


def _why_gone(message: MaybeInaccessibleMessage | None) -> str:
    """A button that does not stand there: the page was turned since, by the same tap or another one."""
    return TURNED if isinstance(message, Message) and presses_on(message) else _GONE


async def _pressed(press: Manage, message: Message, context: Context) -> str | None:
    """Do what the button says; the words to show to who pressed it."""
    services = context.services
    if press.what in _TURNING:
        page = press.number if press.what == "page" else 0
        return await _shown(message, await _list(message.chat_id, page, services), None, context)
    rule = await services.stores.rules.get(press.number)
    if rule is None or rule.chat_id != message.chat_id or (rule.state == "deleted" and press.what != "undo"):
        return _GONE
    if rule.declared and press.what in ("pause", "resume", "edit", "delete", "erase"):
        return _DECLARED
    said = None
    match press.what:
        case "edit":
            await propose_change(message, rule, context)
            return None
        case "delete":
            page_now = deleting(rule)
        case "erase":
            await services.stores.rules.delete(rule.id, now=services.clock())
            page_now, said = deleted(rule), "删掉了"
        case _:
            said = await _done(press, rule, services)
            page_now = await _page_of(rule, services)
    return await _shown(message, page_now, said, context)


async def _page_of(rule: GroupRule, services: Services) -> Page:
    """As it is by now; of one that is deleted for good, the list of the others."""
    fresh = await services.stores.rules.get(rule.id)
    if fresh is None or fresh.state == "deleted":
        return await _list(rule.chat_id, 0, services)
    return opened(fresh, services.workdays(), now=services.clock())


async def _shown(message: Message, page: Page, said: str | None, context: Context) -> str | None:
    is_seen = await redraw(message.chat_id, message.message_id, *page, context)
    return said if said or is_seen else _NOT_NOW


async def _done(press: Manage, rule: GroupRule, services: Services) -> str | None:
    """What the button does; the words to show to who pressed it."""
    store, now = services.stores.rules, services.clock()
    said: str | None
    match press.what, press.nominal:
        case "open", _:
            return None
        case "now", datetime() as nominal:
            said = await _send_now(rule, nominal, services)
        case "skip" | "unskip" as what, datetime() as nominal:
            said = await _skipped(what, rule, nominal, services)
        case "pause", _:
            said = "暂停了" if await store.pause(rule.id) else "已经暂停了"
        case "resume", _:
            said = await _back(rule, services) or await _resumed(rule, services)
        case "undo", _:
            said = await _back(rule, services) or ("恢复了" if await store.restore(rule.id, now=now) else _TOO_LATE)
        case _:
            return _GONE
    services.wake()
    return said


async def _resumed(rule: GroupRule, services: Services) -> str:
    now, beside = services.clock(), await news(rule, replace(rule, state="active"), services)
    return "恢复了" if await services.stores.rules.resume(rule.id, now=now, beside=beside) else "没有暂停"


async def _back(rule: GroupRule, services: Services) -> str:
    """What stands against one more that is active beside the others; "" when nothing does, or it comes back paused."""
    if rule.state == "active" or rule.state_before == "paused":
        return ""
    others = await services.stores.rules.of_chat(rule.chat_id)
    twin = twin_of(rule.rule, rule.thread_id, others, services.workdays(), now=services.clock())
    return _TWICE if twin is not None else ""


async def _skipped(what: str, rule: GroupRule, nominal: datetime, services: Services) -> str:
    """Of a page that has stood for long, the event may be over, or at another hour."""
    store, now = services.stores.rules, services.clock()
    event = event_on_the_day(rule, nominal, services.workdays())
    if event is None or event.at < now:
        return _PAST
    skipped = rule.skipped - {event.nominal} if what == "unskip" else rule.skipped | {event.nominal}
    beside = await news(rule, replace(rule, skipped=skipped), services)
    if what == "unskip":
        await store.unskip(rule.id, event.nominal, now=now, beside=beside)
        return "恢复了"
    return "这一次跳过" if await store.skip(rule.id, event.nominal, now=now, beside=beside) else "已经跳过了"


async def _send_now(rule: GroupRule, nominal: datetime, services: Services) -> str:
    """At most once in a minute for one event, however often it is tapped: the key is that of the one after the last."""
    now = services.clock()
    event = event_on_the_day(rule, nominal, services.workdays())
    if event is None or event.at < now - still_of_use(rule.rule):
        return _PAST
    if rule.state != "active":
        return _STOPPED
    if event.nominal in rule.skipped:
        return _SKIPPED
    known = await services.stores.deliveries.of_rule(rule.id, event.nominal)
    earlier = [d for d in known if d.planned.lead == ASKED]
    if any(d.state in _ENDED_WELL and abs(now - d.planned.due_at) < _JUST for d in earlier):
        return "刚发过了"
    planned = at_once(rule, event, ASKED, max((d.id for d in earlier), default=0), now=now)
    return "马上发" if await services.stores.plans.add([planned]) else "刚发过了"
