"""Connections to the Bot API that don't look after one another."""

import asyncio
from typing import Any

import httpx
from telegram.error import TimedOut
from telegram.request import BaseRequest, HTTPXRequest

KEEP_ALIVE = 120  # seconds; httpx drops idle connections after 5: every other message would pay for a new one
_PATIENCE = 10.0  # seconds


class Connections(BaseRequest):
    """So many at most, each the only one in a pool of its own; who comes when all are busy waits.

    A pool of many asks each idle connection at every request whether it is still there: .7 ms a message when 16 send
    (docs/performance.md). Here the one used last is taken, and no other is looked at.
    """

    def __init__(self, count: int, *, patience: float = _PATIENCE) -> None:
        """patience: seconds until a request that finds all busy is given up: TimedOut from httpx.PoolTimeout."""
        limits = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=KEEP_ALIVE)
        shared = {"limits": limits, "verify": httpx.create_ssl_context()}
        self._all = [HTTPXRequest(1, pool_timeout=patience, httpx_kwargs=shared) for _ in range(count)]
        self._patience = patience
        self._free = asyncio.LifoQueue[HTTPXRequest]()
        for request in self._all:
            self._free.put_nowait(request)

    @property
    def read_timeout(self) -> float | None:
        return self._all[0].read_timeout

    async def initialize(self) -> None:
        for request in self._all:
            await request.initialize()

    async def shutdown(self) -> None:
        for request in self._all:
            await request.shutdown()

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        request = await self._next()
        try:
            return await request.do_request(*args, **kwargs)
        finally:
            self._free.put_nowait(request)

    async def _next(self) -> HTTPXRequest:
        try:
            async with asyncio.timeout(self._patience):
                return await self._free.get()
        except TimeoutError:
            raise TimedOut("all connections are busy") from httpx.PoolTimeout("nothing was sent")
