"""Setting up a reminder in the group: /setup by tapping, /remind by one sentence; both end on the same page."""

import logging
from dataclasses import replace
from typing import Any

from telegram import ForceReply, InlineKeyboardMarkup, Message, Update
from telegram.constants import ParseMode
from telegram.ext import ApplicationHandlerStop

from handlers import proposals
from handlers.names import plain_name
from handlers.proposals import TYPED, Press
from handlers.questions import edit
from handlers.rights import ONLY_MANAGERS, manages, may_manage
from handlers.services import Context, Services
from scheduler.phrase import NotUnderstood, Understood, parse
from scheduler.rule import DEFAULT_ZONE, GroupRule, Rule
from scheduler.rule_json import rule_from_json, rule_json
from storage import Chat, Draft, StoreError

_GONE = "这一页过期了，重新发 /setup 吧。"
_NOT_NOW = "这会儿记不下来，过一会儿再试一次。"
_CANCELLED = "好的，没有保存。"
_PAST = "这个时间已经过了，改个以后的时间。"
_NO_LEADS = "还没选什么时候提醒，点“提前提醒”选一个。"
_WHICH = "要设什么提醒？（一句话也行：/remind 每月第一个周五晚上7点半开党小组会，提前3天和当天早上提醒）"
_HOW = (
    "在 /remind 后面用一句话说什么时候、什么事，比如：\n"
    "/remind 每月第一个周五晚上7点半开党小组会，提前3天和当天早上提醒\n"
    "/remind 每月最后一个工作日9点收党费\n"
    "/remind 明天下午三点 交学习心得\n"
    "想用按钮一步步来，发 /setup。"
)
LONGEST = {"title": 60, "place": 100, "note": 500}
_log = logging.getLogger(__name__)


async def on_setup(update: Update, context: Context) -> None:
    message = update.effective_message
    if message is not None and await manages(message, context):
        await _begin(message, context)


async def on_setup_press(update: Update, context: Context) -> None:
    """The button under the greeting."""
    query = update.callback_query
    if query is None or not isinstance(query.message, Message):
        return
    is_allowed = await may_manage(context, query.message.chat_id, query.from_user.id)
    await query.answer(None if is_allowed else ONLY_MANAGERS, show_alert=not is_allowed)
    if is_allowed:
        await _begin(query.message, context)


async def _begin(message: Message, context: Context) -> None:
    zone = await zone_of(message.chat_id, context.services)
    now = proposals.local_now(context.services.clock(), zone)
    draft_id = await _new_draft(message, proposals.default_rule("meeting", zone, now=now), context)
    if draft_id is not None:
        await message.reply_text(_WHICH, reply_markup=proposals.kinds(draft_id))


async def on_remind(update: Update, context: Context) -> None:
    message = update.effective_message
    if message is None or not await manages(message, context):
        return
    phrase = (message.text or "").partition(" ")[2].strip() or "\n".join((message.text or "").splitlines()[1:])
    if not phrase:
        await message.reply_text(_HOW)
        return
    zone = await zone_of(message.chat_id, context.services)
    match parse(phrase, now=proposals.local_now(context.services.clock(), zone), zone=zone):
        case NotUnderstood(problem):
            await message.reply_text(problem)
        case Understood(rule, remarks):
            if not proposals.coming(rule, context.services.workdays(), now=context.services.clock()):
                await message.reply_text(_PAST)
                return
            rule = replace(rule, title=rule.title[: LONGEST["title"]], note=rule.note[: LONGEST["note"]])
            await propose(message, rule, context, remarks=remarks)


async def propose(
    message: Message, rule: Rule, context: Context, *, remarks: tuple[str, ...] = (), changes: GroupRule | None = None
) -> None:
    """Show the page, as a new message. changes: the stored rule that it is about."""
    draft_id = await _new_draft(message, rule, context, changes=changes)
    if draft_id is not None:
        services = context.services
        html = proposals.page(rule, services.workdays(), remarks, now=services.clock(), is_new=changes is None)
        markup = proposals.main_keyboard(draft_id)
        await message.reply_text(html, parse_mode=ParseMode.HTML, reply_markup=markup)


async def _new_draft(message: Message, rule: Rule, context: Context, changes: GroupRule | None = None) -> int | None:
    who = message.from_user.id if message.from_user is not None else 0
    thread_id = message.message_thread_id if message.is_topic_message else None
    content = {"rule": rule_json(rule), "thread_id": thread_id, "rule_id": changes.id if changes else None}
    try:
        return await context.services.stores.drafts.add(message.chat_id, who, content, now=context.services.clock())
    except StoreError as error:
        _log.error("store.failed %s", error)
        await message.reply_text(_NOT_NOW)
        return None


async def zone_of(chat_id: int, services: Services) -> str:
    chat = await services.stores.rules.chat(chat_id)
    return chat.zone if chat is not None and chat.zone else DEFAULT_ZONE


async def on_draft_press(update: Update, context: Context) -> None:
    query = update.callback_query
    if query is None:
        return
    press, said, is_alert = proposals.parse(query.data or ""), None, False
    try:
        if press is None or not isinstance(query.message, Message):
            said = _GONE
        elif not await may_manage(context, query.message.chat_id, query.from_user.id):
            said, is_alert = ONLY_MANAGERS, True
        else:
            said = await _pressed(press, query.message, query.from_user.id, context)
    except StoreError as error:
        _log.error("store.failed %s", error)
        said = _NOT_NOW
    finally:
        await query.answer(said, show_alert=is_alert)


