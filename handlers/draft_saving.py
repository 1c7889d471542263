"""The save of a set-up: what stands against it, whom it makes the leader, and what the group hears of it at once."""

import logging
from collections.abc import Sequence
from dataclasses import replace

from telegram import Message, User

from handlers import drafting, proposals
from handlers.drafting import SetUp
from handlers.leading import is_orphaned, is_reachable, with_hint
from handlers.merging import ROLL, clashes
from handlers.news import news as news_for
from handlers.pressed import Said, redraw
from handlers.services import Context
from handlers.setup import NOT_NOW
from handlers.twins import twin_of
from scheduler.delivery import Planned
from scheduler.rule import GroupRule
from storage import Draft, StoreError

SAVED = Said("记下了", is_brief=True)
GONE = Said("这一页已经保存了或过期了，发 /reminders 看看。", is_brief=True)
_DELETED = Said("这条提醒已经删掉了，这次修改没有保存。要接着用，发 /setup 重新设一个。")
_NO_LEADS = "还没选什么时候提醒，点“提前提醒”选一个。"
_NEVER = "没有保存：提醒的时间都过了，一次也不会发。点“提前提醒”加一个来得及的。"
_CHANGED_MEANWHILE = "没有保存：这条提醒刚才被改过，现在是页面上这样。{}还要改，接着在这一页上改。"
_PUT_TOGETHER = "没有保存：这条提醒刚才被改过。你改的还在，和那边改的合在这一页上了。{}没问题再点一次“确认”。"
_BOTH = "{}两边都改了，页面上是你的。"
_BY_DAYS = f"{ROLL}两边都改了，页面上跟着日子走。"
_TWICE = Said("没有保存：群里已经有一条同样的提醒了，再设一条大家会收到两遍。发 /reminders 看看，要改就改那一条。")
_TWICE_DECLARED = Said("没有保存：管理员的配置文件里已经有一条同样的，再设一条大家会收到两遍。要改，请管理员改文件。")
_MADE_TWICE = Said("没有保存：这样改，就和群里另一条提醒一样了，大家会收到两遍。改成别的，或者发 /reminders 删掉一条。")
_MADE_TWICE_DECLARED = Said(
    "没有保存：这样改，就和管理员配置文件里的一条一样了，大家会收到两遍。改成别的，或者删掉这一条。"
)
_TAKEN_OVER = Said("同样的提醒已经有了，没有再设；原来的人收不到汇总，以后私下发给你。")
_UNREACHABLE = "我现在不在这个群里，没有保存。先把我加回来再点。"
_NOT_NOW = Said(NOT_NOW)
_log = logging.getLogger(__name__)


async def save(draft: Draft, set_up: SetUp, message: Message, user: User, context: Context) -> Said:
    """Once, however often it is tapped; the words to show to who tapped."""
    if objection := await _objection(set_up, message, context):
        return Said(objection)
    if set_up.rule_id is not None:
        return await _change(draft, set_up, message, user, context)
    if (twin := await _twin(set_up, message.chat_id, context)) is not None:
        return await _beside(twin, draft, message, user, context)
    stores, now = context.services.stores, context.services.clock()
    if not await stores.drafts.become(draft, set_up.rule, leader_id=user.id, now=now, thread_id=set_up.thread_id):
        return GONE
    await _finish(set_up, message, context, is_told=False)
    await remember(draft, set_up, context)
    return await with_hint(SAVED, set_up.rule, user, context)


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
    return "" if await is_reachable(message, rule.schedule.zone, context) else _UNREACHABLE


async def _twin(set_up: SetUp, chat_id: int, context: Context) -> GroupRule | None:
    services = context.services
    others = [rule for rule in await services.stores.rules.of_chat(chat_id) if rule.id != set_up.rule_id]
    return twin_of(set_up.rule, set_up.thread_id, others, services.workdays(), now=services.clock())


async def _doubling(set_up: SetUp, stored: GroupRule, context: Context) -> Said | None:
    """To a change that would make it the same as another one; what is paused is looked at when it is resumed."""
    as_before = replace(set_up.rule, leads=stored.rule.leads, nag=stored.rule.nag)  # which make no difference
    if stored.state != "active" or (as_before, set_up.thread_id) == (stored.rule, stored.thread_id):
        return None
    twin = await _twin(set_up, stored.chat_id, context)
    if twin is None:
        return None
    return _MADE_TWICE_DECLARED if twin.declared else _MADE_TWICE


async def _beside(twin: GroupRule, draft: Draft, message: Message, user: User, context: Context) -> Said:
    """It is there already, and nothing is set up; but whoever sets up what nobody leads any more leads it."""
    if twin.declared:
        return _TWICE_DECLARED
    if not await is_orphaned(twin, user.id, context):
        return _TWICE
    stores, now = context.services.stores, context.services.clock()
    await stores.rules.hand_over(twin.id, user.id, now=now)
    await stores.drafts.take(draft.id)
    await _finish(drafting.changing(twin, twin.thread_id), message, context, is_told=False)
    return await with_hint(_TAKEN_OVER, twin.rule, user, context)


