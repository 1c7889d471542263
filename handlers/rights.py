"""Who may manage a group's reminders: its owner and administrators, asked afresh, and the bot's admins."""

import logging
from typing import Literal

from telegram import ChatMember, ChatMemberAdministrator, ChatMemberOwner, ChatMemberRestricted, Message
from telegram.constants import ChatType
from telegram.error import BadRequest, TelegramError

from handlers.services import Context

ONLY_MANAGERS = "提醒由群主和管理员来设，请他们来点。"
UNKNOWN = "这会儿问不到 Telegram，过一会儿再试。"
IN_GROUP = "提醒是跟着群走的，到群里发这个命令。还没把我加进群的话，先加我。"
_MANAGERS = (ChatMember.OWNER, ChatMember.ADMINISTRATOR)
_NOT_FOUND = ("participant", "user not found", "member not found", "user_not_participant")
Standing = Literal["manager", "member", "outside", "unknown"]
_log = logging.getLogger(__name__)


async def refusal(context: Context, chat_id: int, user_id: int, *, only: str = ONLY_MANAGERS) -> str | None:
    """None for who may manage the group; else what to say: `only`, or that Telegram does not answer.

    A group that speaks as itself is one of its anonymous administrators. A private chat is managed by nobody.
    """
    services = context.services
    if chat_id >= 0:
        return only
    if user_id in services.admins or user_id == chat_id:
        return None
    now = services.clock()
    is_manager = services.managers.get((chat_id, user_id), now=now)
    if is_manager is None:
        found = await standing(context, chat_id, user_id)
        if found == "unknown":
            return UNKNOWN
        is_manager = found == "manager"
        services.managers.put((chat_id, user_id), is_manager, now=now)
    return None if is_manager else only


async def standing(context: Context, chat_id: int, user_id: int) -> Standing:
    """What somebody is in a group at this very moment."""
    try:
        member = await context.bot.get_chat_member(chat_id, user_id)
    except TelegramError as error:
        if isinstance(error, BadRequest) and any(words in str(error).lower() for words in _NOT_FOUND):
            return "outside"
        _log.warning("rights.unknown %s", type(error).__name__)
        return "unknown"
    if member.status in _MANAGERS:
        return "manager"
    return "member" if is_present(member) else "outside"


def is_hidden(member: ChatMember) -> bool:
    """An administrator who speaks in the name of the group: nobody there may learn who that is."""
    return isinstance(member, ChatMemberOwner | ChatMemberAdministrator) and bool(member.is_anonymous)


def is_present(member: ChatMember) -> bool:
    if isinstance(member, ChatMemberRestricted):
        return member.is_member
    return member.status not in (ChatMember.LEFT, ChatMember.BANNED)


async def manages(message: Message, context: Context) -> bool:
    """Whether who wrote this in a group may manage it; told kindly when not."""
    if message.chat.type == ChatType.PRIVATE:
        await message.reply_text(IN_GROUP)
        return False
    speaker = message.sender_chat or message.from_user
    words = await refusal(context, message.chat_id, speaker.id) if speaker is not None else ONLY_MANAGERS
    if words is not None:
        await message.reply_text(words)
    return words is None
