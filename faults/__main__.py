"""make faults: every scenario at full size, one table. Ends with 1 when the promise was broken."""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from faults import rates, suite
from faults.ground import open_ground
from faults.rates import FULL_LOAD, SAMPLE_LOAD, TELEGRAM_A_MINUTE, TELEGRAM_A_SECOND, Load
from faults.scenarios import FULL, SAMPLE, Size
from faults.suite import Report
from tests.postgres import PostgresServer

_HEAD = (
    "| 场景 | 数据库 | 遭遇 | 提醒 | 发出的消息 | 丢失 | 重复 | 重复没写明 | 用时 | 承诺 |",
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
)
RATES = "速度"


def main() -> int:
    arguments = _arguments()
    return asyncio.run(_tried(arguments.only, SAMPLE if arguments.sample else FULL))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m faults", description="提醒的承诺：故障测试")
    parser.add_argument("--sample", action="store_true", help="小规模，约两分钟")
    parser.add_argument("--only", default="", help="只跑名字里有这几个字的")
    return parser.parse_args()


async def _tried(only: str, size: Size) -> int:
    broken = 0
    for line in _HEAD:
        _say(line)
    with tempfile.TemporaryDirectory(prefix="faults-") as folder, suite.own_server() as server:
        async for report in _reports(only, size, Path(folder), server):
            _say(line_of(report))
            broken += not report.is_kept
        if server is None:
            _say("没有安装 PostgreSQL：它的场景和速度没有跑")
        elif only in RATES:
            broken += not await _rates(server, FULL_LOAD if size is FULL else SAMPLE_LOAD, Path(folder) / "rates")
    return int(broken > 0)


async def _reports(only: str, size: Size, folder: Path, server: PostgresServer | None) -> AsyncIterator[Report]:
    for number, trial in enumerate(suite.ON_SQLITE):
        if only in trial.name:
            yield await suite.on_sqlite(trial, size, folder / str(number))
    if only in suite.DISK:
        yield await suite.on_full_disk(size, folder / "full")
    if server is not None:
        for trial in (suite.REPLICA, suite.restart_of(server)):
            if only in trial.name:
                yield await suite.on_postgresql(server, trial, size, folder / f"pg-{trial.name}")


async def _rates(server: PostgresServer, load: Load, folder: Path) -> bool:
    """Whether they stayed within Telegram's limits."""
    async with open_ground(server.database(), folder, groups=load.groups, limits="shipped") as ground:
        found = await rates.measured(ground, load)
        counted = await ground.count()
    _say(
        f"\n两个副本、出厂的快慢：{load.reminders} 条到 {load.groups} 个群，另有 {load.to_one} 条到其中一个群，"
        f"{found.lasted.total_seconds():.0f} 秒，平均每秒 {found.mean:.1f} 条；"
        f"丢失 {counted.lost}，重复 {counted.doubled}"
    )
    _say(f"任何一秒最多 {found.in_a_second} 条（Telegram 允许 {TELEGRAM_A_SECOND}）")
    _say(f"一个群任何一分钟最多 {found.in_a_minute} 条（Telegram 允许 {TELEGRAM_A_MINUTE}）")
    is_within = found.in_a_second <= TELEGRAM_A_SECOND and found.in_a_minute <= TELEGRAM_A_MINUTE
    return is_within and not counted.lost and not counted.doubled


def line_of(report: Report) -> str:
    found = report.tally
    numbers = (found.promised, found.messages, found.lost, found.doubled, found.unmarked)
    cells = (
        report.name,
        report.database,
        report.struck,
        *map(str, numbers),
        f"{report.seconds:.0f} s",
        "守住" if report.is_kept else "**没守住**",
    )
    return f"| {' | '.join(cells)} |"


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201  this is its command line


if __name__ == "__main__":
    sys.exit(main())
