"""Rules to try things out with, a sender that writes down what it is given, and a runner whose time moves by hand."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from scheduler.delivery import Outcome, Planned, Sent
from scheduler.gates import LIFTED, Limits
from scheduler.ports import Parcel
from scheduler.rule import GroupRule, Lead, Rule, Schedule
from scheduler.runner import Runner, Stores
from scheduler.workdays import Workdays
from storage import Stores as AllStores
from tests.conftest import FakeClock

GROUP, LEADER = -100123, 10001


def meeting(**changes: object) -> Rule:
    """Every Friday 19:30 in Shanghai, reminded a day before at 9:00 and an hour before."""
    values: dict[str, object] = {
        "kind": "meeting",
        "title": "党小组会",
        "schedule": Schedule(datetime(2026, 3, 6, 19, 30), "FREQ=WEEKLY;BYDAY=FR"),
        "leads": (Lead(1, at=time(9)), Lead(minutes=60)),
    }
    return Rule(**(values | changes))  # type: ignore[arg-type]


@dataclass
class FakeSender:
    """Gives the outcome that was planned for the chat, else Sent; numbers messages from 1."""

    sent: list[Parcel] = field(default_factory=list)
    tried: list[Parcel] = field(default_factory=list)
    outcome: Callable[[Parcel], Outcome | None] = lambda _: None

    async def send(self, parcel: Parcel) -> Outcome:
        self.tried.append(parcel)
        planned = self.outcome(parcel)
        if planned is not None and not isinstance(planned, Sent):
            return planned
        self.sent.append(parcel)
        return planned or Sent(len(self.sent))

    @property
    def promises(self) -> list[Planned]:
        """What arrived, one for each delivery."""
        return [d.planned for parcel in self.sent for d in parcel.deliveries]

    def of(self, purpose: str) -> list[Planned]:
        return [p for p in self.promises if p.purpose == purpose]


@dataclass
class Scene:
    """A data base, a clock moved by hand, and a runner."""

    stores: AllStores
    clock: FakeClock
    sender: FakeSender
    calendar: Workdays = field(default_factory=Workdays)
    limits: Limits = LIFTED

    def __post_init__(self) -> None:
        self.runner = self.new_runner()

    def new_runner(self) -> Runner:
        """Another process, or this one after a restart."""
        stores = Stores(self.stores.plans, self.stores.deliveries, self.stores.chats, self.stores.replicas)
        return Runner(
            stores, self.sender, self.clock, lambda: self.calendar, limits=self.limits, is_alone=self.stores.is_alone
        )

    async def add(self, rule: Rule | None = None, *, chat_id: int = GROUP, leader_id: int = LEADER) -> GroupRule:
        return await self.stores.rules.add(rule or meeting(), chat_id=chat_id, leader_id=leader_id, now=self.clock())

    async def until(self, moment: datetime, step: timedelta = timedelta(days=1)) -> None:
        """Let time pass, with the runner at work whenever something is due and at least once in every step."""
        while self.clock() < moment:
            next_at = await self.stores.deliveries.next_at() or moment
            self.clock.now = min(max(next_at, self.clock() + timedelta(seconds=1)), self.clock() + step, moment)
            self.runner.wake()
            await self.runner.settled()
