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

    def __len__(self) -> int:
        return len(self._kept)

    def put(self, key: Hashable, value: _Value, *, now: datetime) -> None:
        self._kept.pop(key, None)
        self._kept[key] = (now, value)
        while self._kept and (len(self._kept) > self._capacity or self._is_old(next(iter(self._kept)), now)):
            self._kept.popitem(last=False)

    def get(self, key: Hashable, *, now: datetime) -> _Value | None:
        if key not in self._kept:
            return None
        if self._is_old(key, now):
            del self._kept[key]
            return None
        return self._kept[key][1]

    def sweep(self, *, now: datetime) -> None:
        """Forget what is past its lifetime, also when nobody asks for it."""
        for key in [k for k in self._kept if self._is_old(k, now)]:
            del self._kept[key]

    def _is_old(self, key: Hashable, now: datetime) -> bool:
        return now - self._kept[key][0] > self._lifetime

    def forget(self, key: Hashable) -> None:
        self._kept.pop(key, None)

    def forget_member(self, user_id: int) -> None:
        """Drop every value whose key ends with the member's id."""
        for key in [k for k in self._kept if isinstance(k, tuple) and k[-1] == user_id]:
            del self._kept[key]

    def forget_where(self, matches: Callable[[_Value], bool]) -> None:
        for key in [k for k, (_, value) in self._kept.items() if matches(value)]:
            del self._kept[key]
