"""Sends what the runner has in hand: one message a parcel, whatever happens told as an outcome."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from telegram import Bot, InlineKeyboardMarkup, Message
from telegram.constants import ParseMode
from telegram.error import BadRequest, TelegramError

from handlers import reminder_texts as texts
from handlers.connections import Connections
from handlers.counts import reminder_keyboard, tally_of
from handlers.notice_texts import notice
from handlers.outcomes import is_topic_trouble, outcome_of, unsent
from handlers.reminder_buttons import leader_keyboard
from handlers.reminder_texts import Item
from handlers.rights import is_hidden
from handlers.services import Services
from knowledge import KnowledgeBase
from scheduler.again import worthwhile
from scheduler.delivery import Delivery, Obsolete, Outcome, Sent, TimedOut
from scheduler.ports import Parcel
from scheduler.rule import DEFAULT_ZONE, GroupRule
from scheduler.workdays import Workdays
from storage import Stores

SEND_SECONDS = 25.0  # well within the runner's lease
_CONNECTIONS = 16
_PROCEDURE = "meeting-procedure"


@asynccontextmanager
async def open_sender(token: str, services: Services, *, api_url: str) -> AsyncIterator["ReminderSender"]:
    """With connections of its own: a burst of questions does not hold up a reminder, nor the other way round."""
    base_url = f"{api_url.rstrip('/')}/bot"
    async with Connections(_CONNECTIONS) as request:
        bot = Bot(token, base_url=base_url, request=request)
        yield ReminderSender(bot, services.base, services.stores, services.clock, services.workdays)


@dataclass(frozen=True)
class Letter:
    text: str
    markup: InlineKeyboardMarkup | None = None


@dataclass(frozen=True)
class ReminderSender:
    """bot: without a rate limiter that would try again by itself; the runner's gates and outcomes do that."""

    bot: Bot
    base: KnowledgeBase
    stores: Stores
    clock: Callable[[], datetime]
    workdays: Callable[[], Workdays]

    async def send(self, parcel: Parcel) -> Outcome:
        try:
            letter = await self._letter(parcel)
        except TelegramError as error:
            return unsent(outcome_of(error))
        if letter is None:
            return Obsolete()
        planned = parcel.first.planned
        try:
            async with asyncio.timeout(SEND_SECONDS):
                return Sent((await self._post(planned.chat_id, planned.thread_id, letter)).message_id)
        except TimeoutError:
            return TimedOut()
        except TelegramError as error:
            if planned.thread_id is not None and is_topic_trouble(error):
                return await self._detour(planned.chat_id, letter)
            return outcome_of(error)

    async def _post(self, chat_id: int, thread_id: int | None, letter: Letter) -> Message:
        return await self.bot.send_message(
            chat_id,
            letter.text,
            message_thread_id=thread_id,
            parse_mode=ParseMode.HTML,
            reply_markup=letter.markup,
        )

    async def _detour(self, chat_id: int, letter: Letter) -> Outcome:
        """The topic is closed or gone: better in the group's main topic than nowhere."""
        try:
            async with asyncio.timeout(SEND_SECONDS):
                sent = await self._post(chat_id, None, Letter(texts.detoured(letter.text), letter.markup))
                return Sent(sent.message_id, detour="topic")
        except TimeoutError:
            return TimedOut()
        except TelegramError as error:
            return outcome_of(error)

    async def _letter(self, parcel: Parcel) -> Letter | None:
        """None when there is nothing to say any more."""
        first = parcel.first
        if first.planned.purpose == "notice":
            return await self._notice(first, parcel.rule_of(first))
        items = [
            Item(d, rule) for d in parcel.deliveries if (rule := parcel.rule_of(d)) is not None and _is_meant(d, rule)
        ]
        if not items:
            return None
        match first.planned.purpose:
            case "remind":
                return await self._reminder(items)
            case "nag":
                return await self._nag(items[0])
            case "summary":
                return await self._summary(items[0])
            case "checklist":
                return await self._checklist(items[0])

    async def _reminder(self, items: list[Item]) -> Letter:
        events = list({(i.group_rule.id, i.delivery.planned.nominal): i for i in items}.values())
        text = texts.reminders(events, self.workdays(), now=self.clock())
        markup = await reminder_keyboard(
            [i.delivery for i in events], {i.group_rule.id: i.group_rule for i in events}, self.stores
        )
        return Letter(text, markup)

    async def _nag(self, item: Item) -> Letter | None:
        if texts.is_over(item, now=self.clock()):
            return None
        found = await tally_of(item.group_rule, item.delivery.planned.nominal, self.stores)
        hidden = await self._hidden(item.group_rule.chat_id) if found.missing else frozenset()
        missing = [member for member in found.missing if member.user_id not in hidden]
        return Letter(texts.nag(item, missing, now=self.clock())) if missing else None

    async def _summary(self, item: Item) -> Letter | None:
        if item.delivery.planned.lead == "before" and texts.is_over(item, now=self.clock()):
            return None  # what came of it is summed up by itself
        found = await tally_of(item.group_rule, item.delivery.planned.nominal, self.stores)
        text = texts.summary(item, await self._title(item.group_rule.chat_id), found, now=self.clock())
        offered = worthwhile(item.group_rule.rule, item.event_at, now=self.clock())
        return Letter(text, leader_keyboard(item.delivery.id, offered))

    async def _checklist(self, item: Item) -> Letter | None:
        entry = self.base.knowledge.entries.get(_PROCEDURE)
        if entry is None or texts.is_over(item, now=self.clock()):
            return None
        return Letter(texts.checklist(item, entry.answer.strip(), await self._title(item.group_rule.chat_id)))

    async def _notice(self, delivery: Delivery, group_rule: GroupRule | None) -> Letter:
        payload = delivery.planned.payload
        if payload["about"] == "write_first" and await self._is_anonymous(payload["chat_id"], payload["leader_id"]):
            payload = payload | {"leader_id": 0}
        zone = group_rule.rule.schedule.zone if group_rule is not None else DEFAULT_ZONE
        return Letter(notice(payload, await self._title(payload["chat_id"]), zone))

    async def _hidden(self, chat_id: int) -> frozenset[int]:
        """Administrators who are anonymous in the group: a nag that names them would show who they are."""
        admins = await self.bot.get_chat_administrators(chat_id)
        return frozenset(admin.user.id for admin in admins if is_hidden(admin))

    async def _is_anonymous(self, chat_id: int, user_id: int) -> bool:
        """Whether the group must not see who that is. Who can't be looked up is not shown."""
        try:
            member = await self.bot.get_chat_member(chat_id, user_id)
        except BadRequest:
            return True
        return is_hidden(member)

    async def _title(self, chat_id: int) -> str:
        chat = await self.stores.chats.get(chat_id)
        return chat.title if chat is not None and chat.title else "你的群"


def _is_meant(delivery: Delivery, group_rule: GroupRule) -> bool:
    """Paused and deleted rules are silent, and so is what was skipped, but for what is sent at once by hand."""
    planned = delivery.planned
    if planned.purpose in ("summary", "checklist") and planned.chat_id != group_rule.leader_id:
        return False  # who leads no more is told no more
    if planned.lead == "+now":
        return group_rule.state != "deleted"
    is_nag_off = planned.purpose == "nag" and group_rule.rule.nag is None
    return group_rule.state == "active" and planned.nominal not in group_rule.skipped and not is_nag_off
