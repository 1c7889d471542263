"""Presses and replies on the page of a set-up: choices, words that have to be typed, and the save."""

import logging
from dataclasses import replace

from telegram import ChatMemberAdministrator, ChatMemberOwner, InlineKeyboardMarkup, Message, Update, User
from telegram.constants import ParseMode
from telegram.error import TelegramError
from telegram.ext import ApplicationHandlerStop

from handlers import drafting, proposals
from handlers.drafting import SetUp
from handlers.membership import can_speak
from handlers.names import plain_name
from handlers.pressed import pressed_message, redraw
from handlers.proposals import Press
from handlers.reminder_texts import mention
from handlers.rights import manages, refusal
from handlers.services import Context
from handlers.setup import NOT_NOW
from handlers.typed import NAMES, is_prompt, prompt, with_typed
from scheduler.response import Member
from scheduler.rule import GroupRule, Rule
from scheduler.words import leads_in_words
from storage import Chat, Draft, StoreError

_GONE = "这一页已经保存了或过期了，发 /reminders 看看。"
_CANCELLED = "好的，没有保存。"
_DELETED = "这条提醒已经删掉了，这次修改没有保存。要接着用，发 /setup 重新设一个。"
_NO_LEADS = "还没选什么时候提醒，点“提前提醒”选一个。"
_CHANGED_MEANWHILE = "没有保存：这条提醒刚才被改过，现在是页面上这样。还要改就再点一次。"
_TWICE = "没有保存：群里已经有一条同样的提醒了，再设一条大家会收到两遍。发 /reminders 看看，要改就改那一条。"
_UNREACHABLE = "我现在不在这个群里，没有保存。先把我加回来再点。"
_SAVED = "记下了"
_NO_BUTTONS = InlineKeyboardMarkup([])
_log = logging.getLogger(__name__)


async def on_draft_press(update: Update, context: Context) -> None:
    query = update.callback_query
    if query is None:
        return
    press, message = proposals.parse(query.data or ""), pressed_message(query)
    said: str | None = _GONE
    try:
        if press is not None and message is not None:
            said = NOT_NOW
            refused = await refusal(context, message.chat_id, query.from_user.id)
            said = refused or await _pressed(press, message, query.from_user, context)
    except StoreError as error:
        _log.error("store.failed %s", error)
        said = NOT_NOW
    finally:
        await query.answer(said, show_alert=said not in (None, _SAVED, _GONE))


async def _pressed(press: Press, message: Message, user: User, context: Context) -> str | None:
    """Do what the button says; the words to show to who pressed it."""
    drafts = context.services.stores.drafts
    draft = await drafts.get(press.draft_id)
    if draft is None or draft.chat_id != message.chat_id:
        return _GONE
    set_up = drafting.from_json(draft.content)
    if press.what == "cancel":
        await drafts.take(draft.id)
        await redraw(message.chat_id, message.message_id, _CANCELLED, _NO_BUTTONS, context)
        return None
    if press.what == "save":
        return await _save(draft, set_up, message, user.id, context)
    if press.what in NAMES:
        await _ask(press.what, draft, set_up, message, user, context)
        return None
    if (shown := proposals.choices(press, set_up.rule)) is not None:
        return None if await redraw(message.chat_id, message.message_id, *shown, context) else NOT_NOW
    return await _choose(press, draft, set_up, message, context)


async def _choose(press: Press, draft: Draft, set_up: SetUp, message: Message, context: Context) -> str | None:
    rule, services = set_up.rule, context.services
    local = proposals.local_now(services.clock(), rule.schedule.zone)
    chosen = rule if press.what == "back" else proposals.changed(rule, press, now=local)
    if chosen is None:
        return _GONE
    if chosen != rule:
        if said := _objection(rule, chosen, context):
            return said
        set_up = await _kept(draft, replace(set_up, rule=chosen), context)
    if press.what == "lead":  # several may be chosen
        shown = proposals.choices(replace(press, value=""), chosen)
        if shown is not None:
            await redraw(message.chat_id, message.message_id, *shown, context)
        return None
    await _show(draft, set_up, message.message_id, context)
    return None


def _objection(rule: Rule, chosen: Rule, context: Context) -> str:
    """To a choice that makes the rule useless; one that was so before may be mended step by step."""
    services = context.services
    workdays, now = services.workdays(), services.clock()
    if not proposals.coming(chosen, workdays, now=now) and proposals.coming(rule, workdays, now=now):
        return proposals.missing(chosen)
    return proposals.trouble(chosen) if not proposals.trouble(rule) else ""


async def _kept(draft: Draft, set_up: SetUp, context: Context) -> SetUp:
    services = context.services
    await services.stores.drafts.change(draft.id, drafting.to_json(set_up), now=services.clock())
    return set_up


async def _show(draft: Draft, set_up: SetUp, message_id: int, context: Context) -> None:
    services = context.services
    html = drafting.page(set_up, services.workdays(), now=services.clock())
    await redraw(draft.chat_id, message_id, html, proposals.main_keyboard(draft.id), context)


