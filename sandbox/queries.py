"""Pressed buttons and inline questions that still wait for the bot's answer."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from sandbox.model import InlineResult, User


@dataclass(frozen=True, slots=True)
class Waiting:
    user: User
    text: str
    asked_at: float


class Queries:
    """Remembers the newest `keep`; an id can be answered until `lifetime` seconds have gone."""

    def __init__(self, clock: Callable[[], float], *, lifetime: float, keep: int = 1_000) -> None:
        self._clock = clock
        self._lifetime = lifetime
        self._keep = keep
        self._ids = count(4_000_000_000_000_001)
        self._waiting: OrderedDict[str, Waiting] = OrderedDict()

    def ask(self, user: User, text: str) -> str:
        query_id = str(next(self._ids))
        self._waiting[query_id] = Waiting(user, text, self._clock())
        while len(self._waiting) > self._keep:
            self._waiting.popitem(last=False)
        return query_id

    def take(self, query_id: str) -> Waiting | None:
        """Each can be answered once; None: unknown, answered or too old."""
        found = self._waiting.pop(query_id, None)
        fresh = found and self._clock() - found.asked_at <= self._lifetime
        return found if fresh else None

    def expire_all(self) -> None:
        self._waiting.clear()


class Offers:
    """The last inline results that each person was shown."""

    def __init__(self) -> None:
        self._by_user: dict[int, tuple[InlineResult, ...]] = {}

    def show(self, user: User, results: tuple[InlineResult, ...]) -> None:
        self._by_user[user.id] = results

    def pick(self, user: User, result_id: str) -> InlineResult | None:
        offered = self._by_user.get(user.id, ())
        return next((result for result in offered if result.id == result_id), None)
