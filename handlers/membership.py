"""The bot comes into a group, leaves it, comes back; a group gets another id; somebody starts or blocks the bot."""

import logging

from telegram import Chat as TelegramChat
from telegram import ChatMember, ChatMemberRestricted, InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.constants import ChatType
from telegram.error import TelegramError

from handlers.services import Context, Services
from scheduler.recurrence import next_occurrences
from scheduler.rule import DEFAULT_ZONE
from storage import Chat, StoreError

SET_UP = "g:setup"
_HELLO = (
    "大家好，我是党小组助手：按时提醒开会、收党费；党小组长的事，@我 就答。\n"
    "群主或管理员点下面设第一个提醒，半分钟就好。"
)
_BACK = "我回来了，原来的 {} 个提醒接着走。/reminders 看看。"
_log = logging.getLogger(__name__)


async def on_my_member(update: Update, context: Context) -> None:
    changed = update.my_chat_member
    if changed is None:
        return
    was, now = can_speak(changed.old_chat_member), can_speak(changed.new_chat_member)
    services = context.services
    try:
        if changed.chat.type == ChatType.PRIVATE:
            if now:
                await reachable(changed.chat.id, services)
        elif changed.chat.type == ChatType.CHANNEL:
            return  # what is posted there is read by strangers
        elif now and not was:
            await _came(changed.chat, context)
        elif was and not now:
            is_in = changed.new_chat_member.status == ChatMember.RESTRICTED
            await _went(changed.chat.id, "no_rights" if is_in else "kicked", services)
    except StoreError as error:
        _log.error("store.failed %s，群的变化没有记下，下次发消息时会发现", error)


def can_speak(member: ChatMember) -> bool:
    if isinstance(member, ChatMemberRestricted):
        return member.is_member and member.can_send_messages
    return member.status in (ChatMember.MEMBER, ChatMember.ADMINISTRATOR, ChatMember.OWNER)


async def on_private(update: Update, context: Context) -> None:
    """Whatever somebody writes in private, after its answer."""
    message = update.effective_message
    if message is None:
        return
    try:
        await reachable(message.chat_id, context.services)
    except StoreError as error:
        _log.error("store.failed %s", error)


async def reachable(user_id: int, services: Services) -> None:
    """Somebody can be written to: what failed for want of that and is still of use goes out."""
    if await services.stores.deliveries.revive(user_id, now=services.clock()):
        services.wake()


async def _came(chat: TelegramChat, context: Context) -> None:
    services = context.services
    known = await services.stores.chats.get(chat.id)
    zone = known.zone if known is not None and known.zone else DEFAULT_ZONE
    await services.stores.chats.put(Chat(chat.id, chat.title or "", zone), now=services.clock())
    services.wake()
    count = await _still_coming(chat.id, services)
    text = _BACK.format(count) if count else _HELLO
    markup = None if count else InlineKeyboardMarkup([[InlineKeyboardButton("设置提醒", callback_data=SET_UP)]])
    try:
        await context.bot.send_message(chat.id, text, reply_markup=markup)
    except TelegramError as error:
        _log.info("greeting.not_sent %s", type(error).__name__)


async def _still_coming(chat_id: int, services: Services) -> int:
    """How many reminders there go on: not what is paused or over."""
    rules, workdays, now = await services.stores.rules.of_chat(chat_id), services.workdays(), services.clock()
    active = (r.rule.schedule for r in rules if r.state == "active")
    return sum(any(next_occurrences(schedule, workdays, after=now, count=1)) for schedule in active)


async def _went(chat_id: int, reason: str, services: Services) -> None:
    """Its leaders are told, each once."""
    if await services.stores.chats.gone(chat_id, reason, zone=DEFAULT_ZONE, now=services.clock()):
        services.wake()


async def on_migrated(update: Update, context: Context) -> None:
    """The group is a supergroup now. Telegram says so in both; doing it twice changes nothing."""
    message = update.effective_message
    if message is None:
        return
    old, new = message.chat_id, message.migrate_to_chat_id
    if message.migrate_from_chat_id is not None:
        old, new = message.migrate_from_chat_id, message.chat_id
    if new is not None:
        try:
            await context.services.stores.chats.move(old, new, now=context.services.clock())
        except StoreError as error:
            _log.error("store.failed %s，群升级没有记下，下次发消息时会发现", error)
