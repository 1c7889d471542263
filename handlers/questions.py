"""A message with a question -> a reply, in private and in groups."""

import logging
from datetime import timedelta

from telegram import InlineKeyboardMarkup, Message, ReplyParameters, Update
from telegram.constants import ChatType, ParseMode
from telegram.error import BadRequest

from handlers.addressing import Bot, asker, question_in
from handlers.buttons import answer_keyboard, choice_keyboard, entry_buttons
from handlers.flood import Verdict
from handlers.memory import Answered
from handlers.render import rendered, split
from handlers.services import Context, Services
from knowledge import Reply, is_traditional, reply_to
from storage import Miss, StoreError

_log = logging.getLogger(__name__)

TOO_OLD = timedelta(minutes=10)
_SLOW_DOWN = "问得有点快，歇一分钟再问我，好吗？"
_ONLY_TEXT = "我只看得懂文字，把问题打成字发给我吧。"
_NO_COMMAND = "没有这个命令。直接打字问我就行，/help 看怎么用。"
_EMPTY_ASK = "在 /ask 后面接着写问题，比如：/ask 预备党员能当吗"


async def on_message(update: Update, context: Context) -> None:
    message = update.effective_message
    if message is None or update.effective_user is None:
        return
    question = _asked_in(message, context)
    if question is None:
        await _hint(message, context.services)
        return
    await answer(message, question, context)


def _asked_in(message: Message, context: Context) -> str | None:
    """Not every answer can be told by its buttons: small talk has none."""
    services, quoted = context.services, message.reply_to_message
    invites = quoted is not None and (
        quoted.text == _EMPTY_ASK
        or services.answered.get((message.chat_id, "reply", quoted.message_id), now=services.clock()) is not None
    )
    return question_in(message, Bot(context.bot.id, context.bot.username), invites=invites)


async def on_unknown_command(update: Update, context: Context) -> None:
    """In private only: in a group the command may be another bot's."""
    message = update.effective_message
    if message is not None and message.chat.type == ChatType.PRIVATE:
        await message.reply_text(_NO_COMMAND)


async def on_ask(update: Update, context: Context) -> None:
    message = update.effective_message
    if message is None:
        return
    question = " ".join(context.args or []).strip()
    quoted = message.reply_to_message
    if not question and quoted is not None:
        question = (quoted.text or quoted.caption or "").strip()
        await answer(message, question, context, is_own=quoted.from_user == message.from_user)
    elif question:
        await answer(message, question, context)
    else:
        await message.reply_text(_EMPTY_ASK)


async def on_edited(update: Update, context: Context) -> None:
    """An edited question edits its answer; a question that had none is left alone."""
    message = update.edited_message
    if message is None or message.from_user is None:
        return
    services = context.services
    earlier = services.answered.get((message.chat_id, message.message_id), now=services.clock())
    question = _asked_in(message, context) or _asked_by_command(message)
    if earlier is None or question is None or question == earlier.question:
        return
    if services.flood.judge(asker(message), services.clock()) is not Verdict.WELCOME:
        return
    reply, markup, body = _understood(message, question, services)
    await edit(context, message.chat_id, earlier.message_id, body[0], markup)
    _remember(message, earlier.message_id, question, reply, body[0], services)
    await _record(reply, question, asker(message), services)


def _asked_by_command(message: Message) -> str | None:
    text = message.text or ""
    return text.split(maxsplit=1)[1] if text.startswith("/ask") and " " in text else None


async def _hint(message: Message, services: Services) -> None:
    """Once for a while: ten pictures sent together get one hint."""
    if message.chat.type != ChatType.PRIVATE or message.text or message.caption or not message.effective_attachment:
        return
    now = services.clock()
    if services.hinted.get(message.chat_id, now=now) is None:
        services.hinted.put(message.chat_id, True, now=now)
        await message.reply_text(_ONLY_TEXT)


