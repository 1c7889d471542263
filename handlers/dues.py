"""/dues: what a member pays. The amount lives in the message and its buttons alone; nothing here keeps or logs it."""

from telegram import Message, ReplyParameters, Update
from telegram.constants import ChatType, ParseMode

from handlers.dues_texts import Card, asks_how, back_keyboard, card_for, in_group, keyboard, pressed
from handlers.pressed import pressed_message
from handlers.questions import edit
from handlers.render import rendered, split
from handlers.services import Context
from knowledge import Knowledge, entry_text, is_traditional

_LONGEST = 3800
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
    card, message = pressed(query.data, knowledge.dues), pressed_message(query)
    if card is None or message is None:
        await query.answer(_GONE)
        return
    try:
        in_traditional = is_traditional(message.text or "")
        if asks_how(query.data):
            body, markup = _standard(card, knowledge, in_traditional), back_keyboard(card, knowledge.dues)
        else:
            body, markup = _body(card, message, in_traditional=in_traditional), keyboard(card, knowledge)
        await edit(context, message.chat_id, message.message_id, body, markup)
    finally:
        await query.answer()  # also when the edit failed: the button must not turn for ever


def _standard(card: Card, knowledge: Knowledge, in_traditional: bool) -> str:
    """The answer that says how what the card shows is set."""
    table = knowledge.dues
    entry = knowledge.entries[table.groups[card.group or table.usual].entry or ""]
    text = f"{entry.title}\n\n{entry_text(entry, knowledge.sources)}"
    return rendered(split(text, _LONGEST)[0], in_traditional=in_traditional)


def _body(card: Card, message: Message, *, in_traditional: bool) -> str:
    text = card.text if message.chat.type == ChatType.PRIVATE else in_group(card)
    return rendered(text, in_traditional=in_traditional)
