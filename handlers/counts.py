"""The buttons under a reminder with the counts of this moment, and which event they speak of by now."""

import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from operator import itemgetter

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from handlers.refresh import Place
from handlers.reminder_buttons import AnswerPress, answer_press, answer_row, extra_row
from handlers.reminder_texts import LISTED
from handlers.services import Context, Services
from scheduler.coming import event_on_the_day
from scheduler.delivery import Delivery, Planned
from scheduler.planning import BEGINNING
from scheduler.response import Tally, tally
from scheduler.rule import GroupRule, Occurrence
from storage import CARRIED_WITHIN, EventOf, StoreError, Stores

_TAIL = re.compile(r" \(\d+\)$")  # which of several events
_log = logging.getLogger(__name__)


async def show_anew(events: Iterable[EventOf], context: Context) -> None:
    """The counts under the newest reminder of each event; the answers are as they are, whatever fails here."""
    services = context.services
    try:
        for event in events:
            newest = await _newest(event, services)
            if newest is not None:
                services.refresher.changed(context.bot, newest, partial(standing_keyboard, *newest, services))
    except StoreError as error:
        _log.warning("counts.later %s", error)


async def _newest(event: EventOf, services: Services) -> Place | None:
    """Of the message that reminded of it last, at whatever hour of its day it was then."""
    group_rule = await services.stores.rules.get(event.rule_id)
    if group_rule is None:
        return None
    store, meant = services.stores.deliveries, await _counted_under(group_rule, event.nominal, services)
    same_day = await store.names_on(event.rule_id, event.nominal.date())
    names = [nominal for nominal in same_day if await _counted_under(group_rule, nominal, services) == meant]
    places = [await store.newest_reminder(event.rule_id, nominal) for nominal in names]
    return max((place for place in places if place is not None), key=itemgetter(1), default=None)


async def recounted(markup: InlineKeyboardMarkup, services: Services) -> InlineKeyboardMarkup:
    """markup: as it stands under the reminder; the same buttons in the same places. Raises StoreError."""
    return InlineKeyboardMarkup([await _row(row, services) for row in markup.inline_keyboard])


async def _row(row: Sequence[InlineKeyboardButton], services: Services) -> list[InlineKeyboardButton]:
    fresh: dict[object, InlineKeyboardButton] = {}
    for shown in row:
        press = _press(shown)
        is_known = press is None or shown.callback_data in fresh
        group_rule = await services.stores.rules.get(press.rule_id) if press and not is_known else None
        if press is not None and group_rule is not None:
            counted = await _counted(group_rule, press.nominal, services)
            tail = _TAIL.search(shown.text)
            buttons = answer_row(group_rule, press.nominal, counted, tail.group() if tail else "")
            fresh |= {b.callback_data: b for b in buttons}
    return [fresh.get(shown.callback_data, shown) for shown in row]


async def _counted(group_rule: GroupRule, nominal: datetime, services: Services) -> Tally:
    return await tally_of(group_rule, await _counted_under(group_rule, nominal, services), services.stores)


async def _counted_under(group_rule: GroupRule, nominal: datetime, services: Services) -> datetime:
    event = await current_event(group_rule, nominal, services)
    return event.nominal if event is not None else nominal


async def current_event(group_rule: GroupRule, nominal: datetime, services: Services) -> Occurrence | None:
    """What a reminder of that nominal time (naive local) speaks of by now: its hour may have been moved since.

    None when there is no such event any more. What was held, or was long ago, is as it was, unless its answers were
    carried along. Raises StoreError.
    """
    event, now = event_on_the_day(group_rule, nominal, services.workdays()), services.clock()
    if event is None or event.nominal == nominal:
        return event
    begins = group_rule.rule.kind in BEGINNING
    if begins and event.at <= now and await _was_held(EventOf(group_rule.chat_id, group_rule.id, nominal), services):
        return None
    if event.at > now - CARRIED_WITHIN:
        return event
    roll = await services.stores.rolls.roll(EventOf(group_rule.chat_id, group_rule.id, event.nominal))
    return event if roll.answers else None


async def _was_held(event: EventOf, services: Services) -> bool:
    """What goes by another name by now has neither answers nor a summary to come under this one."""
    if (await services.stores.rolls.roll(event)).answers:
        return True
    known = await services.stores.deliveries.of_rule(event.rule_id, event.nominal)
    return any(d.state != "withdrawn" and _sums_up(d.planned) for d in known)


def is_held(known: Sequence[Delivery], group_rule: GroupRule) -> bool:
    """Whether what the rule has no more took place. known: all deliveries of that event.

    What came of it is summed up, or was to be until it was put off; where nobody leads, by when it was put off.
    """
    summaries = [d for d in known if _sums_up(d.planned)]
    begun = any(d.planned.event_at is not None and d.planned.event_at <= group_rule.since for d in known)
    return any(d.state != "withdrawn" for d in summaries) if summaries else begun


def _sums_up(planned: Planned) -> bool:
    """What came of it, not what it looked like before."""
    is_over = planned.event_at is not None and planned.due_at >= planned.event_at
    return planned.purpose == "summary" and is_over


def _press(shown: InlineKeyboardButton) -> AnswerPress | None:
    return answer_press(shown.callback_data) if isinstance(shown.callback_data, str) else None


async def reminder_keyboard(
    deliveries: Sequence[Delivery], group_rules: Mapping[int, GroupRule], stores: Stores
) -> InlineKeyboardMarkup | None:
    """The buttons under a reminder, with the counts as they are now; one row for each event it speaks of."""
    rows = []
    for place, delivery in enumerate(deliveries[:LISTED]):
        rule, nominal = group_rules.get(delivery.planned.rule_id or 0), delivery.planned.nominal
        if rule is None or nominal is None:
            continue
        tail = f" ({place + 1})" if len(deliveries) > 1 else ""
        row = answer_row(rule, nominal, await tally_of(rule, nominal, stores), tail)
        rows.append([*row, *extra_row(rule.rule.kind)])
    return InlineKeyboardMarkup(rows) if rows else None


async def tally_of(group_rule: GroupRule, nominal: datetime | None, stores: Stores) -> Tally:
    """Who answered the event of that nominal time (naive local), and who did not. Raises StoreError."""
    if nominal is None:
        return tally(group_rule.rule.kind, await stores.people.roster(group_rule.chat_id), {})
    roll = await stores.rolls.roll(EventOf(group_rule.chat_id, group_rule.id, nominal))
    return tally(group_rule.rule.kind, roll.roster, roll.answers)


async def standing_keyboard(chat_id: int, message_id: int, services: Services) -> InlineKeyboardMarkup | None:
    """Of a reminder that stands in the chat, whatever its buttons show. Raises StoreError."""
    stores = services.stores
    carried = await stores.deliveries.by_message(chat_id, message_id)
    events = {(d.planned.rule_id, d.planned.nominal): d for d in carried}
    rules = [await stores.rules.get(rule_id) for rule_id in {d.planned.rule_id for d in carried} if rule_id]
    markup = await reminder_keyboard(list(events.values()), {rule.id: rule for rule in rules if rule}, stores)
    return await recounted(markup, services) if markup is not None else None
