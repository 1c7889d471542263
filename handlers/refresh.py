"""Edits of buttons, put together: the first at once, then one every few seconds; the last state always arrives."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from telegram import Bot, InlineKeyboardMarkup
from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError

from storage import StoreError

PAUSE = 3.0  # seconds between two edits of a message
_LONGEST_PAUSE = 60.0
_TRIES = 8  # in a row; the next tap begins anew
_STOP_SECONDS = 3.0
Place: TypeAlias = tuple[int, int]  # chat_id, message_id
MakeMarkup: TypeAlias = Callable[[], Awaitable[InlineKeyboardMarkup | None]]
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Wish:
    bot: Bot
    make: MakeMarkup


class Refresher:
    """One task for each message whose buttons change at the moment; it ends when they have come to rest."""

    def __init__(self, pause: float = PAUSE) -> None:
        self._pause = pause
        self._wishes: dict[Place, _Wish] = {}
        self._tasks: dict[Place, asyncio.Task[None]] = {}
        self._ending = asyncio.Event()

    @property
    def busy(self) -> int:
        """How many messages are being kept right."""
        return len(self._tasks)

    def changed(self, bot: Bot, place: Place, make: MakeMarkup) -> None:
        """The buttons there are to be as `make` says at the moment of the edit. Returns at once."""
        if self._ending.is_set():
            return
        self._wishes[place] = _Wish(bot, make)
        if place not in self._tasks:
            self._tasks[place] = asyncio.create_task(self._serve(place))

    async def stop(self) -> None:
        """What is still to be put right is done now, and dropped when that takes longer than a few seconds."""
        self._ending.set()
        if tasks := list(self._tasks.values()):
            _, late = await asyncio.wait(tasks, timeout=_STOP_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _serve(self, place: Place) -> None:
        failures = 0
        try:
            while (wish := self._wishes.pop(place, None)) is not None:
                again_in = await _attempt(place, wish)
                failures = 0 if again_in is None else failures + 1
                if again_in is not None and failures < _TRIES and not self._ending.is_set():
                    self._wishes.setdefault(place, wish)
                await self._rest(max(again_in or 0.0, min(self._pause * 2**failures, _LONGEST_PAUSE)))
        finally:
            del self._tasks[place]

    async def _rest(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._ending.wait(), seconds)


async def _attempt(place: Place, wish: _Wish) -> float | None:
    """None: done, or not to be done any more. Else the seconds that Telegram wants to be left alone."""
    chat_id, message_id = place
    try:
        markup = await wish.make()
        await wish.bot.edit_message_reply_markup(chat_id=chat_id, message_id=message_id, reply_markup=markup)
    except RetryAfter as error:
        wait = error.retry_after
        return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
    except BadRequest as error:
        if "not modified" not in str(error).lower():
            _log.info("counts.dropped %s", error)
    except (NetworkError, StoreError) as error:
        _log.warning("counts.later %s", type(error).__name__)
        return 0.0
    except TelegramError as error:
        _log.info("counts.dropped %s", type(error).__name__)
    except Exception:  # one message's trouble; the next tap tries again
        _log.exception("counts.failed")
    return None
