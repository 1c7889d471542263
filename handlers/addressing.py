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
    """Offsets of entities count UTF-16 units; the library's own parsing fails on one that cuts a character in two."""
    units = (message.text or message.caption or "").encode("utf-16-le")
    entities = message.entities or message.caption_entities
    found = (units[e.offset * 2 : (e.offset + e.length) * 2] for e in entities if e.type == MessageEntity.MENTION)
    return any(mention.decode("utf-16-le", "ignore").lower() == f"@{bot.username.lower()}" for mention in found)


def _replies_to(message: Message, bot: Bot) -> bool:
    replied = message.reply_to_message
    return replied is not None and replied.from_user is not None and replied.from_user.id == bot.id
