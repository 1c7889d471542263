import pytest

from storage import Stores
from tests.conftest import FakeClock
from tests.scheduler.kit import FakeSender, Scene


@pytest.fixture
async def scene(stores: Stores, clock: FakeClock) -> Scene:
    return Scene(stores, clock, FakeSender())
