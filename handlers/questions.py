"""A message with a question -> a reply, in private and in groups."""

from datetime import timedelta

from telegram import InlineKeyboardMarkup, Message, ReplyParameters, Update
from telegram.constants import ChatType, ParseMode
from telegram.error import BadRequest

from handlers.addressing import Bot, question_in
from handlers.buttons import answer_keyboard, choice_keyboard, entry_buttons
from handlers.flood import Verdict
from handlers.memory import Answered
from handlers.render import rendered, split
from handlers.services import Context, Services
from knowledge import Reply, is_traditional, reply_to
from storage import Miss

TOO_OLD = timedelta(minutes=10)
_SLOW_DOWN = "问得有点快，歇一分钟再问我，好吗？"
_ONLY_TEXT = "我只看得懂文字，把问题打成字发给我吧。"
_EMPTY_ASK = "在 /ask 后面接着写问题，比如：/ask 预备党员能当吗"


async def on_message(update: Update, context: Context) -> None:
    message = update.effective_message
    if message is None or update.effective_user is None:
        return
    question = question_in(message, Bot(context.bot.id, context.bot.username))
    if question is None:
        await _hint(message)
        return
    await answer(message, question, context)


async def on_ask(update: Update, context: Context) -> None:
    message = update.effective_message
    if message is None:
        return
    question = " ".join(context.args or []).strip()
    if not question and message.reply_to_message is not None:
        question = (message.reply_to_message.text or message.reply_to_message.caption or "").strip()
    if question:
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
    question = question_in(message, Bot(context.bot.id, context.bot.username)) or _asked_by_command(message)
    if earlier is None or question is None or question == earlier.question:
        return
    reply, markup, body = _understood(message, question, services)
    await _record(reply, question, message.from_user.id, services)
    await edit(context, message.chat_id, earlier.message_id, body[0], markup)
    _remember(message, earlier.message_id, question, reply, body[0], services)


def _asked_by_command(message: Message) -> str | None:
    text = message.text or ""
    return text.split(maxsplit=1)[1] if text.startswith("/ask") and " " in text else None


async def _hint(message: Message) -> None:
    if message.chat.type == ChatType.PRIVATE and not (message.text or message.caption) and message.effective_attachment:
        await message.reply_text(_ONLY_TEXT)


async def answer(message: Message, question: str, context: Context) -> None:
    services, user = context.services, message.from_user
    if user is None or (message.chat.type != ChatType.PRIVATE and services.clock() - message.date > TOO_OLD):
        return
    match services.flood.judge(user.id, services.clock()):
        case Verdict.SILENCE:
            return
        case Verdict.HINT:
            await message.reply_text(_SLOW_DOWN)
            return
        case Verdict.WELCOME:
            pass
    reply, markup, body = _understood(message, question, services)
    await _record(reply, question, user.id, services)
    sent = await send(message, body, markup)
    _remember(message, sent.message_id, question, reply, body[-1], services)


def _understood(
    message: Message, question: str, services: Services
) -> tuple[Reply, InlineKeyboardMarkup | None, list[str]]:
    """The reply, its buttons, and its HTML in parts of Telegram's size."""
    user_id = message.from_user.id if message.from_user else 0
    key = (message.chat_id, user_id)
    now = services.clock()
    understood = services.base.ask(question, services.topics.get(key, now=now))
    if understood.topic is not None:
        services.topics.put(key, understood.topic, now=now)
    reply = reply_to(understood, services.base.knowledge)
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
    if reply.kind == "refuse":
        miss = Miss(services.clock(), question, "refused", (*reply.entries, *reply.offers))
        await services.misses.add(miss, user_id=user_id)


def _remember(  # noqa: PLR0913
    message: Message, sent: int, question: str, reply: Reply, html: str, services: Services
) -> None:
    """By the question, for edits of it; by the reply, for presses on it."""
    user_id = message.from_user.id if message.from_user else 0
    kept = Answered(sent, question, user_id, reply, html)
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
