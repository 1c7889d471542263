"""Several chats at once, one chat in order."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from weakref import WeakValueDictionary

from telegram import Update
from telegram.ext import BaseUpdateProcessor

_WAITING = 10_000  # updates that may wait for their chat's turn


@dataclass(frozen=True)
class _Place:
    """One of the places, held by the task that works on an update; tasks that it starts hold none."""

    places: asyncio.Semaphore
    holder: asyncio.Task[object] | None


_place: ContextVar[_Place | None] = ContextVar("place", default=None)


@asynccontextmanager
async def stepping_aside() -> AsyncIterator[None]:
    """While waiting inside, the update that is worked on holds no place, so that other chats go on."""
    place = _place.get()
    if place is None or place.holder is not asyncio.current_task():
        yield
        return
    place.places.release()
    try:
        yield
    finally:
        await place.places.acquire()


class OrderedByChat(BaseUpdateProcessor):
    """Updates of one chat run one after the other; of different chats, up to `at_once` at once.

    What waits for its own chat, or steps aside, holds no place: busy groups do not hold up the others.
    """

    def __init__(self, at_once: int) -> None:
        super().__init__(_WAITING)
        self._places = asyncio.Semaphore(at_once)
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def do_process_update(self, update: object, coroutine: Awaitable[object]) -> None:
        async with self._lock(update), self._places:
            held = _place.set(_Place(self._places, asyncio.current_task()))
            try:
                await coroutine
            finally:
                _place.reset(held)

    def _lock(self, update: object) -> asyncio.Lock:
        if not isinstance(update, Update) or update.effective_chat is None:
            return asyncio.Lock()
        return self._locks.setdefault(update.effective_chat.id, asyncio.Lock())

    async def initialize(self) -> None:
        return None

    async def shutdown(self) -> None:
        return None
