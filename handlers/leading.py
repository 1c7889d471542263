"""Who is told of the answers, and whether the bot can still write to them and to the group."""

import logging

from telegram import Message, User
from telegram.constants import ChatAction
from telegram.error import TelegramError

from handlers.membership import can_speak
from handlers.outcomes import outcome_of
from handlers.pressed import Said
from handlers.rights import standing
from handlers.services import Context
from scheduler.delivery import ChatGone
from scheduler.planning import SUMMED_UP
from scheduler.rule import GroupRule, Rule
from storage import Chat

_BEGIN = "回复汇总以后私下发给你：先点我的头像发一句“开始”，不然发不到。"
_log = logging.getLogger(__name__)


async def is_reachable(message: Message, zone: str, context: Context) -> bool:
    """A group that is taken for gone is asked about: it may have let the bot in again, or have it removed."""
    chats, chat = context.services.stores.chats, Chat(message.chat_id, message.chat.title or "", zone)
    known = await chats.get(chat.chat_id)
    if known is None or known.state != "gone":
        await chats.describe(chat)
        return True
    try:
        is_in = can_speak(await context.bot.get_chat_member(chat.chat_id, context.bot.id))
    except TelegramError:
        return False
    if is_in:
        await chats.put(chat, now=context.services.clock())
    return is_in


async def is_orphaned(stored: GroupRule, user_id: int, context: Context) -> bool:
    """Whether nobody is told of its answers any more: who was has left the group, or Telegram."""
    leader = stored.leader_id
    if leader in (0, user_id):
        return leader == 0
    if await standing(context, stored.chat_id, leader) == "outside":
        return True
    return await _closed_to(leader, context) == "deactivated"


async def with_hint(said: Said, rule: Rule, user: User, context: Context) -> Said:
    """For who is told of the answers from now on, and can't be written to yet."""
    if rule.kind not in SUMMED_UP or not await _closed_to(user.id, context):
        return said
    return Said(f"{said.words.removesuffix('。')}。{_BEGIN}")


async def _closed_to(user_id: int, context: Context) -> str:
    """Why somebody can't be written to in private; "" when they can, as far as can be told."""
    try:
        await context.bot.send_chat_action(user_id, ChatAction.TYPING)
    except TelegramError as error:
        _log.info("leader.asked %s", type(error).__name__)
        match outcome_of(error):
            case ChatGone(reason):
                return reason
            case _:
                return ""
    return ""
