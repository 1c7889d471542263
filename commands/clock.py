"""The clock of the bot: the machine's, or the data base's where several machines share one."""

import asyncio
import logging
import time
from datetime import UTC, datetime, timedelta

from storage import StoreError, Stores

_EVERY_SECONDS = 60.0
_TRIES = 3
_SLOWEST_ANSWER = 1.0  # seconds; of a slower one nobody knows what it was the time of
_log = logging.getLogger("bot")


class SharedClock:
    """Now, aware, UTC, as the data base has it; the machine's own clock may be set back and forth meanwhile."""

    def __init__(self) -> None:
        self._synced: tuple[datetime, float] | None = None

    def __call__(self) -> datetime:
        if self._synced is None:
            return datetime.now(UTC)
        then, ticks = self._synced
        return then + timedelta(seconds=_ticks() - ticks)

    async def keep_in_step(self, stores: Stores) -> None:
        """For ever; while the data base does not answer, what it said last stands."""
        while True:
            await self.sync(stores)
            await asyncio.sleep(_EVERY_SECONDS)

    async def sync(self, stores: Stores) -> None:
        if stores.is_alone:
            return
        for _ in range(_TRIES):
            begun = _ticks()
            try:
                theirs = await stores.now()
            except StoreError as error:
                _log.warning("clock.not_synced %s", error)
                return
            is_quick = _ticks() - begun < _SLOWEST_ANSWER
            if is_quick or self._synced is None:
                self._synced = theirs, _ticks()
            if is_quick:
                return


def _ticks() -> float:
    """Seconds that only grow, also while a laptop sleeps, where the system counts those."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()
