"""What the runner needs from outside: a store that keeps promises, somebody who sends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from scheduler.delivery import Change, Delivery, Outcome, Planned
from scheduler.gates import Limits
from scheduler.rule import GroupRule
from scheduler.workdays import Workdays


@dataclass(frozen=True)
class Parcel:
    """What one message carries: one delivery, or several late ones of a chat. slot: when it may leave."""

    deliveries: tuple[Delivery, ...]
    group_rules: dict[int, GroupRule]
    slot: datetime

    @property
    def first(self) -> Delivery:
        return self.deliveries[0]

    def rule_of(self, delivery: Delivery) -> GroupRule | None:
        return self.group_rules.get(delivery.planned.rule_id or 0)


@dataclass(frozen=True)
class Claim:
    """parcels: taken in hand by this worker. opens_at: when the bot's gate lets the next one through, if it is shut."""

    parcels: tuple[Parcel, ...] = ()
    opens_at: datetime | None = None


@dataclass(frozen=True)
class Result:
    """What became of a delivery, and what somebody is to be told of it. revision: of its rule, when it was sent."""

    delivery: Delivery
    change: Change
    revision: int = 0
    notices: tuple[Planned, ...] = ()


@dataclass(frozen=True)
class Unplanned:
    """planned_until: how far the rule has been planned. is_stale: by another calendar: all is seen anew."""

    group_rule: GroupRule
    planned_until: datetime
    is_stale: bool


@dataclass(frozen=True)
class Plan:
    """What is due of a rule at or after `after` and before the end of the horizon, by these working days."""

    group_rule: GroupRule
    after: datetime
    deliveries: tuple[Planned, ...]
    workdays: Workdays


@dataclass(frozen=True)
class Fleet:
    """All processes at work. calendar: the version that counts, of the one that took it up last.

    is_mixed: not all of them go by the same one, or did not until a few minutes ago.
    """

    calendar: str
    is_mixed: bool


class Trouble(Exception):
    """The store did not do it; it may later. Nothing was changed."""


class Plans(Protocol):
    async def unplanned(self, *, until: datetime, calendar: str | None, count: int) -> Sequence[Unplanned]: ...

    async def write(self, plans: Sequence[Plan], *, until: datetime, calendar: str) -> None: ...


class Deliveries(Protocol):
    async def claim(self, worker: str, *, now: datetime, lease: timedelta, count: int, limits: Limits) -> Claim: ...

    async def record(self, results: Sequence[Result], *, now: datetime) -> bool:
        """Whether some rule has to be planned again at once."""
        ...

    async def shut(self, name: str, *, until: datetime, now: datetime) -> None: ...

    async def rescue(self, *, now: datetime, spared: Sequence[int], everything: bool = False) -> int: ...

    async def overdue(self, *, now: datetime, count: int) -> Sequence[tuple[Delivery, GroupRule | None]]: ...

    async def expire(self, overdue: Sequence[tuple[Delivery, GroupRule | None]], *, now: datetime) -> None: ...

    async def next_at(self) -> datetime | None: ...


class Chats(Protocol):
    async def gone(self, chat_id: int, reason: str, *, zone: str, now: datetime) -> bool: ...

    async def move(self, old: int, new: int, *, now: datetime) -> None: ...


class Replicas(Protocol):
    async def last_seen(self) -> datetime | None: ...

    async def report(self, worker: str, calendar: str, *, since: datetime, now: datetime) -> Fleet: ...

    async def clock_set_back(self, *, seen_at: datetime, now: datetime) -> None: ...


class Sender(Protocol):
    async def send(self, parcel: Parcel) -> Outcome:
        """One message. Raises Trouble before any request went out; whatever else it raises is a bug."""
        ...
