"""Short-lived, bounded memory. Nothing here is written to disk."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from knowledge import Reply

_Value = TypeVar("_Value")


@dataclass(frozen=True)
class Answered:
    """The reply to a question: where it stands, what was asked, by whom."""

    message_id: int
    question: str
    user_id: int
    reply: Reply
    html: str


class Memory(Generic[_Value]):
    """Forgets a value after its lifetime, and the oldest when there are too many."""

    def __init__(self, lifetime: timedelta, capacity: int) -> None:
        self._lifetime = lifetime
        self._capacity = capacity
        self._kept: OrderedDict[Hashable, tuple[datetime, _Value]] = OrderedDict()

    def put(self, key: Hashable, value: _Value, *, now: datetime) -> None:
        self._kept.pop(key, None)
        self._kept[key] = (now, value)
        while len(self._kept) > self._capacity:
            self._kept.popitem(last=False)

    def get(self, key: Hashable, *, now: datetime) -> _Value | None:
        kept = self._kept.get(key)
        if kept is None or now - kept[0] > self._lifetime:
            self._kept.pop(key, None)
            return None
        return kept[1]

    def forget(self, key: Hashable) -> None:
        self._kept.pop(key, None)

    def forget_member(self, user_id: int) -> None:
        """Drop every value whose key ends with the member's id."""
        for key in [k for k in self._kept if isinstance(k, tuple) and k[-1] == user_id]:
            del self._kept[key]

    def forget_where(self, matches: Callable[[_Value], bool]) -> None:
        for key in [k for k, (_, value) in self._kept.items() if matches(value)]:
            del self._kept[key]
