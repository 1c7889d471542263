"""Who may manage a group's reminders: its owner and administrators, asked afresh, and the bot's admins."""

import logging

from telegram import ChatMember, Message
from telegram.constants import ChatType
from telegram.error import TelegramError

from handlers.services import Context

ONLY_MANAGERS = "提醒由群主和管理员来设，请他们来点。"
IN_GROUP = "提醒是跟着群走的，到群里发这个命令。还没把我加进群的话，先加我。"
_MANAGERS = (ChatMember.OWNER, ChatMember.ADMINISTRATOR)
_log = logging.getLogger(__name__)


async def may_manage(context: Context, chat_id: int, user_id: int) -> bool:
    """False also when Telegram does not say. A group that speaks as itself is one of its anonymous administrators."""
    services = context.services
    if user_id in services.admins or user_id == chat_id:
        return True
    now = services.clock()
    known = services.managers.get((chat_id, user_id), now=now)
    if known is not None:
        return known
    try:
        member = await context.bot.get_chat_member(chat_id, user_id)
    except TelegramError as error:
        _log.warning("rights.unknown %s", type(error).__name__)
        return False
    found = member.status in _MANAGERS
    services.managers.put((chat_id, user_id), found, now=now)
    return found


async def manages(message: Message, context: Context) -> bool:
    """Whether who wrote this in a group may manage it; told kindly when not."""
    if message.chat.type == ChatType.PRIVATE:
        await message.reply_text(IN_GROUP)
        return False
    speaker = message.sender_chat or message.from_user
    if speaker is not None and await may_manage(context, message.chat_id, speaker.id):
        return True
    await message.reply_text(ONLY_MANAGERS)
    return False
