"""Which presses count: clients can send any data for any message of the bot. And the page that follows one."""

import logging
from dataclasses import dataclass

from telegram import CallbackQuery, InlineKeyboardMarkup, Message
from telegram.error import TelegramError

from handlers.questions import edit
from handlers.services import Context

TURNED = "刚才有人点过了，现在是页面上这样。"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Said:
    """To who pressed. is_brief: it may pass by unread; else it stays until it is closed."""

    words: str
    is_brief: bool = False


def pressed_message(query: CallbackQuery) -> Message | None:
    """The message with the button that was pressed; None when the button does not stand under it (any more)."""
    message = query.message
    if not isinstance(message, Message) or message.reply_markup is None:
        return None
    buttons = (button for row in message.reply_markup.inline_keyboard for button in row)
    return message if any(button.callback_data == query.data for button in buttons) else None


async def redraw(
    chat_id: int, message_id: int, html: str, markup: InlineKeyboardMarkup | None, context: Context
) -> bool:
    """Whether it can be seen now: what was done is done, also when Telegram does not let it be shown."""
    try:
        await edit(context, chat_id, message_id, html, markup)
    except TelegramError as error:
        _log.warning("page.not_redrawn %s", type(error).__name__)
        return False
    return True
