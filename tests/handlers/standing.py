"""Reminders that stand in the chat, sent by the real runner; presses on them, honest and forged."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from conftest import GROUP, LEADER, TOKEN, Chatting

from handlers import ALLOWED_UPDATES, Services, build_application, open_sender
from knowledge import KnowledgeBase
from sandbox import Sandbox
from sandbox.model import ButtonPressed, Event, Message, PressAnswered
from scheduler.delivery import Planned, Purpose
from scheduler.gates import LIFTED
from scheduler.response import Answer
from scheduler.rule import DEFAULT_ZONE, GroupRule, Kind, Lead, Rule, Schedule
from scheduler.runner import Runner
from scheduler.runner import Stores as RunnerStores
from scheduler.workdays import Workdays
from storage import open_stores

DAY = timedelta(days=1)
IN_PRIVATE: tuple[Purpose, ...] = ("summary", "checklist")


@dataclass
class Pressing:
    """Taps on what the bot has sent, and what it said to them."""

    chatting: Chatting

    def __post_init__(self) -> None:
        self.answers: list[PressAnswered] = []
        self.chatting.world.listen(self._take)

    def _take(self, event: Event) -> None:
        if isinstance(event, PressAnswered):
            self.answers.append(event)

    async def tap(self, who: str, message: Message, label: str) -> PressAnswered:
        """Press the button with these words, as it stands now, and wait for the bot's word."""
        now = self.chatting.world.message(message.chat_id, message.id)
        assert now is not None
        return await self.forge(who, now, self.chatting.data(now, label))

    async def forge(self, who: str, message: Message, data: str) -> PressAnswered:
        """A press with whatever data on a message of the bot: clients can send anything."""
        number = self.fire(who, message, data)
        await self.chatting.until(lambda: any(a.press_id == number for a in self.answers))
        return next(a for a in self.answers if a.press_id == number)

    def fire(self, who: str, message: Message, data: str) -> str:
        """The number of the press."""
        world = self.chatting.world
        user = world.user(who)
        number = world.presses.ask(user, data)
        world.emit(ButtonPressed(number, user, message, data))
        return number

    def labels(self, message: Message) -> list[str]:
        now = self.chatting.world.message(message.chat_id, message.id)
        assert now is not None
        return [b.text for row in now.keyboard for b in row]

    async def shows(self, message: Message, *labels: str) -> None:
        await self.chatting.until(lambda: set(labels) <= set(self.labels(message)))

    @property
    def services(self) -> Services:
        return self.chatting.application.bot_data


@asynccontextmanager
async def running(box: Sandbox, address: str, base: KnowledgeBase, folder: Path) -> AsyncIterator[Chatting]:
    """The bot from its start to its stop; what it keeps is in the folder."""
    async with open_stores(f"sqlite+aiosqlite:///{folder / 'bot.db'}", folder / "key") as stores:
        services = Services(base, stores, clock=lambda: datetime.now(UTC), workdays=Workdays)
        application = build_application(TOKEN, services, api_url=address)
        async with application:
            await application.start()
            assert application.updater is not None
            await application.updater.start_polling(allowed_updates=list(ALLOWED_UPDATES), poll_interval=0)
            yield Chatting(box.world, application, stores)
            await application.updater.stop()
            await application.stop()
            await services.refresher.stop()


async def new_rule(
    chatting: Chatting, kind: Kind = "meeting", *, starts_in: timedelta = DAY, group: str = GROUP
) -> GroupRule:
    """A single event, of which nothing is due by itself before it begins."""
    services = chatting.application.bot_data
    now = services.clock()
    local = (now + starts_in).astimezone(ZoneInfo(DEFAULT_ZONE)).replace(tzinfo=None, second=0, microsecond=0)
    rule = Rule(kind, "党小组会", Schedule(local), (Lead(),))
    leader = chatting.world.user(LEADER).id
    return await services.stores.rules.add(rule, chat_id=chatting.world.chat(group).id, leader_id=leader, now=now)


async def stand(chatting: Chatting, *group_rules: GroupRule, purpose: Purpose = "remind") -> Message:
    """Have the runner send what speaks of these events, the newest message of the chat.

    Several of them are late ones, which go out together.
    """
    services = chatting.application.bot_data
    late = timedelta(minutes=10) if len(group_rules) > 1 else timedelta(0)
    for place, group_rule in enumerate(group_rules):
        due_at = services.clock() - late + timedelta(seconds=place)
        await services.stores.plans.add([_planned(group_rule, purpose, due_at)])
    await deliver(chatting)
    chat = LEADER if purpose in IN_PRIVATE else chatting.world.chat(group_rules[0].chat_id).title
    return chatting.from_bot(chat)[-1]


def _planned(group_rule: GroupRule, purpose: Purpose, due_at: datetime) -> Planned:
    start = group_rule.rule.schedule.start
    in_group = Planned(
        key=f"{group_rule.id}/{start:%Y%m%dT%H%M}/{purpose}/by-test",
        chat_id=group_rule.chat_id,
        thread_id=None,
        purpose=purpose,
        due_at=due_at,
        expires_at=due_at + DAY,
        rule_id=group_rule.id,
        nominal=start,
        event_at=start.replace(tzinfo=ZoneInfo(DEFAULT_ZONE)),
        lead="+now",
    )
    return replace(in_group, chat_id=group_rule.leader_id) if purpose in IN_PRIVATE else in_group


async def deliver(chatting: Chatting) -> None:
    """All that is due now."""
    services = chatting.application.bot_data
    stores = services.stores
    parts = RunnerStores(stores.plans, stores.deliveries, stores.chats, stores.replicas)
    api_url = chatting.application.bot.base_url.rpartition("/bot")[0]
    async with open_sender(TOKEN, services, api_url=api_url) as sender:
        await Runner(parts, sender, services.clock, services.workdays, limits=LIFTED).settled()


async def answers_to(chatting: Chatting, group_rule: GroupRule) -> dict[int, Answer]:
    return await chatting.stores.people.answers(group_rule.id, group_rule.rule.schedule.start)


def data_of(answer: str, group_rule: GroupRule) -> str:
    return f"r:{answer}:{group_rule.id}:{group_rule.rule.schedule.start:%Y%m%d%H%M}"


def let_pass(pressing: Pressing, span: timedelta) -> None:
    later = pressing.services.clock() + span
    object.__setattr__(pressing.services, "clock", lambda: later)


def at_ten_tomorrow(pressing: Pressing) -> datetime:
    """In Shanghai, so that there is room for hours on both sides of it. The local moment, naive."""
    zone = ZoneInfo(DEFAULT_ZONE)
    ten = (pressing.services.clock() + DAY).astimezone(zone).replace(hour=10, minute=0, second=0, microsecond=0)
    object.__setattr__(pressing.services, "clock", lambda: ten.astimezone(UTC))
    return ten.replace(tzinfo=None)
