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
    if message.via_bot is not None:
        return None
    if message.chat.type == ChatType.PRIVATE:
        return text.strip() or None
    mentioned = _mentioned(message)
    if f"@{bot.username.lower()}" not in mentioned and (mentioned or not _replies_to(message, bot)):
        return None
    stripped = re.sub(rf"@{re.escape(bot.username)}\b", " ", text, flags=re.IGNORECASE)
    return stripped.strip() or None


def asker(message: Message) -> int:
    """Who asked: a member, or the group or channel in whose name it was said. Negative for the latter."""
    if message.sender_chat is not None:
        return message.sender_chat.id
    return message.from_user.id if message.from_user else 0


def _mentioned(message: Message) -> set[str]:
    """@names in small letters, and the names of mentioned members who have none.

    Offsets of entities count UTF-16 units; the library's own parsing fails on one that cuts a character in two.
    """
    units = (message.text or message.caption or "").encode("utf-16-le")
    entities = message.entities or message.caption_entities
    people = (MessageEntity.MENTION, MessageEntity.TEXT_MENTION)
    found = (units[e.offset * 2 : (e.offset + e.length) * 2] for e in entities if e.type in people)
    return {mention.decode("utf-16-le", "ignore").lower() for mention in found}


def _replies_to(message: Message, bot: Bot) -> bool:
    replied = message.reply_to_message
    return replied is not None and replied.from_user is not None and replied.from_user.id == bot.id
