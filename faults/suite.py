"""The scenarios by name, each on a ground of its own, and the line that it adds to the table."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from faults import scenarios
from faults.disk import disk_of
from faults.ground import open_ground
from faults.scenarios import Scenario, Size
from faults.tally import Tally
from tests.postgres import PostgresServer, server_folder


@dataclass(frozen=True)
class Trial:
    """may_double: a crash or a broken connection hits what is in flight, which is then sent again and marked."""

    name: str
    scenario: Scenario
    may_double: bool = False


@dataclass(frozen=True)
class Report:
    name: str
    database: str
    struck: str
    tally: Tally
    seconds: float
    may_double: bool

    @property
    def is_kept(self) -> bool:
        """Whether the promise was."""
        return not self.tally.lost and not self.tally.unmarked and (self.may_double or not self.tally.doubled)


ON_SQLITE = (
    Trial("反复 kill -9", scenarios.killed, may_double=True),
    Trial("429 风暴", scenarios.stormed),
    Trial("5xx", scenarios.server_errors),
    Trial("收下后回答丢失", scenarios.answers_lost, may_double=True),
    Trial("收下后超时", scenarios.answers_late, may_double=True),
    Trial("收下前连接断开", scenarios.connections_reset),
    Trial("时钟跳一小时", scenarios.clock_jumps),
    Trial("SIGTERM", scenarios.told_to_stop),
)
DISK = "硬盘写满"
REPLICA = Trial("副本 kill -9", scenarios.one_of_two_killed, may_double=True)
RESTART = "数据库重启"


async def on_sqlite(trial: Trial, size: Size, folder: Path) -> Report:
    return await _tried(trial, size, ("SQLite", f"sqlite+aiosqlite:///{folder / 'bot.db'}"), folder)


async def on_full_disk(size: Size, folder: Path) -> Report:
    with disk_of(folder / "disk") as disk:
        url = f"sqlite+aiosqlite:///{disk.folder / 'bot.db'}"
        return await _tried(Trial(DISK, scenarios.disk_full(disk)), size, ("SQLite", url), folder)


async def on_postgresql(server: PostgresServer, trial: Trial, size: Size, folder: Path) -> Report:
    return await _tried(trial, size, ("PostgreSQL", server.database()), folder)


def restart_of(server: PostgresServer) -> Trial:
    return Trial(RESTART, scenarios.server_restarted(server), may_double=True)


async def _tried(trial: Trial, size: Size, database: tuple[str, str], folder: Path) -> Report:
    """database: its kind and its address."""
    kind, url = database
    begun = time.monotonic()
    async with open_ground(url, folder, groups=size.broadcast, limits=str(size.rate)) as ground:
        struck = await trial.scenario(ground, size)
        counted = await ground.count()
    return Report(trial.name, kind, struck, counted, time.monotonic() - begun, trial.may_double)


@contextmanager
def own_server() -> Iterator[PostgresServer | None]:
    """None where PostgreSQL is not installed."""
    programs = server_folder()
    if programs is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        Path(folder).chmod(0o755)
        server = PostgresServer(programs, Path(folder) / "server")
        server.create()
        try:
            yield server
        finally:
            server.stop("immediate")