async def _save(draft: Draft, set_up: SetUp, message: Message, user_id: int, context: Context) -> str:
    """Once, however often it is tapped."""
    services, rule = context.services, set_up.rule
    workdays, now = services.workdays(), services.clock()
    if not proposals.coming(rule, workdays, now=now):
        return proposals.missing(rule)
    if not rule.leads:
        return _NO_LEADS
    if said := proposals.trouble(rule):
        return said
    if not await _is_reachable(message, rule.schedule.zone, context):
        return _UNREACHABLE
    if set_up.rule_id is None and await _is_there(set_up, message.chat_id, context):
        return _TWICE
    if set_up.rule_id is None:
        is_saved = await services.stores.drafts.become(
            draft, rule, leader_id=user_id, now=now, thread_id=set_up.thread_id
        )
        said = _SAVED if is_saved else _GONE
    else:
        said = await _save_change(draft, set_up, set_up.rule_id, message, context)
    if said == _SAVED:
        services.wake()
        html = drafting.done(set_up, workdays, now=now)
        await redraw(message.chat_id, message.message_id, html, _NO_BUTTONS, context)
    return said


async def _is_there(set_up: SetUp, chat_id: int, context: Context) -> bool:
    """The same at the same times, in the same place: the group would be told everything twice."""
    services, new = context.services, set_up.rule
    stored = await services.stores.rules.of_chat(chat_id)
    here = [r.rule for r in stored if r.state == "active" and r.thread_id == set_up.thread_id]
    workdays, now = services.workdays(), services.clock()
    coming = proposals.coming(new, workdays, now=now)
    return any(_says(r) == _says(new) and proposals.coming(r, workdays, now=now) == coming for r in here)


def _says(rule: Rule) -> tuple[str, ...]:
    return (rule.kind, rule.title, rule.place, rule.note)


async def _save_change(draft: Draft, set_up: SetUp, rule_id: int, message: Message, context: Context) -> str:
    """The draft goes last: until then the same tap can be repeated."""
    stores, now = context.services.stores, context.services.clock()
    stored = await stores.rules.get(rule_id)
    if stored is None or stored.state == "deleted":
        return _DELETED
    if not _is_saved(stored, set_up):
        wanted = {"revision": set_up.revision, "thread_id": set_up.thread_id}
        if not await stores.rules.change(rule_id, set_up.rule, now=now, **wanted):
            return await _started_over(draft, set_up, rule_id, message, context)
    await stores.drafts.take(draft.id)
    return _SAVED


async def _started_over(draft: Draft, set_up: SetUp, rule_id: int, message: Message, context: Context) -> str:
    """Somebody else was faster: from the rule as it is now."""
    stored = await context.services.stores.rules.get(rule_id)
    if stored is None or stored.state == "deleted":
        return _DELETED
    fresh = replace(drafting.changing(stored, set_up.thread_id), prompts=set_up.prompts, page=set_up.page)
    await _kept(draft, fresh, context)
    await _show(draft, fresh, message.message_id, context)
    return _CHANGED_MEANWHILE


def _is_saved(stored: GroupRule, set_up: SetUp) -> bool:
    place = (stored.thread_id, stored.state == "paused")
    return stored.rule == set_up.rule and place == (set_up.thread_id, set_up.is_paused)


async def _is_reachable(message: Message, zone: str, context: Context) -> bool:
    """A group that is taken for gone is asked about: it may have let the bot in again, or have it removed."""
    chats, chat = context.services.stores.chats, Chat(message.chat_id, message.chat.title or "", zone)
    known = await chats.get(chat.chat_id)
    if known is None or known.state != "gone":
        await chats.describe(chat)
        return True
    try:
        is_in = can_speak(await context.bot.get_chat_member(chat.chat_id, context.bot.id))
    except TelegramError:
        return False
    if is_in:
        await chats.put(chat, now=context.services.clock())
    return is_in


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
    """A reply to such a message is never taken for a question; everything else goes on to the other handlers."""
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
    """What is wrong with it; "" when the page has been shown anew, below."""
    services = context.services
    of_chat = [(d, drafting.from_json(d.content)) for d in await services.stores.drafts.of_chat(message.chat_id)]
    draft, set_up = next(((d, s) for d, s in of_chat if asked in s.prompts), (None, None))
    if draft is None or set_up is None or set_up.page is None:
        return _GONE
    what = set_up.prompts[asked]
    now = proposals.local_now(services.clock(), set_up.rule.schedule.zone)
    chosen = with_typed(set_up.rule, what, message.text or "", now=now)
    if isinstance(chosen, str):
        return chosen
    if said := _objection(set_up.rule, chosen, context):
        return f"{said}再回复一次。"
    set_up = await _kept(draft, replace(set_up, rule=chosen), context)
    await _show_below(draft, set_up, f"{NAMES[what]}改好了{_as_read(chosen, what)}。", message, context)
    return ""


async def _show_below(draft: Draft, set_up: SetUp, said: str, message: Message, context: Context) -> None:
    """As the answer to what was typed: nobody has to scroll up for the buttons, which are in one place only."""
    services = context.services
    html = f"{said}\n\n{drafting.page(set_up, services.workdays(), now=services.clock())}"
    keyboard = proposals.main_keyboard(draft.id)
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
