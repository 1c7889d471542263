"""What the leader does with a summary in private: remind the group once more, look again later, or be done."""

import logging
from datetime import datetime

from telegram import CallbackQuery, InlineKeyboardMarkup, MaybeInaccessibleMessage, Message, Update
from telegram.error import BadRequest

from handlers.counts import current_event, is_held
from handlers.questions import edit
from handlers.reminder_buttons import LeaderAction, LeaderPress, leader_press
from handlers.rights import UNKNOWN, standing
from handlers.services import Context, Services
from scheduler.again import Act, Summarized, one_more, worthwhile
from scheduler.coming import event_on_the_day
from scheduler.delivery import Delivery
from scheduler.notices import leader_left_notice
from scheduler.planning import SUMMED_UP
from scheduler.response import still_answered
from scheduler.rule import GroupRule, Occurrence
from storage import StoreError

_GONE = "这个按钮不管用了，到群里发 /reminders 看看。"
_NOT_YOURS = "这条汇总不是发给你的。"
_DELETED = "这个提醒已经删掉了。"
_MOVED = "日子改过了，这份汇总说的那次没有了。"
_SKIPPED = "这一次已经跳过了。"
_PAUSED = "这个提醒先停着，恢复了再点吧。"
_OVER = "已经开过了，不再提醒了。"
_TOO_LATE = "那时已经开始了。开完会再发一份汇总给你。"
_ONLY_MANAGERS = "再提醒一次要由群主和管理员来点。"
_LEFT = "你已经不在那个群里了，回复汇总不再发给你。"
_UNREACHABLE = "我现在发不进那个群，先把我加回去再点。"
_NOT_STORED = "这会儿记不下来，过一会儿再点一次"
_DONE: dict[LeaderAction, str] = {
    "again": "已经再提醒了一次",
    "hour": "1小时后再发给你",
    "morning": "明早9点再发给你",
    "ok": "好的",
}
_TWICE: dict[Act, str] = {"again": "刚才已经提醒过了", "hour": "已经记着了", "morning": "已经记着了"}
_log = logging.getLogger(__name__)


async def on_leader_press(update: Update, context: Context) -> None:
    query = update.callback_query
    if query is None:
        return
    press = leader_press(query.data or "")
    if press is None or query.message is None:
        await query.answer(_GONE)
        return
    said: str | None = None
    try:
        said = await _done(press, query, query.message, context)
    except StoreError as error:
        _log.error("store.failed %s，组长的选择没有记下", error)
        said = _NOT_STORED
    finally:
        await query.answer(said)


async def _done(press: LeaderPress, query: CallbackQuery, message: MaybeInaccessibleMessage, context: Context) -> str:
    """Do what the button says; the words to show."""
    stores = context.services.stores
    delivery = await stores.deliveries.get(press.delivery_id)
    group_rule = await stores.rules.get(delivery.planned.rule_id or 0) if delivery is not None else None
    if delivery is None or group_rule is None or delivery.planned.nominal is None:
        return _GONE
    if not _is_theirs(delivery, group_rule, query.from_user.id, message.chat.id):
        return _NOT_YOURS
    if press.action == "ok":
        await _shown(message, "", None, context)
        return _DONE["ok"]
    if group_rule.state == "deleted":
        await _shown(message, _DELETED, None, context)
        return _DELETED
    if (words := await _refusal(press.action, group_rule, query.from_user.id, context)) is not None:
        return words
    event = await _event_of(delivery, group_rule, context.services)
    if event is None:
        return _MOVED
    if words := _useless(press.action, group_rule, event, now=context.services.clock()):
        return words
    return await _planned(press.action, Summarized(delivery, group_rule, event), message, context)


async def _event_of(delivery: Delivery, group_rule: GroupRule, services: Services) -> Occurrence | None:
    """As it is now, or as it was; None when there is no such one any more."""
    planned, rule = delivery.planned, group_rule.rule
    if planned.nominal is None or planned.event_at is None:
        return None
    current = await current_event(group_rule, planned.nominal, services)
    known = await services.stores.deliveries.of_rule(group_rule.id, planned.nominal)
    was_held = is_held(known, group_rule)
    kept = still_answered(rule, planned.nominal, planned.event_at, now=services.clock(), is_held=was_held)
    return current or kept or event_on_the_day(group_rule, planned.nominal, services.workdays())


