"""Whether a message is meant for the bot, and what it asks. Pure."""

import re
from dataclasses import dataclass

from telegram import Message, MessageEntity
from telegram.constants import ChatType

from handlers.buttons import parse

_DUES = "$"  # begins what the buttons of a card of dues carry


@dataclass(frozen=True)
class Bot:
    id: int
    username: str


def question_in(message: Message, bot: Bot, *, invites: bool = False) -> str | None:
    """The question without the mention; None when the message is not meant for the bot or holds no words.

    invites: what it replies to is known to wait for a question.
    """
    text = message.text or message.caption or ""
    if message.via_bot is not None:
        return None
    if message.chat.type == ChatType.PRIVATE:
        return text.strip() or None
    mentioned = _mentioned(message)
    if f"@{bot.username.lower()}" not in mentioned and (mentioned or not (invites or _replies_to_talk(message, bot))):
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


def _replies_to_talk(message: Message, bot: Bot) -> bool:
    """To an answer of the bot's or the like: under a reminder, a nag or a page members talk to one another."""
    replied = message.reply_to_message
    if replied is None or replied.from_user is None or replied.from_user.id != bot.id:
        return False
    return is_talk(replied)


def is_talk(message: Message) -> bool:
    """Whether the buttons of this message of the bot's are those of an answer, a choice or the like."""
    rows = message.reply_markup.inline_keyboard if message.reply_markup is not None else ()
    carried = [str(button.callback_data) for row in rows for button in row]
    return any(parse(data) is not None or data.startswith(_DUES) for data in carried)
