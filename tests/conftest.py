"""Shared by all tests: the shipped knowledge, learnt once, and a clock that moves by hand."""

import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from knowledge import KnowledgeBase
from storage import Stores, open_stores
from tests.postgres import PostgresServer, server_folder

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"


class FakeClock:
    """Time that moves only when told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, span: timedelta) -> None:
        self.now += span


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="session")
def base() -> KnowledgeBase:
    """The knowledge that ships, with the project's own cache."""
    shipped = KnowledgeBase(ROOT / "knowledge", ROOT / ".cache")
    _ = shipped.current
    return shipped


@pytest.fixture(scope="session")
def shared() -> Path:
    """The material that the project was made from; it is not part of the project."""
    if not SHARED.is_dir():
        pytest.skip("没有 ../shared 的资料，跳过与它核对的测试")
    return SHARED


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A server of its own; skipped where PostgreSQL is not installed."""
    programs = server_folder()
    if programs is None:
        pytest.skip("没有安装 PostgreSQL，跳过需要它的测试")
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:  # a short path: sockets have no long ones
        Path(folder).chmod(0o755)
        server = PostgresServer(programs, Path(folder) / "server")
        server.create()
        yield server
        server.stop("immediate")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty data base of each kind: the same tests run on both."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}"
    return str(request.getfixturevalue("postgres").database())


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """In CI a skipped test of what CI installs is a failure."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if report.skipped and os.environ.get("CI") == "true" and _is_installed_in_ci(item):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, where it must run: {report.longrepr}"


def _is_installed_in_ci(item: pytest.Item) -> bool:
    return any(item.get_closest_marker(name) for name in ("browser", "postgresql"))


@pytest.fixture
async def stores(store_url: str, tmp_path: Path) -> AsyncIterator[Stores]:
    """On each kind of data base."""
    async with open_stores(store_url, tmp_path / "key") as opened:
        yield opened