async def _pressed(press: Press, message: Message, user_id: int, context: Context) -> str | None:
    drafts = context.services.stores.drafts
    draft = await drafts.get(press.draft_id)
    if draft is None or draft.chat_id != message.chat_id:
        return _GONE
    rule = rule_from_json(draft.content["rule"])
    if press.what == "cancel":
        await drafts.take(draft.id)
        await edit(context, message.chat_id, message.message_id, _CANCELLED, None)
        return None
    if press.what == "save":
        return await _save(draft, rule, message, user_id, context)
    if press.what in TYPED:
        await _ask(press.what, draft, message, context)
        return None
    if (shown := proposals.choices(press, rule)) is not None:
        await edit(context, message.chat_id, message.message_id, shown[0], shown[1])
        return None
    return await _choose(press, draft, rule, message, context)


async def _choose(press: Press, draft: Draft, rule: Rule, message: Message, context: Context) -> str | None:
    services = context.services
    now = services.clock()
    local = proposals.local_now(now, rule.schedule.zone)
    chosen = rule if press.what == "back" else proposals.changed(rule, press, now=local)
    if chosen is None:
        return _GONE
    if chosen != rule:
        await services.stores.drafts.change(draft.id, draft.content | {"rule": rule_json(chosen)}, now=now)
    if press.what == "lead":  # several may be chosen
        shown = proposals.choices(replace(press, value=""), chosen)
        if shown is not None:
            await edit(context, message.chat_id, message.message_id, *shown)
        return None
    await _show(draft, chosen, message, context)
    return None


async def _show(draft: Draft, rule: Rule, message: Message, context: Context) -> None:
    services = context.services
    is_new = draft.content["rule_id"] is None
    html = proposals.page(rule, services.workdays(), (), now=services.clock(), is_new=is_new)
    await edit(context, message.chat_id, message.message_id, html, proposals.main_keyboard(draft.id))


async def _save(draft: Draft, rule: Rule, message: Message, user_id: int, context: Context) -> str | None:
    """Once, however often it is tapped."""
    services = context.services
    stores, now = services.stores, services.clock()
    if not proposals.coming(rule, services.workdays(), now=now):
        return _PAST
    if not rule.leads:
        return _NO_LEADS
    if not await stores.drafts.take(draft.id):
        return "已经保存了"
    zone = rule.schedule.zone
    await stores.rules.put_chat(Chat(message.chat_id, message.chat.title or "", zone), now=now)
    rule_id, thread_id = draft.content["rule_id"], draft.content["thread_id"]
    if rule_id is None:
        await stores.rules.add(rule, chat_id=message.chat_id, leader_id=user_id, now=now, thread_id=thread_id)
    else:
        await stores.rules.change(rule_id, rule, now=now, thread_id=thread_id)
    services.wake()
    html = proposals.page(rule, services.workdays(), (), now=now, is_new=True).partition("\n")[2]
    done = f"✅ <b>记下了</b>，到时候我来提醒。/reminders 随时看、改、停。{html}"
    await edit(context, message.chat_id, message.message_id, done, InlineKeyboardMarkup([]))
    return "记下了"


async def _ask(what: str, draft: Draft, message: Message, context: Context) -> None:
    """For words that have to be typed, as a reply to this very message."""
    prompt = await message.reply_text(
        f"回复这条消息，写{TYPED[what]}（{LONGEST[what]}字以内；写“无”就是不要）：",
        reply_markup=ForceReply(input_field_placeholder=TYPED[what]),
    )
    content: dict[str, Any] = draft.content | {"asked": what, "page": message.message_id}
    await context.services.stores.drafts.change(
        draft.id, content, now=context.services.clock(), prompt=prompt.message_id
    )


async def on_typed(update: Update, context: Context) -> None:
    """A reply to such a message; everything else goes on to the other handlers."""
    message = update.effective_message
    prompt = message.reply_to_message if message is not None else None
    if message is None or prompt is None or not message.text or prompt.from_user is None:
        return
    if prompt.from_user.id != context.bot.id:
        return
    draft = await context.services.stores.drafts.by_prompt(message.chat_id, prompt.message_id)
    if draft is None:
        return
    if await manages(message, context):
        await _typed(draft, message, context)
    raise ApplicationHandlerStop


async def _typed(draft: Draft, message: Message, context: Context) -> None:
    what = str(draft.content["asked"])
    words = (message.text or "").strip()
    words = "" if words == "无" and what != "title" else words
    value = plain_name(words)[: LONGEST[what]] if what == "title" else words[: LONGEST[what]]
    rule = rule_from_json(draft.content["rule"])
    match what:
        case "title":
            rule = replace(rule, title=value)
        case "place":
            rule = replace(rule, place=value)
        case _:
            rule = replace(rule, note=value)
    content = draft.content | {"rule": rule_json(rule)}
    await context.services.stores.drafts.change(draft.id, content, now=context.services.clock())
    await message.reply_text(f"{TYPED[what]}改好了，看看上面那一页，对的话点“确认”。")
    services = context.services
    html = proposals.page(rule, services.workdays(), (), now=services.clock(), is_new=draft.content["rule_id"] is None)
    await edit(context, message.chat_id, draft.content["page"], html, proposals.main_keyboard(draft.id))
