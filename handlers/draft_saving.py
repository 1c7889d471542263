"""The save of a set-up: what stands against it, who is told of the answers from then on, and what the group hears."""

import logging
from collections.abc import Sequence
from dataclasses import replace

from telegram import Message, User
from telegram.constants import ChatAction
from telegram.error import TelegramError

from handlers import drafting, proposals
from handlers.drafting import SetUp
from handlers.membership import can_speak
from handlers.outcomes import outcome_of
from handlers.pressed import redraw
from handlers.rights import standing
from handlers.services import Context
from handlers.twins import twin_of
from scheduler.by_hand import news_of
from scheduler.delivery import ChatGone, Planned
from scheduler.planning import SUMMED_UP
from scheduler.rule import GroupRule, Rule
from storage import Chat, Draft

SAVED = "记下了"
GONE = "这一页已经保存了或过期了，发 /reminders 看看。"
_DELETED = "这条提醒已经删掉了，这次修改没有保存。要接着用，发 /setup 重新设一个。"
_NO_LEADS = "还没选什么时候提醒，点“提前提醒”选一个。"
_NEVER = "没有保存：提醒的时间都过了，一次也不会发。点“提前提醒”加一个来得及的。"
_CHANGED_MEANWHILE = "没有保存：这条提醒刚才被改过，现在是页面上这样。还要改就再点一次。"
_TWICE = "没有保存：群里已经有一条同样的提醒了，再设一条大家会收到两遍。发 /reminders 看看，要改就改那一条。"
_TWICE_DECLARED = "没有保存：管理员的配置文件里已经有一条同样的，再设一条大家会收到两遍。要改，请管理员改文件。"
_TAKEN_OVER = "同样的提醒已经有了，没有再设；原来的人收不到汇总，以后私下发给你。"
_UNREACHABLE = "我现在不在这个群里，没有保存。先把我加回来再点。"
_BEGIN = "回复汇总以后私下发给你：先点我的头像发一句“开始”，不然发不到。"
_log = logging.getLogger(__name__)


async def save(draft: Draft, set_up: SetUp, message: Message, user: User, context: Context) -> str:
    """Once, however often it is tapped; the words to show to who tapped."""
    if objection := await _objection(set_up, message, context):
        return objection
    if set_up.rule_id is not None:
        return await _change(draft, set_up, message, user, context)
    if (twin := await _twin(set_up, message.chat_id, context)) is not None:
        return await _beside(twin, draft, message, user, context)
    stores, now = context.services.stores, context.services.clock()
    if not await stores.drafts.become(draft, set_up.rule, leader_id=user.id, now=now, thread_id=set_up.thread_id):
        return GONE
    await _finish(set_up, message, context, is_told=False)
    return await _with_hint(SAVED, set_up.rule, user, context)


async def _objection(set_up: SetUp, message: Message, context: Context) -> str:
    """Why it can't be saved as it is; "" when it can."""
    services, rule = context.services, set_up.rule
    workdays, now = services.workdays(), services.clock()
    if not proposals.coming(rule, workdays, now=now):
        return proposals.missing(rule, workdays, now=now)
    if not rule.leads:
        return _NO_LEADS
    if said := proposals.trouble(rule):
        return said
    if drafting.never_comes(set_up, workdays, now=now):
        return _NEVER
    return "" if await _is_reachable(message, rule.schedule.zone, context) else _UNREACHABLE


async def _twin(set_up: SetUp, chat_id: int, context: Context) -> GroupRule | None:
    services = context.services
    stored = await services.stores.rules.of_chat(chat_id)
    return twin_of(set_up.rule, set_up.thread_id, stored, services.workdays(), now=services.clock())


async def _beside(twin: GroupRule, draft: Draft, message: Message, user: User, context: Context) -> str:
    """It is there already, and nothing is set up; but whoever sets up what nobody leads any more leads it."""
    if twin.declared:
        return _TWICE_DECLARED
    if not await _is_orphaned(twin, user.id, context):
        return _TWICE
    stores, now = context.services.stores, context.services.clock()
    await stores.rules.hand_over(twin.id, user.id, now=now)
    await stores.drafts.take(draft.id)
    await _finish(drafting.changing(twin, twin.thread_id), message, context, is_told=False)
    return await _with_hint(_TAKEN_OVER, twin.rule, user, context)


