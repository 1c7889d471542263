from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage import Stores, open_stores
from tests.conftest import FakeClock
from tests.scheduler.kit import FakeSender, Scene


@pytest.fixture
async def stores(store_url: str, tmp_path: Path) -> AsyncIterator[Stores]:
    """Of each kind of data base."""
    async with open_stores(store_url, tmp_path / "key") as opened:
        yield opened


@pytest.fixture
async def scene(stores: Stores, clock: FakeClock) -> Scene:
    return Scene(stores, clock, FakeSender())
