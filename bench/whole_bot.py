"""The whole bot as `bot.py run` wires it, with the limits that ship, and its event loop watched meanwhile.

`python -m bench.whole_bot URL FOLDER API` runs until SIGTERM and prints its Figures as JSON.
"""

import asyncio
import gc
import json
import shutil
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.crowd import TOKEN
from bench.memory import peak, resident
from commands.polling import poll
from commands.watching import Calendar
from commands.workdays import WORKDAYS, load_workdays
from handlers import BotApplication, Services, build_application, open_sender, set_up_logging
from knowledge import KnowledgeBase
from scheduler.runner import Runner
from scheduler.runner import Stores as RunnerStores
from storage import open_stores

ROOT = Path(__file__).parent.parent
_TICK = 0.005


@dataclass(frozen=True)
class Figures:
    """worst, p99: of the event loop's lag, in ms. resident, peak: in MB. sent: reminders."""

    worst: float
    p99: float
    resident: float
    peak: float
    sent: int


async def main(url: str, folder: Path, api_url: str) -> Figures:
    base = KnowledgeBase(_copied(folder), ROOT / ".cache")
    base.ask("党小组长")
    gc.collect()
    gc.freeze()  # as the program does once the knowledge is there
    workdays, _ = load_workdays()
    if workdays is None:
        raise RuntimeError("scheduler/workdays.yaml can't be used, bot.py check says why")
    calendar = Calendar(WORKDAYS, workdays)
    async with open_stores(url, folder / "key") as stores:
        services = Services(base, stores, lambda: datetime.now(UTC), lambda: calendar.current)
        application = build_application(TOKEN, services, api_url=api_url)
        async with open_sender(TOKEN, services, api_url=api_url) as sender:
            parts = RunnerStores(stores.plans, stores.deliveries, stores.chats, stores.replicas)
            runner = Runner(
                parts, sender, services.clock, services.workdays, is_alone=stores.is_alone, woken=services.woken
            )
            lags: list[float] = []
            watching = asyncio.create_task(_watch(application, lags))
            await poll(application, services, runner, calendar)
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching
        sent = (await stores.deliveries.counts()).get("sent", 0)
    lags.sort()
    return Figures(lags[-1] * 1000, lags[len(lags) * 99 // 100] * 1000, resident(), peak(), sent)


def _copied(folder: Path) -> Path:
    """The knowledge, where nobody edits it while this is measured."""
    return shutil.copytree(ROOT / "knowledge", folder / "knowledge")


async def _watch(application: BotApplication, lags: list[float]) -> None:
    """From the runner's first round on: how much later than asked for the loop comes back, until polling ends."""
    while not application.running:  # noqa: ASYNC110  nothing to wait on
        await asyncio.sleep(_TICK)
    loop = asyncio.get_running_loop()
    while application.running:
        due = loop.time() + _TICK
        await asyncio.sleep(_TICK)
        lags.append(loop.time() - due)


if __name__ == "__main__":
    set_up_logging(TOKEN, "WARNING")
    print(json.dumps(asdict(asyncio.run(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3])))))
