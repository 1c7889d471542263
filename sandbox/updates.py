"""The queue of updates: numbered, kept until confirmed, fetched by one long poll at a time."""

import asyncio
import json
from collections import OrderedDict
from itertools import islice

from sandbox.api_json import Json
from sandbox.errors import OTHER_POLLER, WEBHOOK_IS_ACTIVE, ApiError, conflict

KINDS = frozenset(
    {
        "message",
        "edited_message",
        "callback_query",
        "inline_query",
        "my_chat_member",
        "chat_member",
    }
)
ON_REQUEST = frozenset({"chat_member"})
FIRST_NUMBER = 500_000_001


class Updates:
    """Updates are encoded once, when they come; the oldest go when nobody fetches them."""

    def __init__(self, *, keep: int = 50_000) -> None:
        self._keep = keep
        self._waiting: OrderedDict[int, str] = OrderedDict()
        self._next_number = FIRST_NUMBER
        self._poller: asyncio.Future[None] | None = None
        self._arrived: list[asyncio.Event] = []
        self.allowed: frozenset[str] = KINDS - ON_REQUEST
        self.webhook_is_active = False

    def allow(self, kinds: list[str]) -> None:
        """An empty list is Telegram's default: all but those asked for by name."""
        self.allowed = frozenset(kinds) if kinds else KINDS - ON_REQUEST

    def put(self, kind: str, payload: Json) -> None:
        if kind not in self.allowed:
            return
        number = self._next_number
        self._next_number += 1
        update = {"update_id": number, kind: payload}
        self._waiting[number] = json.dumps(update, ensure_ascii=False, separators=(",", ":"))
        while len(self._waiting) > self._keep:
            self._waiting.popitem(last=False)
        self._wake()

    def _wake(self) -> None:
        for event in self._arrived:
            event.set()
        poller, self._poller = self._poller, None
        if poller and not poller.done():
            poller.set_result(None)

    def watch(self) -> asyncio.Event:
        """An event that is set whenever something arrives (for the webhook)."""
        event = asyncio.Event()
        self._arrived.append(event)
        return event

    @property
    def is_polled(self) -> bool:
        """Somebody waits in a long poll right now."""
        return self._poller is not None

    @property
    def pending(self) -> int:
        return len(self._waiting)

    def oldest(self) -> tuple[int, str] | None:
        return next(iter(self._waiting.items()), None)

    def confirm(self, offset: int) -> None:
        """Forgets what was delivered; a negative offset keeps only that many from the end."""
        if offset < 0:
            offset = self._next_number + offset
        while self._waiting and next(iter(self._waiting)) < offset:
            self._waiting.popitem(last=False)

    def drop_all(self) -> None:
        self._waiting.clear()

    def interrupt(self, reason: ApiError) -> None:
        """Ends the long poll under way with an error."""
        poller, self._poller = self._poller, None
        if poller and not poller.done():
            poller.set_exception(reason)

    async def poll(self, offset: int, limit: int, seconds: float) -> list[str]:
        """The newest poller wins: an older one gets 409 at once."""
        if self.webhook_is_active:
            raise conflict(WEBHOOK_IS_ACTIVE)
        self.interrupt(conflict(OTHER_POLLER))
        self.confirm(offset)
        if not self._waiting and seconds > 0:
            await self._sleep(seconds)
        return list(islice(self._waiting.values(), limit))

    async def _sleep(self, seconds: float) -> None:
        poller = asyncio.get_running_loop().create_future()
        self._poller = poller
        try:
            await asyncio.wait_for(poller, seconds)
        except TimeoutError:
            pass
        finally:
            if self._poller is poller:
                self._poller = None
