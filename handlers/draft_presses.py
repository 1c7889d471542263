"""Presses and replies on the page of a set-up: choices, and words that have to be typed."""

import logging
from dataclasses import replace

from telegram import ChatMemberAdministrator, ChatMemberOwner, MaybeInaccessibleMessage, Message, Update, User
from telegram.constants import ParseMode
from telegram.error import TelegramError
from telegram.ext import ApplicationHandlerStop

from handlers import drafting, proposals
from handlers.choices import changed, choices
from handlers.draft_saving import GONE, page_of, remember, save, show
from handlers.drafting import SetUp
from handlers.names import plain_name
from handlers.pressed import TURNED, Said, pressed_message, redraw
from handlers.proposals import Press
from handlers.reminder_texts import mention
from handlers.rights import manages, refusal
from handlers.services import Context
from handlers.setup import NOT_NOW
from handlers.typed import NAMES, is_prompt, prompt
from scheduler.response import Member
from scheduler.rule import Rule
from scheduler.words import leads_in_words
from storage import Draft, StoreError

_NOT_NOW = Said(NOT_NOW)
_TURNED = Said(TURNED, is_brief=True)
_CHANGED_SINCE = Said("没有保存：这一页刚才又改过。看看现在的，没问题再点一次“确认”。")
_CANCELLED = "好的，没有保存。"
_log = logging.getLogger(__name__)


async def on_draft_press(update: Update, context: Context) -> None:
    query = update.callback_query
    if query is None:
        return
    press, message = proposals.parse(query.data or ""), pressed_message(query)
    said: Said | None = GONE if message is not None else _why_gone(press, query.message)
    try:
        if press is not None and message is not None:
            said = _NOT_NOW
            refused = await refusal(context, message.chat_id, query.from_user.id)
            said = Said(refused) if refused else await _pressed(press, message, query.from_user, context)
    except StoreError as error:
        _log.error("store.failed %s", error)
        said = _NOT_NOW
    finally:
        await query.answer(said.words if said else None, show_alert=said is not None and not said.is_brief)


def _why_gone(press: Press | None, message: MaybeInaccessibleMessage | None) -> Said:
    """A button that does not stand there: the page was turned or changed since, by the same tap or another one."""
    markup = message.reply_markup if isinstance(message, Message) else None
    buttons = [button for row in markup.inline_keyboard for button in row] if markup is not None else []
    there = [proposals.parse(str(button.callback_data)) for button in buttons]
    if press is None or press.draft_id not in {found.draft_id for found in there if found is not None}:
        return GONE
    return _CHANGED_SINCE if press.what == "save" else _TURNED


async def _pressed(press: Press, message: Message, user: User, context: Context) -> Said | None:
    """Do what the button says; the words to show to who pressed it."""
    drafts = context.services.stores.drafts
    draft = await drafts.get(press.draft_id)
    if draft is None or draft.chat_id != message.chat_id:
        return GONE
    set_up = drafting.from_json(draft.content)
    if set_up.is_over:
        return GONE
    if press.what == "cancel":
        await drafts.take(draft.id)
        await redraw(message.chat_id, message.message_id, _CANCELLED, proposals.NO_BUTTONS, context)
        await remember(draft, set_up, context)
        return None
    if press.what == "save" and press.value != drafting.mark(set_up):
        return _CHANGED_SINCE if await show(draft, set_up, message.message_id, context) else _NOT_NOW
    if press.what == "save":
        return await save(draft, set_up, message, user, context)
    if press.what in NAMES:
        await _ask(press.what, draft, set_up, message, user, context)
        return None
    now = proposals.local_now(context.services.clock(), set_up.rule.schedule.zone)
    if (shown := choices(press, set_up.rule, now=now)) is not None:
        return None if await redraw(message.chat_id, message.message_id, *shown, context) else _NOT_NOW
    return await _choose(press, draft, set_up, message, context)


async def _choose(press: Press, draft: Draft, set_up: SetUp, message: Message, context: Context) -> Said | None:
    rule, services = set_up.rule, context.services
    local = proposals.local_now(services.clock(), rule.schedule.zone)
    chosen = rule if press.what == "back" else changed(rule, press, now=local)
    if chosen is None:
        return GONE
    if chosen != rule:
        if said := _objection(rule, chosen, context):
            return Said(said)
        set_up = await _kept(draft, replace(set_up, rule=chosen), context)
    if press.what == "lead":  # several may be chosen
        shown = choices(replace(press, value=""), chosen, now=local)
        if shown is not None:
            await redraw(message.chat_id, message.message_id, *shown, context)
        return None
    await show(draft, set_up, message.message_id, context)
    return None


