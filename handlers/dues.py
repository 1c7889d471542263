"""/dues: what a member pays. The amount lives in the message and its buttons alone; nothing here keeps or logs it."""

from telegram import Message, ReplyParameters, Update
from telegram.constants import ChatType, ParseMode

from handlers.dues_texts import Card, card_for, in_group, keyboard, pressed
from handlers.questions import edit
from handlers.render import rendered
from handlers.services import Context
from knowledge import is_traditional

_GONE = "这个按钮太旧了，重新发一次 /dues 吧。"


async def on_dues(update: Update, context: Context) -> None:
    message = update.effective_message
    if message is None:
        return
    knowledge = context.services.base.knowledge
    typed = " ".join(context.args or [])
    card = card_for(typed, knowledge.dues)
    in_private = message.chat.type == ChatType.PRIVATE
    await message.reply_text(
        _body(card, message, in_traditional=is_traditional(typed)),
        parse_mode=ParseMode.HTML,
        reply_markup=keyboard(card, knowledge),
        reply_parameters=None if in_private else ReplyParameters(message.message_id, allow_sending_without_reply=True),
    )


async def on_dues_press(update: Update, context: Context) -> None:
    """Whoever reads the message may switch the group: the rule is everybody's."""
    query = update.callback_query
    if query is None:
        return
    knowledge = context.services.base.knowledge
    card = pressed(query.data, knowledge.dues)
    message = query.message
    if card is None or not isinstance(message, Message):
        await query.answer(_GONE)
        return
    try:
        body = _body(card, message, in_traditional=is_traditional(message.text or ""))
        await edit(context, message.chat_id, message.message_id, body, keyboard(card, knowledge))
    finally:
        await query.answer()  # also when the edit failed: the button must not turn for ever


def _body(card: Card, message: Message, *, in_traditional: bool) -> str:
    text = card.text if message.chat.type == ChatType.PRIVATE else in_group(card)
    return rendered(text, in_traditional=in_traditional)
