"""Shared by all tests: the shipped knowledge, learnt once, and a clock that moves by hand."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from knowledge import KnowledgeBase

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


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """In CI a skipped browser test is a failure."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if report.skipped and os.environ.get("CI") == "true" and item.get_closest_marker("browser"):
        report.outcome = "failed"
        report.longrepr = f"a browser test was skipped in CI: {report.longrepr}"
