"""Whether a message is meant for the bot, and what it asks. Pure."""

import re
from dataclasses import dataclass

from telegram import Message, MessageEntity
from telegram.constants import ChatType


@dataclass(frozen=True)
class Bot:
    id: int
    username: str


def question_in(message: Message, bot: Bot) -> str | None:
    """The question without the mention; None when the message is not meant for the bot or holds no words."""
    text = message.text or message.caption or ""
    if message.chat.type == ChatType.PRIVATE:
        return text.strip() or None
    if message.via_bot is not None:
        return None
    if not (_mentions(message, bot) or _replies_to(message, bot)):
        return None
    stripped = re.sub(rf"@{re.escape(bot.username)}\b", " ", text, flags=re.IGNORECASE)
    return stripped.strip() or None


def _mentions(message: Message, bot: Bot) -> bool:
    found = {
        **message.parse_entities([MessageEntity.MENTION]),
        **message.parse_caption_entities([MessageEntity.MENTION]),
    }
    return any(mention.lower() == f"@{bot.username.lower()}" for mention in found.values())


def _replies_to(message: Message, bot: Bot) -> bool:
    replied = message.reply_to_message
    return replied is not None and replied.from_user is not None and replied.from_user.id == bot.id
