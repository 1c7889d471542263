"""Which presses count: clients can send any data for any message of the bot."""

from telegram import CallbackQuery, Message


def pressed_message(query: CallbackQuery) -> Message | None:
    """The message with the button that was pressed; None when the button does not stand under it (any more)."""
    message = query.message
    if not isinstance(message, Message) or message.reply_markup is None:
        return None
    buttons = (button for row in message.reply_markup.inline_keyboard for button in row)
    return message if any(button.callback_data == query.data for button in buttons) else None
