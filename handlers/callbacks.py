"""Presses on buttons. Whoever may read the answer may turn its pages; only who asked may reject or judge it."""

import logging

from telegram import CallbackQuery, InlineKeyboardMarkup, Message, Update
from telegram.constants import ChatMemberStatus, ChatType

from handlers.addressing import is_talk
from handlers.buttons import Press, answer_keyboard, button, entry_buttons, parse, topic_keyboard, topics_of
from handlers.memory import Answered
from handlers.pressed import TURNED, pressed_message
from handlers.questions import edit, keyboard
from handlers.render import rendered, split
from handlers.services import Context
from knowledge import Entry, Reply, entry_text, is_traditional, related
from storage import Decision, Miss, StoreError

_GONE = "这个按钮太旧了，重新问一次吧。"
_NOT_YOURS = "这是别人问的，让提问的人来点吧。你也可以直接问我。"
_NONE = "明白，那就是我这里没有收录，已经记下来请管理员补充。可以先问问所在党支部，或者看看这些："
_NOTED = "记下了，谢谢，会请管理员改进。"
_GLAD = "谢谢！"
_NOT_STORED = "这会儿记不下来，过一阵再点一次吧。"
_log = logging.getLogger(__name__)


async def on_press(update: Update, context: Context) -> None:
    query = update.callback_query
    if query is None:
        return
    press, message = parse(query.data), pressed_message(query)
    if press is None or message is None:
        is_turned = press is not None and isinstance(query.message, Message) and is_talk(query.message)
        await query.answer(TURNED if is_turned else _GONE)  # turned: by the first of two taps
        return
    said: str | None = None
    try:
        said = await _act(press, query, message, context)
    finally:
        await query.answer(said)  # also when the rest failed: the button must not turn for ever


async def _act(press: Press, query: CallbackQuery, message: Message, context: Context) -> str | None:
    """Do what the button says; the words to show to who pressed it."""
    services = context.services
    kept = services.answered.get((message.chat_id, "reply", message.message_id), now=services.clock())
    entry = services.base.knowledge.entries.get(press.argument)
    match press.action:
        case "topics":
            return await _topics(press, message, context)
        case "back" if kept is not None:
            return await _back(kept, message, context)
        case "back" if entry is not None:
            return await _show(entry, kept, message, context)
        case "show" | "pick" if entry is not None:
            return await _show(entry, kept, message, context)
        case "source" if entry is not None:
            return await _source(entry, kept, message, context)
        case "none" | "down":
            return await _judged(press, kept, query, message, context)
        case "up":
            return _GLAD
        case _:
            return _GONE


async def _topics(press: Press, message: Message, context: Context) -> str | None:
    knowledge = context.services.base.knowledge
    topics = topics_of(knowledge)
    chosen = int(press.argument) if press.argument.isdigit() else None
    if chosen is not None and chosen >= len(topics):
        return _GONE
    topic = None if chosen is None else topics[chosen]
    text = "想看哪一类？" if topic is None else f"{topic}："
    await edit(
        context, message.chat_id, message.message_id, rendered(text), topic_keyboard(topic, press.page, knowledge)
    )
    return None


async def _show(entry: Entry, kept: Answered | None, message: Message, context: Context) -> str | None:
    services = context.services
    knowledge = services.base.knowledge
    text = f"{entry.title}\n\n{entry_text(entry, knowledge.sources)}"
    body = rendered(split(text, 3800)[0], in_traditional=kept is not None and is_traditional(kept.question))
    markup = answer_keyboard(
        (entry.id,),
        related((entry.id,), knowledge),
        knowledge,
        with_source=services.source_lines is not None,
        back=kept is not None,
        judged=kept is not None,
    )
    await edit(context, message.chat_id, message.message_id, body, markup)
    return None


async def _source(entry: Entry, kept: Answered | None, message: Message, context: Context) -> str | None:
    lines = context.services.source_lines
    if lines is None:
        return _GONE
    cited = sorted({n for e in entry.evidence for n in e.lines if 0 < n <= len(lines)})
    text = "\n\n".join([f"{entry.title} · 原文", *(f"第{n}行：{lines[n - 1].strip()}" for n in cited)])
    back = [[button("‹ 返回", Press("back", entry.id))]]
    await edit(context, message.chat_id, message.message_id, rendered(split(text, 3800)[0]), InlineKeyboardMarkup(back))
    return None


async def _back(kept: Answered, message: Message, context: Context) -> str | None:
    await edit(context, message.chat_id, message.message_id, kept.html, keyboard(kept.reply, context.services))
    return None


async def _judged(
    press: Press, kept: Answered | None, query: CallbackQuery, message: Message, context: Context
) -> str | None:
    """都不是 and 👎: recorded once, for the member who asked."""
    services = context.services
    if kept is None:
        return _GONE
    if message.chat.type != ChatType.PRIVATE and not await _may_judge(query.from_user.id, kept, message, context):
        return _NOT_YOURS
    judged = (message.chat_id, "judged", message.message_id)
    now = services.clock()
    if services.answered.get(judged, now=now) is None:
        services.answered.put(judged, kept, now=now)
        decision: Decision = "rejected" if press.action == "none" else "thumbs_down"
        miss = Miss(now, kept.question, decision, _had_in_mind(press, kept.reply))
        try:
            await services.misses.add(miss, user_id=kept.user_id)
        except StoreError as error:
            _log.error("store.failed %s", error)
            return _NOT_STORED
    if press.action == "down":
        return _NOTED
    rows = entry_buttons(kept.reply.offers, services.base.knowledge, "show")
    await edit(context, message.chat_id, message.message_id, rendered(_NONE), InlineKeyboardMarkup(rows))
    return None


async def _may_judge(user_id: int, kept: Answered, message: Message, context: Context) -> bool:
    """Who asked; for a question asked in the name of the group, its administrators, for nobody can tell who it was."""
    if kept.user_id >= 0:
        return user_id == kept.user_id
    member = await context.bot.get_chat_member(message.chat_id, user_id)
    return member.status in (ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR)


def _had_in_mind(press: Press, reply: Reply) -> tuple[str, ...]:
    return (press.argument,) if press.argument else reply.offers
