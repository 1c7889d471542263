"""What the stand-in has taken from the bot, in order: the count against which lost and doubled messages show."""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["message", "document", "edit"]
ROOM = 300_000


@dataclass(frozen=True, slots=True)
class Accepted:
    """`at`: this machine's epoch seconds, never going back, whatever the sandbox's own clock says.

    Accepted means stored: also when the answer got lost on its way.
    """

    at: float
    kind: Kind
    chat_id: int
    message_id: int
    text: str


class Journal:
    """Holds the newest `room` entries; `forgotten` says how many older ones had to go."""

    def __init__(self, clock: Callable[[], float] = time.time, *, room: int = ROOM) -> None:
        self._clock = clock
        self._entries: deque[Accepted] = deque(maxlen=room)
        self._last_at = 0.0
        self._total = 0

    def write(self, kind: Kind, chat_id: int, message_id: int, text: str) -> None:
        self._last_at = max(self._last_at, self._clock())
        self._total += 1
        self._entries.append(Accepted(self._last_at, kind, chat_id, message_id, text))

    def __iter__(self) -> Iterator[Accepted]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def forgotten(self) -> int:
        return self._total - len(self._entries)

    def clear(self) -> None:
        self._entries.clear()
        self._total = 0


def sends(entries: Iterable[Accepted]) -> list[Accepted]:
    """Without the edits, which Telegram counts apart."""
    return [entry for entry in entries if entry.kind != "edit"]


def most_in_any(entries: Iterable[Accepted], seconds: float) -> int:
    """The fullest window: most entries less than `seconds` apart. Entries come in order of time."""
    window: deque[float] = deque()
    most = 0
    for entry in entries:
        window.append(entry.at)
        while entry.at - window[0] >= seconds:
            window.popleft()
        most = max(most, len(window))
    return most


def most_in_any_by_chat(entries: Iterable[Accepted], seconds: float) -> dict[int, int]:
    """The fullest window of each chat by itself."""
    by_chat: dict[int, list[Accepted]] = {}
    for entry in entries:
        by_chat.setdefault(entry.chat_id, []).append(entry)
    return {chat_id: most_in_any(own, seconds) for chat_id, own in by_chat.items()}
