"""Several chats at once, one chat in order."""

import asyncio
from collections.abc import Awaitable
from weakref import WeakValueDictionary

from telegram import Update
from telegram.ext import BaseUpdateProcessor

_WAITING = 10_000  # updates that may wait for their chat's turn


class OrderedByChat(BaseUpdateProcessor):
    """Updates of one chat run one after the other; of different chats, up to `at_once` at once.

    What waits for its own chat holds no place, so that one busy group does not hold up the others.
    """

    def __init__(self, at_once: int) -> None:
        super().__init__(_WAITING)
        self._places = asyncio.Semaphore(at_once)
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def do_process_update(self, update: object, coroutine: Awaitable[object]) -> None:
        async with self._lock(update), self._places:
            await coroutine

    def _lock(self, update: object) -> asyncio.Lock:
        if not isinstance(update, Update) or update.effective_chat is None:
            return asyncio.Lock()
        return self._locks.setdefault(update.effective_chat.id, asyncio.Lock())

    async def initialize(self) -> None:
        return None

    async def shutdown(self) -> None:
        return None