def _useless(action: Act, group_rule: GroupRule, event: Occurrence, *, now: datetime) -> str:
    """Why there is nothing to be done about the event any more; "" when there is."""
    if event.nominal in group_rule.skipped:
        return _SKIPPED
    if group_rule.state == "paused":
        return _PAUSED
    if action in worthwhile(group_rule.rule, event.at, now=now):
        return ""
    return _OVER if event.at <= now else _TOO_LATE


def _is_theirs(delivery: Delivery, group_rule: GroupRule, user_id: int, chat_id: int) -> bool:
    """A private chat has its member's number. Who handed the group over has no say in it any more."""
    planned = delivery.planned
    is_handed_over = group_rule.leader_id not in (0, user_id)
    return planned.purpose == "summary" and planned.chat_id == user_id == chat_id and not is_handed_over


async def _refusal(action: LeaderAction, group_rule: GroupRule, user_id: int, context: Context) -> str | None:
    """What to say to a leader who has left the group, or may not speak for it any more; None for all others.

    Whom the bot's admins have named in config.yaml need not be an administrator of the group.
    """
    if group_rule.leader_id == 0:
        return _LEFT
    if await _is_gone(group_rule.chat_id, context):
        return _UNREACHABLE if action == "again" else None
    match await standing(context, group_rule.chat_id, user_id):
        case "unknown":
            return UNKNOWN
        case "outside":
            await stepped_down(group_rule.chat_id, user_id, context.services)
            return _LEFT
        case "member" if action == "again" and not group_rule.declared and user_id not in context.services.admins:
            return _ONLY_MANAGERS
        case _:
            return None


async def stepped_down(chat_id: int, user_id: int, services: Services) -> None:
    """Who is not in the group any more is told nothing of it. What config.yaml says stays. Raises StoreError."""
    stores, now = services.stores, services.clock()
    known = [*await stores.rules.of_chat(chat_id), *await stores.rules.undoable(chat_id, now=now)]
    led = [r for r in known if r.leader_id == user_id and not r.declared]
    for group_rule in led:
        await stores.rules.hand_over(group_rule.id, 0, now=now)
    summed_up = [r for r in led if r.rule.kind in SUMMED_UP and r.state != "deleted"]
    if summed_up:
        await stores.plans.add([leader_left_notice(summed_up[0], user_id, now=now)])
    if led:
        services.wake()


async def _planned(
    action: Act,
    summarized: Summarized,
    message: MaybeInaccessibleMessage,
    context: Context,
) -> str:
    services = context.services
    extra = one_more(action, summarized, now=services.clock())
    is_new = bool(await services.stores.plans.add([extra]))
    services.wake()
    await _shown(message, _DONE[action], _left_after(action, summarized.delivery.id, message), context)
    return _DONE[action] if is_new else _TWICE[action]


async def _is_gone(chat_id: int, context: Context) -> bool:
    chat = await context.services.stores.chats.get(chat_id)
    return chat is not None and chat.state == "gone"


def _left_after(
    action: LeaderAction, delivery_id: int, message: MaybeInaccessibleMessage
) -> InlineKeyboardMarkup | None:
    """The buttons that still make sense."""
    shown = message.reply_markup if isinstance(message, Message) else None
    if action != "again" or shown is None:
        return None
    used = f"l:{action}:{delivery_id}"
    rows = [[b for b in row if b.callback_data != used] for row in shown.inline_keyboard]
    return InlineKeyboardMarkup([row for row in rows if row])


async def _shown(
    message: MaybeInaccessibleMessage, line: str, markup: InlineKeyboardMarkup | None, context: Context
) -> None:
    """Under the summary: what was done, and the buttons that are left."""
    if isinstance(message, Message) and line:
        said = "\n\n".join([message.text_html, f"— {line}"])
        await edit(context, message.chat_id, message.message_id, said, markup)
        return
    try:
        await context.bot.edit_message_reply_markup(message.chat.id, message.message_id, reply_markup=markup)
    except BadRequest as error:  # gone already, by a double tap or because the message is too old
        _log.info("leader.not_edited %s", error)
