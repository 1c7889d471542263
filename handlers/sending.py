"""Calls of the Bot API that survive what happens to them: slow-downs, hiccups, groups that moved."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

from telegram.error import BadRequest, ChatMigrated, NetworkError, RetryAfter, TimedOut
from telegram.ext import BaseRateLimiter

from handlers.order import stepping_aside

ATTEMPTS = 3
LONGEST_WAIT = 60.0  # seconds; an answer that Telegram wants later than that is not worth waiting for


class Patient(BaseRateLimiter[None]):
    """Waits as long as Telegram asks, in the chat concerned alone; repeats after server trouble.

    A time-out is not repeated: the message may have arrived. python-telegram-bot's own limiter stops every chat when
    one of them is told to slow down.
    """

    async def initialize(self) -> None:
        return None

    async def shutdown(self) -> None:
        return None

    async def process_request(  # noqa: PLR0913  the library's signature
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: None,
    ) -> Any:
        for attempt in range(1, ATTEMPTS):
            try:
                return await callback(*args, **kwargs)
            except RetryAfter as error:
                seconds = _seconds(error.retry_after)
                if seconds > LONGEST_WAIT:
                    raise
                await _slept(seconds)
            except ChatMigrated as error:
                data["chat_id"] = error.new_chat_id
                data.pop("reply_parameters", None)
            except (BadRequest, TimedOut):
                raise
            except NetworkError:
                await _slept(attempt)
        return await callback(*args, **kwargs)


async def _slept(seconds: float) -> None:
    """Many chats may be told to wait at once: meanwhile others are served."""
    async with stepping_aside():
        await asyncio.sleep(seconds)


def _seconds(wait: float | timedelta) -> float:
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
