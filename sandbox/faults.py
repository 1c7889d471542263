"""Trouble on demand: the next calls of a method fail, or are done but their answer is lost."""

from dataclasses import dataclass, replace

from sandbox.errors import ApiError

SPARED_PREFIXES = ("get", "setwebhook", "deletewebhook")


class AnswerLostError(Exception):
    """The connection closes after the work is done."""


@dataclass(frozen=True, slots=True)
class Fault:
    """`method` empty: any method but those that only read or fetch updates."""

    method: str
    trouble: ApiError | AnswerLostError
    times: int

    def hits(self, method: str) -> bool:
        if self.method:
            return self.method == method
        return not method.startswith(SPARED_PREFIXES)


class Faults:
    def __init__(self) -> None:
        self._planned: list[Fault] = []

    def plan(self, method: str, trouble: ApiError | AnswerLostError, times: int) -> None:
        self._planned.append(Fault(method.lower(), trouble, times))

    def clear(self) -> None:
        self._planned.clear()

    def next_for(self, method: str) -> ApiError | AnswerLostError | None:
        """Uses up one planned fault of this (lower-case) method, if there is one."""
        for place, fault in enumerate(self._planned):
            if fault.hits(method):
                self._use(place, fault)
                return fault.trouble
        return None

    def _use(self, place: int, fault: Fault) -> None:
        if fault.times <= 1:
            del self._planned[place]
        else:
            self._planned[place] = replace(fault, times=fault.times - 1)
