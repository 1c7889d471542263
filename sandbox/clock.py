"""The sandbox's own time, which a person may move on."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class MovableClock:
    """Real time plus a shift. Calling it gives epoch seconds."""

    def __init__(self, real: Callable[[], float] = time.time) -> None:
        self._real = real
        self._shift = 0.0

    def __call__(self) -> float:
        return self._real() + self._shift

    def now(self) -> datetime:
        """Aware, in UTC."""
        return datetime.fromtimestamp(self(), UTC)

    def move_to(self, moment: datetime, *, back: bool = False) -> None:
        """`moment` is aware. Raises ValueError when it has passed, unless `back` allows that."""
        if moment.tzinfo is None:
            raise ValueError(f"{moment.isoformat()} has no time zone")
        self.move(timedelta(seconds=moment.timestamp() - self()), back=back)

    def move(self, span: timedelta, *, back: bool = False) -> None:
        if span < timedelta() and not back:
            raise ValueError(f"the clock only goes forward, not by {span.total_seconds()} seconds; back=True allows it")
        self._shift += span.total_seconds()
