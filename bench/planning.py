"""Planning many groups, a monthly meeting each: the pure part against bare dateutil, the whole against bare inserts.

Each part runs in a process of its own, so that its peak of memory is its own.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path

from dateutil import rrule
from sqlalchemy import insert

from bench.backlog import add_rules, batches, meeting_rules
from bench.databases import Database, databases
from bench.memory import peak
from scheduler.delivery import Obsolete, Outcome
from scheduler.planning import HORIZON, plan
from scheduler.ports import Parcel
from scheduler.rule import GroupRule
from scheduler.runner import Runner
from scheduler.runner import Stores as RunnerStores
from scheduler.workdays import Workdays
from storage import open_stores
from storage.database import open_database
from storage.rows import planned_values
from storage.tables import DeliveryRow, table_of

ROOT = Path(__file__).parent.parent
NOW = datetime(2026, 3, 2, 3, 17, tzinfo=UTC)
_LEADER = 70_001
_BATCH = 25  # rules in one transaction, as the runner has it


def measured(count: int) -> Iterator[str]:
    yield f"排 {count} 个群，每群每月一次党小组会，往后 {HORIZON.days} 天"
    yield from _part("pure", count)
    with databases() as found:
        for name in found.names:
            for part in ("whole", "bare"):
                database = found.new(name)
                yield from _part(part, count, database.name, database.url, str(database.folder))
        yield from found.missing()


def _part(*arguments: object) -> Iterator[str]:
    command = [sys.executable, "-m", "bench.planning", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    yield from done.stdout.splitlines()


def pure(count: int) -> Iterator[str]:
    workdays, until = Workdays(), NOW + HORIZON
    times, planned = [], 0
    for rule in _rules(count):
        begun = time.perf_counter()
        planned += len(plan(rule, workdays, after=NOW, until=until))
        times.append(time.perf_counter() - begun)
    yield f"  只算日期: {_speed(count, sum(times))}，{_per_rule(times)}，共 {planned} 条，内存峰值 {peak():.0f} MB"
    yield f"  基线，只用 dateutil 展开同样的 RRULE: {_speed(count, sum(bare := _expanded(count)))}，{_per_rule(bare)}"


def _expanded(count: int) -> list[float]:
    times = []
    first, last = NOW.replace(tzinfo=None), (NOW + HORIZON).replace(tzinfo=None)
    for rule in _rules(count):
        begun = time.perf_counter()
        rrule.rrulestr(rule.rule.schedule.rrule, dtstart=rule.rule.schedule.start).between(first, last)
        times.append(time.perf_counter() - begun)
    return times


async def whole(count: int, database: Database) -> str:
    """The runner's own rounds, until nothing is left to be planned."""
    await add_rules(database, _rules(count))
    async with open_stores(database.url, database.key) as stores:
        parts = RunnerStores(stores.plans, stores.deliveries, stores.chats, stores.replicas)
        runner = Runner(parts, _Nobody(), lambda: NOW, Workdays)
        begun = time.perf_counter()
        await runner.step()
        seconds = time.perf_counter() - begun
        left = await stores.plans.unplanned(until=NOW + timedelta(days=1), calendar=None, count=1)
        written = sum((await stores.deliveries.counts()).values())
    if left:
        raise RuntimeError("the runner has not planned all of it")
    return f"  {database.name}，连同数据库: {_speed(count, seconds)}，写下 {written} 条，内存峰值 {peak():.0f} MB"


async def bare(count: int, database: Database) -> str:
    """The same rows in as many transactions, and nothing else."""
    workdays, until = Workdays(), NOW + HORIZON
    seconds = 0.0
    async with open_database(database.url) as engine:
        for rules in batches(_rules(count), _BATCH):
            rows = [planned_values(p) for p in chain(*(plan(r, workdays, after=NOW, until=until) for r in rules))]
            begun = time.perf_counter()
            async with engine.begin() as connection:
                await connection.execute(insert(table_of(DeliveryRow)), rows)
            seconds += time.perf_counter() - begun
    return f"  基线，{database.name} 只插入同样的行，一样多的事务: {_speed(count, seconds)}"


class _Nobody:
    async def send(self, parcel: Parcel) -> Outcome:
        return Obsolete()


def _rules(count: int) -> Iterator[GroupRule]:
    return meeting_rules(range(-100_000_000_000 - count, -100_000_000_000), now=NOW, leader_id=_LEADER)


def _speed(count: int, seconds: float) -> str:
    return f"{seconds:.1f} s，每秒 {count / seconds:.0f} 个群"


def _per_rule(times: list[float]) -> str:
    ordered = sorted(times)
    middle, last = ordered[len(ordered) // 2] * 1000, ordered[len(ordered) * 99 // 100] * 1000
    return f"每条规则 p50 {middle:.2f} ms、p99 {last:.2f} ms"


def main(part: str, count: int, *where: str) -> None:
    if part == "pure":
        for line in pure(count):
            print(line)
        return
    name, url, folder = where
    database = Database(name, url, Path(folder))
    print(asyncio.run(whole(count, database) if part == "whole" else bare(count, database)))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), *sys.argv[3:])
