"""Presses under a reminder in the group: an answer, or how dues are worked out.

What a press says is never trusted: the rule must be of this chat, the answer one of its kind's, the event a real one.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from telegram import Chat, MaybeInaccessibleMessage, Message, ReplyParameters, Update, User
from telegram.constants import ChatType, ParseMode
from telegram.error import TelegramError

from handlers.buttons import answer_keyboard
from handlers.counts import current_event, is_held, recounted, show_anew
from handlers.names import plain_name
from handlers.pressed import pressed_message
from handlers.proposals import hour_in_words
from handlers.reminder_buttons import AnswerPress, answer_press
from handlers.reminder_texts import ANSWERED
from handlers.render import rendered, split
from handlers.services import Context, Services
from knowledge import entry_text, related
from scheduler.coming import event_on_the_day
from scheduler.delivery import Delivery
from scheduler.planning import BEGINNING
from scheduler.response import ANSWERS, Answer, Member, Response, still_answered
from scheduler.rule import GroupRule, Kind, Occurrence
from scheduler.words import day_in_words
from storage import ONE_TAP, EventOf, StoreError

_GONE = "这个按钮不管用了，等下一条提醒再点吧。"
_CHANGED = "这个提醒改过了，等下一条再点吧。"
_DELETED = "这个提醒已经删掉了，不用再回复，谢谢。"
_PAUSED = "这个提醒先停着，恢复了再点吧。"
_SKIPPED = "这一次跳过了，不用回复。"
_SAME = "已经是这个了"
_TAKEN_BACK: dict[Answer, str] = {"paid": "改回没交了", "done": "改回没完成了"}  # there is no other answer to tap
_OVER = "已经开过了，还是给你记下了"
_NOT_STORED = "这会儿记不下来，过一会儿再点一次"
_HOW_ENTRY = "dues-rate"
_ABOVE = "上面已经有了"
_NO_HOW = "这条答案暂时没有，可以直接问我“党费交多少”。"
_log = logging.getLogger(__name__)


async def on_answer(update: Update, context: Context) -> None:
    query = update.callback_query
    if query is None:
        return
    press, message = answer_press(query.data or ""), query.message
    if press is None or message is None:
        await query.answer(_GONE)
        return
    said: str | None = None
    try:
        said = await _taken(press, query.from_user, message, context)
    except StoreError as error:
        _log.error("store.failed %s，这个回复没有记下", error)
        said = _NOT_STORED
    finally:
        await query.answer(said)  # also when the rest failed: the button must not turn for ever


async def _taken(press: AnswerPress, user: User, message: MaybeInaccessibleMessage, context: Context) -> str:
    """Write the answer down; the words to show to who pressed."""
    stores, now = context.services.stores, context.services.clock()
    group_rule = await stores.rules.get(press.rule_id)
    if group_rule is None or not await _is_here(group_rule, message.chat, context):
        return _GONE
    promised = await _promised(press, group_rule, context.services)
    if not promised:
        return _GONE
    event = await current_event(group_rule, press.nominal, context.services)
    event = event or _as_promised(promised, press.nominal, group_rule, now=now)
    if (refusal := _refusal(group_rule, press.answer, event)) is not None or event is None:
        return refusal or _CHANGED
    told_at = await _told_at(press, message, context.services)
    if _never_took_place(event, told_at, group_rule):
        return _CHANGED
    member = Member(user.id, plain_name(user.full_name))
    response = Response(group_rule.id, event.nominal, member, press.answer, now)
    words = await _written(response, group_rule, context.services, is_over=event.at < now)
    await _recount(event.nominal, group_rule, message, context)
    return moved_words(press.nominal, told_at, event, group_rule.rule.schedule.zone) + words


def _as_promised(
    promised: Sequence[Delivery], nominal: datetime, group_rule: GroupRule, *, now: datetime
) -> Occurrence | None:
    event_at = promised[-1].planned.event_at or now
    return still_answered(group_rule.rule, nominal, event_at, now=now, is_held=is_held(promised, group_rule))


async def _promised(press: AnswerPress, group_rule: GroupRule, services: Services) -> Sequence[Delivery]:
    """All of the event, which goes by another name when its hour was moved meanwhile."""
    found = await services.stores.deliveries.of_rule(group_rule.id, press.nominal)
    event = event_on_the_day(group_rule, press.nominal, services.workdays()) if not found else None
    return await services.stores.deliveries.of_rule(group_rule.id, event.nominal) if event is not None else found


async def _told_at(press: AnswerPress, message: MaybeInaccessibleMessage, services: Services) -> datetime | None:
    """When it is by the message that was pressed; None when that is not known."""
    carried = await services.stores.deliveries.by_message(message.chat.id, message.message_id)
    said = (d.planned for d in carried if (d.planned.rule_id, d.planned.nominal) == (press.rule_id, press.nominal))
    return next((planned.event_at for planned in said), None)


async def _written(response: Response, group_rule: GroupRule, services: Services, *, is_over: bool) -> str:
    """The last answer counts. Two taps at once are one."""
    people, answer = services.stores.people, response.answer
    earlier = (await people.answers(response.rule_id, response.nominal)).get(response.member.user_id)
    if answer == earlier and answer in _TAKEN_BACK:
        return await _again(response, services)
    is_new = await people.answer(response, chat_id=group_rule.chat_id)
    if earlier is None and not is_new:  # taken back by the tap just before
        return _TAKEN_BACK.get(answer, _SAME)
    return words_for(answer, earlier, group_rule.rule.kind, is_over=is_over)


async def _again(response: Response, services: Services) -> str:
    """There is no other answer to tap. Who taps it under the next reminder has still paid; who means it taps again."""
    key, now = (response.rule_id, response.nominal, response.member.user_id), response.answered_at
    asked_at = services.repeated.get(key, now=now)
    if asked_at is None:
        services.repeated.put(key, now, now=now)
    if asked_at is None or now - asked_at < ONE_TAP:
        return f"已经记着：{ANSWERED[response.answer]}。点错了就再点一次，收回"
    services.repeated.forget(key)
    return _TAKEN_BACK[response.answer] if await services.stores.people.take_back(response) else _SAME


async def _recount(
    nominal: datetime, group_rule: GroupRule, message: MaybeInaccessibleMessage, context: Context
) -> None:
    """Where people look, under the newest reminder of the event, and under the message that was pressed."""
    await show_anew([EventOf(group_rule.chat_id, group_rule.id, nominal)], context)
    if isinstance(message, Message) and message.reply_markup is not None:
        make = partial(recounted, message.reply_markup, context.services)
        context.services.refresher.changed(context.bot, (message.chat_id, message.message_id), make)


def moved_words(nominal: datetime, told_at: datetime | None, event: Occurrence, zone: str) -> str:
    """For who answers under a message that says another hour or day; "" when it says this one.

    nominal: what the message goes by. told_at: what it says, aware; None when nobody knows.
    """
    if told_at == event.at or (told_at is None and nominal == event.nominal):
        return ""
    told = nominal if told_at is None else told_at.astimezone(ZoneInfo(zone))
    is_same_day = told.date() == event.local.date()
    return f"改到{hour_in_words(event.local) if is_same_day else day_in_words(event.local)}了，"


async def _is_here(group_rule: GroupRule, chat: Chat, context: Context) -> bool:
    """The rule is of this chat, or of the supergroup that this small group has become meanwhile."""
    if chat.id == group_rule.chat_id:
        return True
    if chat.type != ChatType.GROUP:
        return False
    try:
        return (await context.bot.get_chat(chat.id)).id == group_rule.chat_id
    except TelegramError:
        return False


def _never_took_place(event: Occurrence, told_at: datetime | None, group_rule: GroupRule) -> bool:
    """A meeting of another hour, which had passed already when it was set. told_at: as the message says, aware."""
    is_moved = told_at is not None and told_at != event.at and told_at > group_rule.since
    return is_moved and event.at <= group_rule.since and group_rule.rule.kind in BEGINNING


def _refusal(group_rule: GroupRule, answer: Answer, event: Occurrence | None) -> str | None:
    """An answer that would count nowhere is not taken."""
    if group_rule.state == "deleted":
        return _DELETED
    if group_rule.state == "paused":
        return _PAUSED
    if event is not None and event.nominal in group_rule.skipped:
        return _SKIPPED
    return None if answer in ANSWERS[group_rule.rule.kind] else _CHANGED


def words_for(answer: Answer, earlier: Answer | None, kind: Kind, *, is_over: bool) -> str:
    if answer == earlier:
        return _SAME
    if is_over and kind in ("meeting", "study"):
        return _OVER
    return f"改成{ANSWERED[answer]}了" if earlier else f"记下了：{ANSWERED[answer]}"


@dataclass(frozen=True)
class Said:
    text: str | None = None
    is_alert: bool = False


async def on_how(update: Update, context: Context) -> None:
    """怎么算: the answer under the reminder, once for a while, for everybody reads it."""
    query = update.callback_query
    if query is None:
        return
    message = pressed_message(query)
    if message is None:
        await query.answer(_GONE)
        return
    said = Said()
    try:
        said = await _explained(message, context)
    finally:
        await query.answer(said.text, show_alert=said.is_alert)


async def _explained(message: Message, context: Context) -> Said:
    services = context.services
    text = _how(services)
    if text is None:
        return Said(_NO_HOW)
    key, now = (message.chat.id, "how", message.message_id), services.clock()
    if services.hinted.get(key, now=now) is not None:
        return Said(_ABOVE, is_alert=True)
    await _reply(message, text, context)
    services.hinted.put(key, True, now=now)
    return Said()


def _how(services: Services) -> str | None:
    knowledge = services.base.knowledge
    entry = knowledge.entries.get(_HOW_ENTRY)
    return None if entry is None else split(entry_text(entry, knowledge.sources), 3800)[0]


async def _reply(message: Message, text: str, context: Context) -> None:
    knowledge = context.services.base.knowledge
    more = related((_HOW_ENTRY,), knowledge)
    await context.bot.send_message(
        message.chat.id,
        rendered(text),
        parse_mode=ParseMode.HTML,
        reply_markup=answer_keyboard((_HOW_ENTRY,), more, knowledge, with_source=False, judged=False),
        message_thread_id=message.message_thread_id if message.is_topic_message else None,
        reply_parameters=ReplyParameters(message.message_id, allow_sending_without_reply=True),
    )
