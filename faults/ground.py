"""One scenario's ground: a data base, a stand-in, reminders that are due now, workers, and the count at the end."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from faults.processes import TOKEN, StandIn, Worker, standin, start_worker
from faults.tally import Tally, arrived, tally, title
from scheduler.rule import DEFAULT_ZONE, Lead, Rule, Schedule
from storage import StoreError, open_stores

_POLL = 0.1
_EVENT_IN = timedelta(hours=3)
_OPEN_STATES = ("pending", "sending")


class NotSettledError(Exception):
    """Reminders are still on their way after the time given; the text says how many in which state."""


@dataclass
class Ground:
    """folder: for the data base's key, the clock's offset and the log. limits: see faults.worker."""

    url: str
    folder: Path
    standin: StandIn
    limits: str
    promised: int = 0
    workers: list[Worker] = field(default_factory=list)

    async def seed(self, count: int, *, groups: int | None = None) -> None:
        """So many reminders, due now, one rule each; on the first `groups` of the stand-in's groups by turns."""
        now = datetime.now(UTC)
        chats = self.standin.groups[:groups]
        async with open_stores(self.url, self.folder / "key") as stores:
            for place in range(count):
                rule = _rule(title(self.promised + place), now)
                chat = chats[place % len(chats)]
                await stores.rules.add(rule, chat_id=chat, leader_id=0, now=now - timedelta(minutes=1))
        self.promised += count

    async def start(self) -> Worker:
        where = ["--database", self.url, "--api", self.standin.address, "--token", TOKEN]
        worker = await start_worker([*where, "--folder", str(self.folder), "--limits", self.limits], self.log)
        self.workers.append(worker)
        return worker

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def set_clock(self, ahead: timedelta) -> None:
        """For all workers, at once. Written beside and moved: no worker reads half of it."""
        beside = self.folder / "clock.new"
        beside.write_text(str(ahead.total_seconds()), "utf-8")
        beside.rename(self.folder / "clock")

    async def missing(self) -> int:
        """How many have not arrived."""
        return self.promised - len(arrived(await self.standin.journal()))

    async def arrival(self, share: float, *, seconds: float = 120) -> None:
        """Waits until that share has arrived."""
        async with asyncio.timeout(seconds):
            while await self.missing() > self.promised * (1 - share):  # noqa: ASYNC110  nothing to wait on
                await asyncio.sleep(_POLL / 2)

    async def quiet(self, seconds: float = 2.0) -> None:
        """Waits until nothing has arrived for so long."""
        before, since = -1, time.monotonic()
        while time.monotonic() - since < seconds:
            now = len(await self.standin.journal())
            if now != before:
                before, since = now, time.monotonic()
            await asyncio.sleep(_POLL)

    async def settled(self, *, seconds: float = 300) -> None:
        """Waits until every reminder has ended, in the data base. Raises NotSettledError."""
        end = time.monotonic() + seconds
        states: dict[str, int] = {}
        async with open_stores(self.url, self.folder / "key") as stores:
            while time.monotonic() < end:
                try:
                    states = await stores.deliveries.counts()
                except StoreError:
                    states = {}
                still_open = sum(states.get(state, 0) for state in _OPEN_STATES)
                if sum(states.values()) >= self.promised and not still_open:
                    return
                await asyncio.sleep(_POLL)
        raise NotSettledError(f"{seconds:.0f} 秒后还没发完：{states}")

    async def count(self) -> Tally:
        return tally(range(self.promised), await self.standin.journal())


@asynccontextmanager
async def open_ground(url: str, folder: Path, *, groups: int, limits: str) -> AsyncIterator[Ground]:
    """Workers that are left are killed at the end."""
    folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240  once, at the start
    async with standin(groups) as telegram:
        ground = Ground(url, folder, telegram, limits)
        try:
            yield ground
        finally:
            for worker in ground.workers:
                await worker.kill()


def _rule(name: str, now: datetime) -> Rule:
    """A single event in some hours whose one reminder is due now."""
    start = (now + _EVENT_IN).astimezone(ZoneInfo(DEFAULT_ZONE)).replace(tzinfo=None, microsecond=0)
    return Rule("meeting", name, Schedule(start), (Lead(minutes=int(_EVENT_IN.total_seconds()) // 60),))