async def _change(draft: Draft, set_up: SetUp, message: Message, user: User, context: Context) -> str:
    """The draft goes last: until then the same tap can be repeated."""
    stores, now = context.services.stores, context.services.clock()
    stored = await stores.rules.get(set_up.rule_id or 0)
    if stored is None or stored.state == "deleted":
        return _DELETED
    is_taken_over = await _is_orphaned(stored, user.id, context)
    leader_id = user.id if is_taken_over else stored.leader_id
    beside: Sequence[Planned] = ()
    if (stored.rule, stored.thread_id, stored.leader_id) != (set_up.rule, set_up.thread_id, leader_id):
        current = drafting.caught_up(set_up, stored)
        beside = () if current is None else await news(current, context)
        place = {"thread_id": set_up.thread_id, "leader_id": leader_id}
        if current is None or not await stores.rules.change(
            stored.id, current.rule, now=now, revision=stored.revision, beside=beside, **place
        ):
            return await _started_over(draft, set_up, message, context)
        set_up = current
    await stores.drafts.take(draft.id)
    await _finish(set_up, message, context, is_told=bool(beside))
    return await _with_hint(SAVED, set_up.rule, user, context) if is_taken_over else SAVED


async def _started_over(draft: Draft, set_up: SetUp, message: Message, context: Context) -> str:
    """Somebody else was faster: from the rule as it is now."""
    services = context.services
    stored = await services.stores.rules.get(set_up.rule_id or 0)
    if stored is None or stored.state == "deleted":
        return _DELETED
    fresh = replace(drafting.changing(stored, set_up.thread_id), prompts=set_up.prompts, page=set_up.page)
    await services.stores.drafts.change(draft.id, drafting.to_json(fresh), now=services.clock())
    html = drafting.page(fresh, services.workdays(), now=services.clock())
    await redraw(message.chat_id, message.message_id, html, proposals.main_keyboard(draft.id), context)
    return _CHANGED_MEANWHILE


async def _finish(set_up: SetUp, message: Message, context: Context, *, is_told: bool) -> None:
    services = context.services
    services.wake()
    html = drafting.done(set_up, services.workdays(), now=services.clock(), is_told=is_told)
    await redraw(message.chat_id, message.message_id, html, proposals.NO_BUTTONS, context)


async def news(set_up: SetUp, context: Context) -> Sequence[Planned]:
    """What a change has to tell the group at once."""
    services = context.services
    stored = await services.stores.rules.get(set_up.rule_id) if set_up.rule_id is not None else None
    if stored is None or stored.rule.schedule == set_up.rule.schedule:
        return ()
    known = await services.stores.deliveries.of_rule(stored.id)
    fresh = replace(stored, rule=set_up.rule, thread_id=set_up.thread_id)
    return news_of(stored, fresh, known, services.workdays(), now=services.clock())


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


async def _is_orphaned(stored: GroupRule, user_id: int, context: Context) -> bool:
    """Whether nobody is told of its answers any more: who was has left the group, or Telegram."""
    leader = stored.leader_id
    if leader in (0, user_id):
        return leader == 0
    if await standing(context, stored.chat_id, leader) == "outside":
        return True
    return await _closed_to(leader, context) == "deactivated"


async def _with_hint(said: str, rule: Rule, user: User, context: Context) -> str:
    """For who is told of the answers from now on, and can't be written to yet."""
    if rule.kind not in SUMMED_UP or not await _closed_to(user.id, context):
        return said
    return f"{said.removesuffix('。')}。{_BEGIN}"


async def _closed_to(user_id: int, context: Context) -> str:
    """Why somebody can't be written to in private; "" when they can, as far as can be told."""
    try:
        await context.bot.send_chat_action(user_id, ChatAction.TYPING)
    except TelegramError as error:
        _log.info("leader.asked %s", type(error).__name__)
        match outcome_of(error):
            case ChatGone(reason):
                return reason
            case _:
                return ""
    return ""
