"""The loop that keeps the promise: plans ahead, takes what is due in hand, has it sent, writes down what came of it.

Each process runs one. What it has in hand is leased: when the process dies, another one (or the next start) takes over.
"""

import asyncio
import logging
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from scheduler.delivery import ChatGone, ChatMoved, Delivery, Outcome, SlowDown, TryLater, after_send
from scheduler.gates import Limits
from scheduler.notices import notices_after
from scheduler.planning import HORIZON, LOOK_BACK, plan, reach
from scheduler.ports import Chats, Deliveries, Parcel, Plan, Plans, Replicas, Result, Sender, Trouble, Unplanned
from scheduler.rule import DEFAULT_ZONE
from scheduler.workdays import Workdays

LEASE = timedelta(seconds=60)
HOUSEKEEPING = timedelta(seconds=10)
REPLAN_MARGIN = timedelta(hours=6)  # a rule is planned again when less than the horizon minus this is planned
_LONGEST_SLEEP = 1.0  # seconds; also how long a moved clock may go unnoticed
_SHORTEST_SLEEP = 0.02
_PLANNED_AT_ONCE = 25
_PLANNING = timedelta(seconds=2)  # at a stretch
_EXPIRED_AT_ONCE = 500
_DRAIN_SECONDS = 20.0
_STORMY = timedelta(seconds=1)
_SET_BACK = timedelta(seconds=2)
_log = logging.getLogger("scheduler")


@dataclass(frozen=True)
class Stores:
    plans: Plans
    deliveries: Deliveries
    chats: Chats
    replicas: Replicas


