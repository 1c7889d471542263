"""The clock of the bot: the machine's, or the data base's where several machines share one."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

from storage import StoreError, Stores

_EVERY_SECONDS = 60.0
_log = logging.getLogger("bot")


class SharedClock:
    """Now, aware, UTC, as the data base has it."""

    def __init__(self) -> None:
        self._offset = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._offset

    async def keep_in_step(self, stores: Stores) -> None:
        """For ever; while the data base does not answer, the last difference stands."""
        while True:
            await self.sync(stores)
            await asyncio.sleep(_EVERY_SECONDS)

    async def sync(self, stores: Stores) -> None:
        try:
            self._offset = await stores.clock_offset(datetime.now(UTC))
        except StoreError as error:
            _log.warning("clock.not_synced %s", error)
