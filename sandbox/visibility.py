"""Privacy mode: which messages a bot gets to see."""

from sandbox.entities import mentions, slice_of
from sandbox.ground import Ground
from sandbox.model import RULING, Chat, Message, Service, Text, User, words


def bot_sees(ground: Ground, chat: Chat, message: Message, *, reads_all: bool) -> bool:
    """Pure question: nothing is sent here. A bot never sees what a bot wrote."""
    bot = ground.bot
    if message.author.is_bot or not chat.has(bot.id):
        return False
    if chat.type == "private" or reads_all or chat.status(bot.id) in RULING:
        return True
    return isinstance(message.content, Service) or _is_for(ground, bot, message)


def _is_for(ground: Ground, bot: User, message: Message) -> bool:
    if message.via_bot == bot or _replies_to(ground, bot, message):
        return True
    text = words(message.content)
    return _commands_bot(text, bot) or f"@{bot.username}".lower() in map(str.lower, mentions(text))


def _replies_to(ground: Ground, bot: User, message: Message) -> bool:
    replied = ground.message(message.chat_id, message.reply_to) if message.reply_to else None
    return bool(replied and replied.sender == bot)


def _commands_bot(text: Text, bot: User) -> bool:
    """The text begins with a command that names this bot or none."""
    first = next((e for e in text.entities if e.type == "bot_command" and e.offset == 0), None)
    if not first:
        return False
    target = slice_of(text, first).partition("@")[2].lower()
    return target in ("", bot.username.lower())