async def _change(draft: Draft, set_up: SetUp, message: Message, user: User, context: Context) -> Said:
    """The draft goes last: until then the same tap can be repeated."""
    stores, now = context.services.stores, context.services.clock()
    stored = await stores.rules.get(set_up.rule_id or 0)
    if stored is None or stored.state == "deleted":
        return _DELETED
    is_taken_over = await is_orphaned(stored, user.id, context)
    leader_id = user.id if is_taken_over else stored.leader_id
    beside: Sequence[Planned] = ()
    if (stored.rule, stored.thread_id, stored.leader_id) != (set_up.rule, set_up.thread_id, leader_id):
        current = drafting.caught_up(set_up, stored)
        if current is not None and (said := await _doubling(current, stored, context)):
            return said
        beside = () if current is None else await news(current, context)
        place = {"thread_id": set_up.thread_id, "leader_id": leader_id}
        if current is None or not await stores.rules.change(
            stored.id,
            current.rule,
            now=now,
            workdays=context.services.workdays(),
            revision=stored.revision,
            beside=beside,
            **place,
        ):
            return await _started_over(draft, set_up, message, context)
        set_up = current
    set_up = drafting.caught_up(set_up, stored) or set_up
    await stores.drafts.take(draft.id)
    await _finish(set_up, message, context, is_told=bool(beside))
    await remember(draft, set_up, context)
    return await with_hint(SAVED, set_up.rule, user, context) if is_taken_over else SAVED


async def _started_over(draft: Draft, set_up: SetUp, message: Message, context: Context) -> Said:
    """Somebody else was faster: what was changed here, on the rule as it is now, to be looked at once more."""
    services = context.services
    stored = await services.stores.rules.get(set_up.rule_id or 0)
    if stored is None or stored.state == "deleted":
        return _DELETED
    fresh = drafting.rebased(set_up, stored)
    if not await show(draft, fresh, message.message_id, context):
        return _NOT_NOW
    await services.stores.drafts.change(draft.id, drafting.to_json(fresh), now=services.clock())
    if set_up.base is None:
        return Said(_CHANGED_MEANWHILE.format(""))
    names = clashes(set_up.base, set_up.rule, stored.rule)
    is_own_roll = fresh.rule.schedule.roll == set_up.rule.schedule.roll
    said = _CHANGED_MEANWHILE if fresh.rule == stored.rule else _PUT_TOGETHER
    return Said(said.format(_both(names, is_own_roll=is_own_roll)))


def _both(names: Sequence[str], *, is_own_roll: bool) -> str:
    """What both have changed; "" for nothing."""
    as_own = [name for name in names if name != ROLL or is_own_roll]
    return (_BOTH.format("、".join(as_own)) if as_own else "") + ("" if len(as_own) == len(names) else _BY_DAYS)


async def show(draft: Draft, set_up: SetUp, message_id: int, context: Context) -> bool:
    """The page as it is by now, in that message; whether it can be seen."""
    html = await page_of(set_up, context)
    return await redraw(draft.chat_id, message_id, html, drafting.keyboard(set_up, draft.id), context)


async def page_of(set_up: SetUp, context: Context) -> str:
    """As HTML."""
    services = context.services
    is_told = bool(await news(set_up, context))
    return drafting.page(set_up, services.workdays(), now=services.clock(), is_told=is_told)


async def _finish(set_up: SetUp, message: Message, context: Context, *, is_told: bool) -> None:
    services = context.services
    services.wake()
    html = drafting.done(set_up, services.workdays(), now=services.clock(), is_told=is_told)
    await redraw(message.chat_id, message.message_id, html, proposals.NO_BUTTONS, context)


async def news(set_up: SetUp, context: Context) -> Sequence[Planned]:
    """What a change has to tell the group at once."""
    services = context.services
    stored = await services.stores.rules.get(set_up.rule_id) if set_up.rule_id is not None else None
    if stored is None:
        return ()
    return await news_for(stored, replace(stored, rule=set_up.rule, thread_id=set_up.thread_id), services)


async def remember(draft: Draft, set_up: SetUp, context: Context) -> None:
    """What was typed, of what is over: an edit that changes nothing of it needs no word."""
    if not set_up.typed:
        return
    stores, now = context.services.stores, context.services.clock()
    try:
        over = drafting.to_json(replace(set_up, is_over=True))
        await stores.drafts.add(draft.chat_id, draft.user_id, over, now=now)
    except StoreError as error:  # what was asked for is done all the same
        _log.error("store.failed %s", error)
