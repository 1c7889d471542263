"""python -m faults.worker: the runner and the sender of the real bot in a process of its own, without polling.

Says "up" when it is at work. Ends on SIGTERM as the bot does, and at once when whoever started it is gone.
"""

import argparse
import asyncio
import os
import signal
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from handlers import Services, open_sender, set_up_logging
from knowledge import KnowledgeBase
from scheduler.gates import LIFTED, UNLIMITED, Limit, Limits
from scheduler.runner import Runner
from scheduler.runner import Stores as RunnerStores
from scheduler.workdays import Workdays
from storage import open_stores

ROOT = Path(__file__).parent.parent


def main() -> None:
    arguments = _arguments()
    set_up_logging(arguments.token, "WARNING")
    asyncio.run(_work(arguments))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m faults.worker", description="只发提醒的一个副本")
    parser.add_argument("--database", required=True, help="SQLAlchemy 的地址")
    parser.add_argument("--api", required=True, help="沙盒的地址")
    parser.add_argument("--token", required=True)
    parser.add_argument("--folder", type=Path, required=True, help="放密钥和 clock（拨快几秒）的文件夹")
    parser.add_argument("--limits", type=limits_of, default=Limits(), help="shipped、lifted，或每秒几条")
    return parser.parse_args()


def limits_of(text: str) -> Limits:
    match text:
        case "shipped":
            return Limits()
        case "lifted":
            return LIFTED
        case rate:
            return Limits(Limit(timedelta(seconds=1 / float(rate))), UNLIMITED, UNLIMITED, in_flight=LIFTED.in_flight)


class ShiftedClock:
    """The machine's clock and as many seconds as the file says, read anew each time; 0 without a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self) -> datetime:
        try:
            ahead = float(self._path.read_text("utf-8") or 0)
        except FileNotFoundError:
            ahead = 0
        return datetime.now(UTC) + timedelta(seconds=ahead)


async def _work(arguments: argparse.Namespace) -> None:
    clock = ShiftedClock(arguments.folder / "clock")
    base = KnowledgeBase(ROOT / "knowledge", ROOT / ".cache")
    async with open_stores(arguments.database, arguments.folder / "key") as stores:
        services = Services(base, stores, clock, Workdays)
        async with open_sender(arguments.token, services, api_url=arguments.api) as sender:
            runner = Runner(
                RunnerStores(stores.plans, stores.deliveries, stores.chats, stores.replicas),
                sender,
                clock,
                services.workdays,
                limits=arguments.limits,
                is_alone=stores.is_alone,
                woken=services.woken,
            )
            stop = _stop_on_signal(runner)
            sys.stdout.write("up\n")
            sys.stdout.flush()
            await runner.run(stop)


def _stop_on_signal(runner: Runner) -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def end() -> None:
        stop.set()
        runner.wake()

    loop.add_signal_handler(signal.SIGTERM, end)
    loop.add_reader(sys.stdin.fileno(), lambda: os._exit(1))  # nothing is ever written there: it was closed
    return stop


if __name__ == "__main__":
    main()
