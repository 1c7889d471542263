"""Who may manage a group's reminders: its owner and administrators, asked afresh, and the bot's admins."""

from telegram import ChatMember
from telegram.error import TelegramError

from handlers.services import Context

_MANAGERS = (ChatMember.OWNER, ChatMember.ADMINISTRATOR)


async def may_manage(context: Context, chat_id: int, user_id: int) -> bool:
    """False also when Telegram does not say. A group that speaks as itself is one of its anonymous administrators."""
    if user_id in context.services.admins or user_id == chat_id:
        return True
    try:
        member = await context.bot.get_chat_member(chat_id, user_id)
    except TelegramError:
        return False
    return member.status in _MANAGERS
