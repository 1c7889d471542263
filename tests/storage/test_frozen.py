"""A process that hangs in the middle of a transaction holds up the others for seconds, not for ever."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from scheduler.gates import LIFTED
from storage import Stores
from tests.conftest import FakeClock
from tests.postgres import PostgresServer

pytestmark = pytest.mark.postgresql
WITHIN_THE_PROMISE = 30.0  # seconds


@pytest.fixture
def store_url(postgres: PostgresServer) -> str:
    """Of the kind that several processes share."""
    return postgres.database()


async def said(stores: Stores, setting: str) -> str:
    async with stores.deliveries.engine.connect() as connection:
        return str((await connection.execute(text(f"SHOW {setting}"))).scalar_one())


async def test_the_server_ends_a_transaction_that_hangs(stores: Stores) -> None:
    first, again = [await said(stores, "idle_in_transaction_session_timeout") for _ in range(2)]
    assert first == again and 0 < float(first.removesuffix("s")) <= WITHIN_THE_PROMISE


async def test_a_server_that_is_not_there_any_more_is_not_waited_for(stores: Stores) -> None:
    async with stores.deliveries.engine.connect() as connection:
        link = (await connection.get_raw_connection()).driver_connection
        assert link is not None
        known = link.info.get_parameters()
    assert 0 < int(known["tcp_user_timeout"]) <= 1000 * WITHIN_THE_PROMISE
    probing = int(known["keepalives_idle"]) + int(known["keepalives_interval"]) * int(known["keepalives_count"])
    assert probing <= WITHIN_THE_PROMISE


async def test_the_others_go_on_once_the_lock_of_a_frozen_claim_is_free(stores: Stores, clock: FakeClock) -> None:
    store = stores.deliveries

    async def claim() -> None:
        await store.claim("other", now=clock(), lease=timedelta(seconds=60), count=1, limits=LIFTED)

    await claim()
    frozen = await store.engine.connect()
    await frozen.execute(text("SET idle_in_transaction_session_timeout = '300ms'"))
    await frozen.execute(text("SELECT * FROM gates WHERE name = 'bot' FOR UPDATE"))
    await asyncio.wait_for(claim(), 5)
    with pytest.raises(DBAPIError):
        await frozen.execute(text("UPDATE gates SET free_at = 0"))
    await frozen.invalidate()
    await frozen.close()
