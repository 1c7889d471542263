"""One claim while very many deliveries are due, against the same claim while few are."""

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime

from bench.backlog import add_due
from bench.databases import Database, Databases, databases
from scheduler.gates import LIFTED
from scheduler.runner import LEASE
from scheduler.workdays import Workdays
from storage import open_stores

FEW = 1_000
CLAIMS, WARM = 400, 20


def measured(count: int) -> Iterator[str]:
    yield f"领取一次（{LIFTED.in_flight} 条，不限速），积压 {count} 条，对照积压 {FEW} 条；各 {CLAIMS} 次"
    with databases() as found:
        for name in found.names:
            yield _compared(found, name, count)
        yield from found.missing()


def _compared(found: Databases, name: str, count: int) -> str:
    few = asyncio.run(_claims(found.new(name), FEW))
    many = asyncio.run(_claims(found.new(name), count))
    ratios = f"比 {_part(many, 50) / _part(few, 50):.2f} / {_part(many, 99) / _part(few, 99):.2f}"
    return f"  {name}: {_in_words(many)}；基线 {_in_words(few)}；{ratios}"


async def _claims(database: Database, count: int) -> list[float]:
    """Seconds of each, in order of size. What was claimed is given back after each: the backlog stays as it is."""
    now = datetime.now(UTC)
    await add_due(database, range(-200_000 - count, -200_000), now=now, calendar=Workdays().version)
    times = []
    async with open_stores(database.url, database.key) as stores:
        for _ in range(WARM + CLAIMS):
            begun = time.perf_counter()
            claim = await stores.deliveries.claim("bench", now=now, lease=LEASE, count=LIFTED.in_flight, limits=LIFTED)
            times.append(time.perf_counter() - begun)
            if len(claim.parcels) != LIFTED.in_flight:
                raise RuntimeError(f"claimed {len(claim.parcels)} of {LIFTED.in_flight}")
            await stores.deliveries.rescue(now=now, spared=[], everything=True)
    return sorted(times[WARM:])


def _part(times: list[float], percent: int) -> float:
    """In ms."""
    return times[len(times) * percent // 100] * 1000


def _in_words(times: list[float]) -> str:
    return f"p50 {_part(times, 50):.1f} ms、p99 {_part(times, 99):.1f} ms"
