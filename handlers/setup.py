"""Setting up a reminder in the group: /setup by tapping, /remind by one sentence; both end on the same page."""

import logging
from collections.abc import Awaitable

from telegram import Message, MessageEntity, Update
from telegram.constants import ParseMode

from handlers import choices, drafting, proposals
from handlers.drafting import SetUp
from handlers.pressed import pressed_message
from handlers.questions import TOO_OLD
from handlers.rights import manages, refusal
from handlers.services import Context, Services
from handlers.typed import tidied
from scheduler.phrase import NotUnderstood, Understood, parse
from scheduler.rule import DEFAULT_ZONE, GroupRule
from scheduler.words import day_in_words
from storage import StoreError

_GONE = "这个按钮不管用了，发 /setup 吧。"
NOT_NOW = "这会儿记不下来，过一会儿再试一次。"
_WHICH = "要设什么提醒？（一句话也行：/remind 每月第一个周五晚上7点半开党小组会，提前3天和当天早上提醒）"
_HOW = (
    "在 /remind 后面用一句话说什么时候、什么事，比如：\n"
    "/remind 每月第一个周五晚上7点半开党小组会，提前3天和当天早上提醒\n"
    "/remind 每月最后一个工作日9点收党费\n"
    "/remind 明天下午三点 交学习心得\n"
    "想用按钮一步步来，发 /setup。"
)
_TOO_LATE = "离得太近，来不及的提前提醒去掉了"
_log = logging.getLogger(__name__)


async def on_setup(update: Update, context: Context) -> None:
    message = update.effective_message
    if message is not None and await manages(message, context):
        await _stored(_begin(message, context), message)


async def on_setup_press(update: Update, context: Context) -> None:
    """The button under the greeting."""
    query = update.callback_query
    if query is None or query.message is None:
        return
    message = pressed_message(query)
    refused = await refusal(context, query.message.chat.id, query.from_user.id) or (None if message else _GONE)
    await query.answer(refused, show_alert=refused is not None)
    if message is not None and refused is None:
        await _stored(_begin(message, context), message)


async def on_remind(update: Update, context: Context) -> None:
    message = update.effective_message
    if message is None or not await manages(message, context):
        return
    if phrase := _after_command(message):
        await _stored(_understood(phrase, message, context), message)
    else:
        await message.reply_text(_HOW)


def _after_command(message: Message) -> str:
    """Whatever blank stands before it."""
    commands = (e for e in message.entities if e.type == MessageEntity.BOT_COMMAND and e.offset == 0)
    return (message.text or "")[next((command.length for command in commands), 0) :].strip()


async def _stored(work: Awaitable[None], message: Message) -> None:
    """Do it, or say that the data base does not."""
    try:
        await work
    except StoreError as error:
        _log.error("store.failed %s", error)
        await message.reply_text(NOT_NOW)


async def _begin(message: Message, context: Context) -> None:
    zone = await zone_of(message.chat_id, context.services)
    now = proposals.local_now(context.services.clock(), zone)
    set_up = SetUp(proposals.default_rule("meeting", zone, now=now), topic_of(message))
    draft_id = await _new_draft(message, set_up, context)
    await message.reply_text(_WHICH, reply_markup=choices.kinds(draft_id))


async def _understood(phrase: str, message: Message, context: Context) -> None:
    """Days are counted from when it was said, however late it is heard."""
    services = context.services
    zone = await zone_of(message.chat_id, services)
    said_at, workdays = proposals.local_now(message.date, zone), services.workdays()
    match parse(phrase, now=said_at, zone=zone, workdays=workdays):
        case NotUnderstood(problem):
            await message.reply_text(problem)
        case Understood(rule, remarks):
            if not proposals.coming(rule, workdays, now=services.clock()):
                await message.reply_text(proposals.missing(rule, workdays, now=services.clock()))
                return
            if trouble := proposals.trouble(rule):
                await message.reply_text(trouble)
                return
            fitted = proposals.in_time(rule, workdays, now=services.clock())
            late = (_TOO_LATE,) if fitted.leads != rule.leads else ()
            rule, cut = tidied(fitted)
            is_old = services.clock() - message.date > TOO_OLD
            old = (f"这句话是{day_in_words(said_at)}写的，日子从那时算起",) if is_old else ()
            await _propose(message, SetUp(rule, topic_of(message)), context, (*remarks, *late, *cut, *old))


async def propose_change(message: Message, stored: GroupRule, context: Context) -> None:
    """Show the page of a rule that is there, as a new message."""
    await _propose(message, drafting.changing(stored, topic_of(message)), context)


async def _propose(message: Message, set_up: SetUp, context: Context, remarks: tuple[str, ...] = ()) -> None:
    services = context.services
    draft_id = await _new_draft(message, set_up, context)
    html = drafting.page(set_up, services.workdays(), remarks, now=services.clock())
    await message.reply_text(html, parse_mode=ParseMode.HTML, reply_markup=drafting.keyboard(set_up, draft_id))


async def _new_draft(message: Message, set_up: SetUp, context: Context) -> int:
    who = message.from_user.id if message.from_user is not None else 0
    services = context.services
    return await services.stores.drafts.add(message.chat_id, who, drafting.to_json(set_up), now=services.clock())


def topic_of(message: Message) -> int | None:
    return message.message_thread_id if message.is_topic_message else None


async def zone_of(chat_id: int, services: Services) -> str:
    chat = await services.stores.chats.get(chat_id)
    return chat.zone if chat is not None and chat.zone else DEFAULT_ZONE
