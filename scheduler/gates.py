"""How fast messages may leave: GCRA, one gate for the bot and one for each chat. Pure.

Telegram: 30 messages a second in all, 20 a minute in a group, about one a second in a private chat. The gates stay
below that: a busy machine sends late, and what was held up then leaves together with what is due.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Limit:
    """spacing: between two messages in the long run. burst: how many may go at once after a rest."""

    spacing: timedelta
    burst: int = 1

    @property
    def slack(self) -> timedelta:
        return self.spacing * (self.burst - 1)


BOT = Limit(timedelta(seconds=1 / 24))
GROUP = Limit(timedelta(seconds=4), burst=4)  # at most 15 + 4 in any minute
PRIVATE = Limit(timedelta(seconds=1.2), burst=3)
UNLIMITED = Limit(timedelta(microseconds=1), burst=1000)


@dataclass(frozen=True)
class Limits:
    """lookahead: how long before its time a message may be taken in hand. in_flight: how many at once."""

    bot: Limit = BOT
    group: Limit = GROUP
    private: Limit = PRIVATE
    lookahead: timedelta = timedelta(milliseconds=150)
    in_flight: int = 8

    def of_chat(self, chat_id: int) -> Limit:
        return self.group if chat_id < 0 else self.private


LIFTED = Limits(UNLIMITED, UNLIMITED, UNLIMITED, in_flight=16)


@dataclass(frozen=True)
class Gate:
    """free_at: GCRA's theoretical arrival time. shut_until: Telegram said so."""

    free_at: datetime
    shut_until: datetime

    def opens_at(self, limit: Limit, *, now: datetime) -> datetime:
        """The earliest moment for the next message, now or later."""
        return max(now, self.shut_until, self.free_at - limit.slack)

    def passed(self, limit: Limit, *, at: datetime) -> "Gate":
        """After a message at that moment."""
        return replace(self, free_at=max(self.free_at, at) + limit.spacing)

    def shut(self, until: datetime) -> "Gate":
        return replace(self, shut_until=max(self.shut_until, until))


def new_gate(now: datetime) -> Gate:
    return Gate(now, now)
