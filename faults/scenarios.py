"""What is done to the workers while they send. Each scenario ends when every reminder has ended."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from faults.disk import Disk
from faults.ground import Ground
from scheduler.runner import LEASE
from tests.postgres import PostgresServer

_LIFE = 1.2  # seconds; a worker is killed at a random moment of its first ones
_FULL_SECONDS = 3.0
_READ_TIMEOUT = 5  # seconds: the library's own
Scenario: TypeAlias = Callable[[Ground, "Size"], Awaitable[str]]


@dataclass(frozen=True)
class Size:
    """broadcast: reminders due at once. rate: messages a second, so that a broadcast takes seconds. share: of them hit.

    waits: for leases to run out; else the clock is moved on, which is quicker.
    """

    broadcast: int
    rate: int
    kills: int
    replica_kills: int
    hits: int
    stops: int
    waits: bool


FULL = Size(broadcast=1000, rate=100, kills=200, replica_kills=50, hits=100, stops=10, waits=True)
SAMPLE = Size(broadcast=50, rate=12, kills=10, replica_kills=3, hits=5, stops=2, waits=False)


async def killed(ground: Ground, size: Size) -> str:
    """kill -9 at random moments, started again at once."""
    struck = 0
    while struck < size.kills:
        await ground.seed(size.broadcast)
        worker = await ground.start()
        while struck < size.kills and await _is_busy_after(ground, random.uniform(0, _LIFE)):
            await worker.kill()
            struck += 1
            worker = await ground.start()
        await ground.settled()
        await worker.stop()
    return f"{struck} 次 kill -9"


async def one_of_two_killed(ground: Ground, size: Size) -> str:
    """Two replicas; a random one is killed and started again while the other goes on."""
    workers = [await ground.start(), await ground.start()]
    struck = 0
    while struck < size.replica_kills:
        await ground.seed(size.broadcast)
        rest = size.broadcast // 4  # the dead ones' leases run on: they are waited for once, at the end
        while struck < size.replica_kills and await _is_busy_after(ground, random.uniform(0, _LIFE), rest=rest):
            place = random.randrange(2)
            await workers[place].kill()
            struck += 1
            workers[place] = await ground.start()
    await _leases_run_out(ground, size)
    await ground.settled()
    for worker in workers:
        await worker.stop()
    return f"两个副本，{struck} 次 kill -9 其中一个"


def server_restarted(server: PostgresServer) -> Scenario:
    """Under two replicas, first in the orderly way, then as if it had crashed."""

    async def scenario(ground: Ground, size: Size) -> str:
        await ground.seed(size.broadcast)
        workers = [await ground.start(), await ground.start()]
        for share, mode in ((0.3, "fast"), (0.6, "immediate")):
            await ground.arrival(share)
            await asyncio.to_thread(server.stop, mode)
            await asyncio.sleep(1)
            await asyncio.to_thread(server.start)
        await _leases_run_out(ground, size)
        await ground.settled()
        for worker in workers:
            await worker.stop()
        return "两个副本，重启 fast、immediate 各一次"

    return scenario


async def stormed(ground: Ground, size: Size) -> str:
    """Everything is refused with 429 for a while, twice."""
    async with _broadcast(ground, size):
        for share in (0.2, 0.6):
            await ground.arrival(share)
            await ground.standin.fault("storm", seconds=2, retry_after=3)
    return "两场 429，各 2 秒，要求等 3 秒"


async def server_errors(ground: Ground, size: Size) -> str:
    async with _broadcast(ground, size):
        for share, code, words in ((0.2, 502, "Bad Gateway"), (0.5, 500, "Internal Server Error")):
            await ground.arrival(share)
            await ground.standin.fault("error", code=code, description=words, times=size.hits)
    return f"502 和 500 各 {size.hits} 次"


async def answers_lost(ground: Ground, size: Size) -> str:
    """Accepted, and the connection breaks before the answer."""
    async with _broadcast(ground, size):
        await ground.arrival(0.2)
        await ground.standin.fault("lose", times=size.hits)
    return f"{size.hits} 次收下了、回答丢了"


async def answers_late(ground: Ground, size: Size) -> str:
    """Accepted, and answered after the bot has given up waiting."""
    async with _broadcast(ground, size):
        await ground.arrival(0.2)
        await ground.standin.fault("slow", seconds=_READ_TIMEOUT + 3, times=size.hits)
    return f"{size.hits} 次收下了、{_READ_TIMEOUT + 3} 秒后才回答"


async def connections_reset(ground: Ground, size: Size) -> str:
    """Before anything was accepted."""
    async with _broadcast(ground, size):
        await ground.arrival(0.2)
        await ground.standin.fault("reset", times=size.hits)
    return f"{size.hits} 次没收下就断开"


def disk_full(disk: Disk) -> Scenario:
    """While sending; freed some seconds later. The data base lies on that disk."""

    async def scenario(ground: Ground, size: Size) -> str:
        await ground.seed(size.broadcast)
        worker = await ground.start()
        await ground.arrival(0.2)
        disk.fill(worker.pid)
        await asyncio.sleep(_FULL_SECONDS)
        disk.free(worker.pid)
        await ground.settled()
        await worker.stop()
        failed = ground.log.read_text("utf-8").count("runner.store_failed")
        if not failed:
            raise RuntimeError("the full disk did not stop a single write")
        return f"{disk.name} {_FULL_SECONDS:.0f} 秒，{failed} 次写不进"

    return scenario


async def clock_jumps(ground: Ground, size: Size) -> str:
    """An hour forward, and back again, while sending."""
    async with _broadcast(ground, size):
        for share, ahead in ((0.3, timedelta(hours=1)), (0.6, timedelta())):
            await ground.arrival(share)
            ground.set_clock(ahead)
    return "拨快一小时，再拨回去"


async def told_to_stop(ground: Ground, size: Size) -> str:
    """SIGTERM again and again; what is in hand is sent and written down first."""
    await ground.seed(size.broadcast)
    for number in range(1, size.stops + 1):
        worker = await ground.start()
        await ground.arrival(number / (size.stops + 1))
        await worker.stop()
    worker = await ground.start()
    await ground.settled()
    await worker.stop()
    return f"{size.stops} 次 SIGTERM"


@asynccontextmanager
async def _broadcast(ground: Ground, size: Size) -> AsyncIterator[None]:
    """One worker at work on a broadcast, waited for at the end."""
    await ground.seed(size.broadcast)
    worker = await ground.start()
    yield
    await ground.settled()
    await worker.stop()


async def _is_busy_after(ground: Ground, seconds: float, *, rest: int = 0) -> bool:
    """Whether more than `rest` have still to arrive then."""
    await asyncio.sleep(seconds)
    return await ground.missing() > rest


async def _leases_run_out(ground: Ground, size: Size) -> None:
    """Once nothing moves any more but what the dead had in hand; in full size by waiting, as in life."""
    if size.waits:
        return
    await ground.quiet()
    ground.set_clock(LEASE + timedelta(seconds=1))