async def answer(message: Message, question: str, context: Context, *, is_own: bool = True) -> None:
    """is_own: the words are those of whoever asks; another member's words are answered and not kept."""
    services = context.services
    who = asker(message)
    if not who or not question or (message.chat.type != ChatType.PRIVATE and services.clock() - message.date > TOO_OLD):
        return
    match services.flood.judge(who, services.clock()):
        case Verdict.SILENCE:
            return
        case Verdict.HINT:
            await message.reply_text(_SLOW_DOWN)
            return
        case Verdict.WELCOME:
            pass
    reply, markup, body = _understood(message, question, services)
    sent = await send(message, body, markup)
    _remember(message, sent.message_id, question, reply, body[-1], services)
    if is_own:
        await _record(reply, question, who, services)


def _understood(
    message: Message, question: str, services: Services
) -> tuple[Reply, InlineKeyboardMarkup | None, list[str]]:
    """The reply, its buttons, and its HTML in parts of Telegram's size."""
    key = (message.chat_id, asker(message))
    now = services.clock()
    loaded = services.base.current
    understood = loaded.ask(question, services.topics.get(key, now=now))
    if understood.topic is not None:
        services.topics.put(key, understood.topic, now=now)
    reply = reply_to(understood, loaded.knowledge)
    in_traditional = is_traditional(question)
    body = [rendered(part, in_traditional=in_traditional) for part in split(reply.text, 3800)]
    return reply, keyboard(reply, services), body


def keyboard(reply: Reply, services: Services) -> InlineKeyboardMarkup | None:
    knowledge = services.base.knowledge
    match reply.kind:
        case "answer":
            return answer_keyboard(
                reply.entries, reply.offers, knowledge, with_source=services.source_lines is not None
            )
        case "ask_back":
            return choice_keyboard(reply.offers, knowledge)
        case "refuse":
            return InlineKeyboardMarkup(entry_buttons(reply.offers, knowledge, "show"))
        case "small_talk":
            return None


async def _record(reply: Reply, question: str, user_id: int, services: Services) -> None:
    """After the answer, and never instead of it: a data base that fails is the admins' trouble, not the member's."""
    if reply.kind == "refuse":
        miss = Miss(services.clock(), question, "refused", (*reply.entries, *reply.offers))
        try:
            await services.misses.add(miss, user_id=user_id)
        except StoreError as error:
            _log.error("store.failed %s，这个提问没有记下", error)


def _remember(  # noqa: PLR0913
    message: Message, sent: int, question: str, reply: Reply, html: str, services: Services
) -> None:
    """By the question, for edits of it; by the reply, for presses on it."""
    kept = Answered(sent, question, asker(message), reply, html)
    now = services.clock()
    services.answered.put((message.chat_id, message.message_id), kept, now=now)
    services.answered.put((message.chat_id, "reply", sent), kept, now=now)


async def send(message: Message, body: list[str], markup: InlineKeyboardMarkup | None) -> Message:
    """Reply in the same topic; the buttons stand under the last part. A deleted question is no obstacle."""
    quoted = ReplyParameters(message.message_id, allow_sending_without_reply=True)
    in_group = message.chat.type != ChatType.PRIVATE
    sent = message
    for place, part in enumerate(body):
        sent = await message.reply_text(
            part,
            parse_mode=ParseMode.HTML,
            reply_markup=markup if place == len(body) - 1 else None,
            reply_parameters=quoted if in_group and place == 0 else None,
        )
    return sent


async def edit(context: Context, chat_id: int, message_id: int, body: str, markup: InlineKeyboardMarkup | None) -> None:
    try:
        await context.bot.edit_message_text(
            body, chat_id=chat_id, message_id=message_id, parse_mode=ParseMode.HTML, reply_markup=markup
        )
    except BadRequest as error:
        if "not modified" not in str(error).lower() and "not found" not in str(error).lower():
            raise