def _objection(rule: Rule, chosen: Rule, context: Context) -> str:
    """To a choice that makes the rule useless; one that was so before may be mended step by step."""
    services = context.services
    workdays, now = services.workdays(), services.clock()
    if not proposals.coming(chosen, workdays, now=now) and proposals.coming(rule, workdays, now=now):
        return proposals.missing(chosen, workdays, now=now)
    return proposals.trouble(chosen) if not proposals.trouble(rule) else ""


async def _kept(draft: Draft, set_up: SetUp, context: Context) -> SetUp:
    services = context.services
    await services.stores.drafts.change(draft.id, drafting.to_json(set_up), now=services.clock())
    return set_up


async def _ask(  # noqa: PLR0913
    what: str, draft: Draft, set_up: SetUp, message: Message, user: User, context: Context
) -> None:
    """For words that have to be typed: only who pressed is made to reply, and every such message takes its answer."""
    who = await _named(user, message.chat_id, context)
    asked = await message.reply_text(
        who + prompt(what), parse_mode=ParseMode.HTML, reply_markup=proposals.reply_field(NAMES[what]) if who else None
    )
    await _kept(draft, drafting.asking(set_up, what, prompt=asked.message_id, page=message.message_id), context)


async def _named(user: User, chat_id: int, context: Context) -> str:
    """As HTML; "" for an administrator who is anonymous there, and when nobody can tell."""
    try:
        member = await context.bot.get_chat_member(chat_id, user.id)
    except TelegramError:
        return ""
    if isinstance(member, ChatMemberOwner | ChatMemberAdministrator) and member.is_anonymous:
        return ""
    return f"{mention(Member(user.id, plain_name(user.full_name)))}，"


async def on_typed(update: Update, context: Context) -> None:
    """A reply to such a message is never taken for a question; everything else goes on to the other handlers.

    Words that are edited correct what the page says.
    """
    message = update.effective_message
    asked = message.reply_to_message if message is not None else None
    if message is None or asked is None or not message.text or asked.from_user is None:
        return
    if asked.from_user.id != context.bot.id or not is_prompt(asked.text or ""):
        return
    try:
        if await manages(message, context):
            problem = await _typed(message, asked.message_id, context)
            if problem:
                await message.reply_text(problem)
    except StoreError as error:
        _log.error("store.failed %s", error)
        await message.reply_text(NOT_NOW)
    except TelegramError as error:
        _log.warning("typed.not_answered %s", type(error).__name__)
    raise ApplicationHandlerStop


async def _typed(message: Message, asked: int, context: Context) -> str:
    """What is wrong with it; "" when the page has been shown anew, below, or an edit changes nothing."""
    services = context.services
    of_chat = [(d, drafting.from_json(d.content)) for d in await services.stores.drafts.of_chat(message.chat_id)]
    draft, set_up = next(((d, s) for d, s in of_chat if asked in s.prompts), (None, None))
    if draft is None or set_up is None or set_up.page is None:
        return GONE.words
    now = proposals.local_now(services.clock(), set_up.rule.schedule.zone)
    fresh = drafting.answered(set_up, asked, message.message_id, message.text or "", now=now)
    if fresh == set_up:
        return ""
    if set_up.is_over:
        return GONE.words
    if isinstance(fresh, str):
        return fresh
    return await _taken(fresh, draft, set_up.prompts[asked], message, context)


async def _taken(fresh: SetUp, draft: Draft, what: str, message: Message, context: Context) -> str:
    """Of what was typed a rule was made, which has to be of use; "" when it is."""
    before = drafting.from_json(draft.content).rule
    if said := _objection(before, fresh.rule, context):
        return f"{said}再回复一次。"
    await _kept(draft, fresh, context)
    if message.edit_date is None:
        await _show_below(draft, fresh, f"{NAMES[what]}改好了{_as_read(fresh.rule, what)}。", message, context)
    elif fresh.rule != before and fresh.page is not None:
        await show(draft, fresh, fresh.page, context)
    return ""


async def _show_below(draft: Draft, set_up: SetUp, said: str, message: Message, context: Context) -> None:
    """As the answer to what was typed: nobody has to scroll up for the buttons, which are in one place only."""
    html = f"{said}\n\n{await page_of(set_up, context)}"
    keyboard = drafting.keyboard(set_up, draft.id)
    sent = await message.reply_text(html, parse_mode=ParseMode.HTML, reply_markup=keyboard)
    await _kept(draft, replace(set_up, page=sent.message_id), context)
    try:
        await context.bot.edit_message_reply_markup(message.chat_id, set_up.page)
    except TelegramError as error:
        _log.info("page.buttons_left %s", type(error).__name__)


def _as_read(rule: Rule, what: str) -> str:
    """How a time was understood, for who wrote it to see."""
    start = rule.schedule.start
    return {"at": f"（{start.hour}:{start.minute:02}）", "ahead": f"（{leads_in_words(rule.leads)}）"}.get(what, "")