@dataclass
class Runner:
    """clock: now, aware, UTC. workdays: the calendar in force. is_alone: no other process can use the data base.

    woken: set by whoever has changed what may be due.
    """

    stores: Stores
    sender: Sender
    clock: Callable[[], datetime]
    workdays: Callable[[], Workdays]
    limits: Limits = field(default_factory=Limits)
    is_alone: bool = True
    worker: str = field(default_factory=lambda: uuid.uuid4().hex)
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._turn = asyncio.Lock()
        self._results: list[Result] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._held: dict[int, Delivery] = {}
        self._seen_at: datetime | None = None
        self._housekept_at: datetime | None = None
        self._slowed: tuple[int, datetime] | None = None
        self._is_fresh = True
        self._calendar = ""
        self._calendar_since = self.clock()
        self._is_compared = False
        self._opens_at: datetime | None = None

    def wake(self) -> None:
        """Something new may be due, or the clock was moved."""
        self.woken.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Until told to stop; what is in hand then is sent and written down first."""
        _log.info("runner.started")
        while not stop.is_set():
            try:
                await self.step()
            except Trouble as trouble:
                _log.error("runner.store_failed %s，一秒后再试", trouble)
                await asyncio.sleep(1)
            except Exception:
                _log.exception("runner.step_failed")
                await asyncio.sleep(1)
            await self._rest()
        await self._drain()
        _log.info("runner.stopped")

    async def step(self) -> bool:
        """One round; whether anything was taken in hand or written down."""
        async with self._turn:
            return await self._round()

    async def _round(self) -> bool:
        now = self.clock()
        await self._look_at_the_clock(now)
        did = await self._write_down()
        if self._housekept_at is None or abs(now - self._housekept_at) >= HOUSEKEEPING or self.woken.is_set():
            self.woken.clear()
            self._housekept_at = now if await self._keep_house(now) else None
        return await self._take() or did

    async def _look_at_the_clock(self, now: datetime) -> None:
        """It may have been set back: while this was running, or since any process was last at work."""
        seen_at = self._seen_at or await self.stores.replicas.last_seen()
        if seen_at is not None and now < seen_at - _SET_BACK:
            _log.warning("runner.clock_set_back by=%s", seen_at - now)
            await self.stores.replicas.clock_set_back(seen_at=seen_at, now=now)
            self._housekept_at = None
            self._calendar_since -= seen_at - now  # so that the order of the replicas stays
        self._seen_at = now

    async def settled(self) -> None:
        """Waits until nothing is due and nothing is in hand. For a clock that is moved by hand."""
        while await self.step() or self._tasks or self._results:
            await self._something_done()

    # planning

    async def _keep_house(self, now: datetime) -> bool:
        """Whether all of it is done; the rest of the planning is for the next round, what is due must not wait."""
        rescued = await self.stores.deliveries.rescue(
            now=now, spared=list(self._held), everything=self._is_fresh and self.is_alone
        )
        self._is_fresh = False
        if rescued:
            _log.warning("runner.rescued count=%d 上次没发完的，再发一次", rescued)
        is_planned = await self._plan(now)
        await self._expire(now)  # after planning: all that was missed is told together
        return is_planned

    async def _plan(self, now: datetime) -> bool:
        calendar = self.workdays()
        until = now + HORIZON
        stale = calendar.version if await self._is_to_be_compared(calendar.version, now) else None
        while unplanned := await self.stores.plans.unplanned(
            until=until - REPLAN_MARGIN, calendar=stale, count=_PLANNED_AT_ONCE
        ):
            plans = [_planned(u, calendar, now=now, until=until) for u in unplanned]
            await self.stores.plans.write(plans, until=until, calendar=calendar.version)
            if self.clock() - now > _PLANNING:
                return False
        self._is_compared = self._is_compared or stale is not None
        return True

    async def _is_to_be_compared(self, version: str, now: datetime) -> bool:
        """Whether what was planned by another calendar is to be planned by this one: only if it is the one that counts.

        Processes with different ones would otherwise undo each other's plans for ever.
        """
        if version != self._calendar:
            self._calendar, self._calendar_since, self._is_compared = version, now, False
        fleet = await self.stores.replicas.report(self.worker, version, since=self._calendar_since, now=now)
        if fleet.calendar != version:
            _log.warning("runner.calendars_differ 别的副本用的放假安排不一样，以最后更新的为准")
            self._is_compared = False
            return False
        return fleet.is_mixed or not self._is_compared

    async def _expire(self, now: datetime) -> None:
        while overdue := await self.stores.deliveries.overdue(now=now, count=_EXPIRED_AT_ONCE):
            _log.warning("runner.expired count=%d", len(overdue))
            await self.stores.deliveries.expire(overdue, now=now)

    # sending

    async def _take(self) -> bool:
        free = self.limits.in_flight - len(self._tasks)
        if free <= 0:
            return False
        claim = await self.stores.deliveries.claim(
            self.worker, now=self.clock(), lease=LEASE, count=free, limits=self.limits
        )
        self._opens_at = claim.opens_at
        for parcel in claim.parcels:
            self._held |= {d.id: d for d in parcel.deliveries}
            task = asyncio.create_task(self._deliver(parcel))
            self._tasks.add(task)
            task.add_done_callback(self._done)
        return bool(claim.parcels)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)

    async def _deliver(self, parcel: Parcel) -> None:
        wait = (parcel.slot - self.clock()).total_seconds()
        if wait > 0:
            await asyncio.sleep(min(wait, self.limits.lookahead.total_seconds()))
        outcome = await self._sent(parcel)
        now = self.clock()
        try:
            await self._aftermath(parcel, outcome, now)
        except Trouble as trouble:
            _log.error("runner.store_failed %s，这一条过一会儿再试", trouble)
            outcome = TryLater("store")
        for delivery in parcel.deliveries:
            self._results.append(self._result(delivery, parcel, outcome, now))

    async def _sent(self, parcel: Parcel) -> Outcome:
        try:
            return await self.sender.send(parcel)
        except Trouble as trouble:
            _log.error("runner.store_failed %s，这一条过一会儿再试", trouble)
            return TryLater("store")
        except Exception:
            _log.exception("delivery.bug id=%d", parcel.first.id)
            return TryLater("bug", is_doubtful=True)

    def _result(self, delivery: Delivery, parcel: Parcel, outcome: Outcome, now: datetime) -> Result:
        change = after_send(delivery, outcome, now=now)
        _log.info("delivery.%s id=%d %s", change.state, delivery.id, change.problem)
        rule = parcel.rule_of(delivery)
        notices = notices_after(delivery, rule, outcome, change, now=now)
        return Result(delivery, change, rule.revision if rule is not None else 0, notices)

    async def _aftermath(self, parcel: Parcel, outcome: Outcome, now: datetime) -> None:
        """What an outcome means beyond its own delivery. Raises Trouble."""
        chat_id = parcel.first.planned.chat_id
        match outcome:
            case SlowDown(wait):
                await self._slow_down(chat_id, now + wait, now)
            case ChatMoved(new_chat_id):
                await self.stores.chats.move(chat_id, new_chat_id, now=now)
            case ChatGone(reason) if chat_id < 0:
                rule = parcel.rule_of(parcel.first)
                zone = rule.rule.schedule.zone if rule else DEFAULT_ZONE
                await self.stores.chats.gone(chat_id, reason, zone=zone, now=now)
            case _:
                pass

    async def _slow_down(self, chat_id: int, until: datetime, now: datetime) -> None:
        """Shut the chat; when another chat was told the same just now, it is meant for the whole bot."""
        await self.stores.deliveries.shut(str(chat_id), until=until, now=now)
        if self._slowed is not None and self._slowed[0] != chat_id and now - self._slowed[1] < _STORMY:
            _log.warning("runner.slowed_down until=%s", until.isoformat(timespec="seconds"))
            await self.stores.deliveries.shut("bot", until=until, now=now)
        self._slowed = (chat_id, now)

    async def _write_down(self) -> bool:
        """All results that have come together: one transaction. They stay in hand until it has worked."""
        results = list(self._results)
        if not results:
            return False
        if await self.stores.deliveries.record(results, now=self.clock()):
            self.woken.set()
        del self._results[: len(results)]
        for result in results:
            self._held.pop(result.delivery.id, None)
        return True

    # resting and stopping

    async def _rest(self) -> None:
        """Until something is due, something was done, or somebody wakes it."""
        if self._results:
            return
        if self._tasks:
            await self._something_done()
            return
        seconds = await self._seconds_to_next()
        if seconds > 0 and not self.woken.is_set():
            try:
                async with asyncio.timeout(min(seconds, _LONGEST_SLEEP)):
                    await self.woken.wait()
            except TimeoutError:
                pass

    async def _something_done(self) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED, timeout=_LONGEST_SLEEP)

    async def _seconds_to_next(self) -> float:
        try:
            next_at = self._opens_at or await self.stores.deliveries.next_at()
        except Trouble:
            return _LONGEST_SLEEP
        return _LONGEST_SLEEP if next_at is None else max(_SHORTEST_SLEEP, (next_at - self.clock()).total_seconds())

    async def _drain(self) -> None:
        end = time.monotonic() + _DRAIN_SECONDS
        while (self._tasks or self._results) and time.monotonic() < end:
            await self._something_done()
            try:
                await self._write_down()
            except Trouble:
                await asyncio.sleep(0.2)


def _planned(unplanned: Unplanned, calendar: Workdays, *, now: datetime, until: datetime) -> Plan:
    rule = unplanned.group_rule
    after = max(unplanned.planned_until, now - LOOK_BACK)
    if unplanned.is_stale:
        after = min(after, now - reach(rule.rule, calendar))
    try:
        return Plan(rule, after, tuple(plan(rule, calendar, after=after, until=until)), calendar)
    except Exception:  # whatever is wrong with one rule, the others go on
        _log.exception("runner.rule_not_planned id=%d", rule.id)
        return Plan(rule, until, (), calendar)
