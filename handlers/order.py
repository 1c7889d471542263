"""Several chats at once, one chat in order."""

import asyncio
from collections.abc import Awaitable
from weakref import WeakValueDictionary

from telegram import Update
from telegram.ext import BaseUpdateProcessor


class OrderedByChat(BaseUpdateProcessor):
    """Updates of one chat run one after the other; of different chats, up to max_concurrent_updates at once."""

    def __init__(self, max_concurrent_updates: int) -> None:
        super().__init__(max_concurrent_updates)
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def do_process_update(self, update: object, coroutine: Awaitable[object]) -> None:
        lock = self._lock(update)
        async with lock:
            await coroutine

    def _lock(self, update: object) -> asyncio.Lock:
        if not isinstance(update, Update) or update.effective_chat is None:
            return asyncio.Lock()
        return self._locks.setdefault(update.effective_chat.id, asyncio.Lock())

    async def initialize(self) -> None:
        return None

    async def shutdown(self) -> None:
        return None
