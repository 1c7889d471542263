"""Trouble on demand: what the next calls of the bot meet instead of a plain answer."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from sandbox.errors import ApiError, too_many_requests

SPARED_PREFIXES = ("get", "setwebhook", "deletewebhook")


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing is done."""

    error: ApiError


@dataclass(frozen=True, slots=True)
class ConnectionReset:
    """The connection breaks before anything is done."""


@dataclass(frozen=True, slots=True)
class AnswerLost:
    """The call is done, and the connection breaks before the answer."""


@dataclass(frozen=True, slots=True)
class AnswerLate:
    """The call is done, and answered so many seconds later."""

    seconds: float


Trouble = Refused | ConnectionReset | AnswerLost | AnswerLate


@dataclass(frozen=True, slots=True)
class Target:
    """Which calls are meant. `method` empty: any but those that only read or fetch updates; `chat_id` None: any."""

    method: str = ""
    chat_id: int | None = None

    def hit_by(self, method: str, chat_id: int | None) -> bool:
        if self.chat_id is not None and self.chat_id != chat_id:
            return False
        if self.method:
            return self.method.lower() == method
        return not method.startswith(SPARED_PREFIXES)


ANY = Target()


@dataclass(frozen=True, slots=True)
class Fault:
    """Over after `times` calls, or at `until` on the clock of the faults, whichever is set."""

    target: Target
    trouble: Trouble
    times: int | None = 1
    until: float | None = None


class Faults:
    """The first one planned that fits a call is used. `clock` is for storms: real seconds of any origin."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._planned: list[Fault] = []

    def plan(self, trouble: Trouble, *, times: int = 1, target: Target = ANY) -> None:
        self._planned.append(Fault(target, trouble, times))

    def slow(self, seconds: float, *, times: int = 1, target: Target = ANY) -> None:
        self.plan(AnswerLate(seconds), times=times, target=target)

    def reset(self, *, times: int = 1, target: Target = ANY) -> None:
        self.plan(ConnectionReset(), times=times, target=target)

    def storm(self, seconds: float, *, retry_after: int, target: Target = ANY) -> None:
        """Every call is refused with 429 until so many seconds have gone."""
        trouble = Refused(too_many_requests(retry_after))
        self._planned.append(Fault(target, trouble, times=None, until=self._clock() + seconds))

    def clear(self) -> None:
        self._planned.clear()

    def next_for(self, method: str, chat_id: int | None = None) -> Trouble | None:
        """Uses up one planned fault of this (lower-case) method, if there is one."""
        if not self._planned:
            return None
        now = self._clock()
        self._planned = [fault for fault in self._planned if fault.until is None or now < fault.until]
        for place, fault in enumerate(self._planned):
            if fault.target.hit_by(method, chat_id):
                self._use(place, fault)
                return fault.trouble
        return None

    def _use(self, place: int, fault: Fault) -> None:
        if fault.times is None:
            return
        if fault.times <= 1:
            del self._planned[place]
        else:
            self._planned[place] = replace(fault, times=fault.times - 1)
