"""One message that has been promised: its states, what sending it came to, and what follows. Pure.

pending -> sending -> sent | pending (try later) | failed;  pending -> expired | withdrawn -> pending (planned again).
What is tried again ends by its grace, which is always reported, never by a number of attempts.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, TypeAlias, assert_never

from scheduler.rule import Kind

Purpose = Literal["remind", "nag", "checklist", "summary", "notice"]
State = Literal["pending", "sending", "sent", "expired", "failed", "withdrawn"]
GRACE: dict[Kind, timedelta] = {
    "meeting": timedelta(hours=12),
    "dues": timedelta(hours=48),
    "report": timedelta(hours=48),
    "study": timedelta(hours=12),
    "custom": timedelta(hours=12),
}
LATE = timedelta(minutes=2)  # from here on the message says that it is late
MAX_TIMEOUTS = 6  # each of them may have arrived; the pauses between them add up to eight minutes
OBSOLETE = "obsolete"  # the problem of what was withdrawn because there was nothing to say any more
_LONGEST_PAUSE = timedelta(minutes=10)
_RAREST = timedelta(hours=6)


@dataclass(frozen=True)
class Planned:
    """A delivery to be. key: unique for ever; planning the same again changes nothing.

    nominal: naive local. event_at, due_at, expires_at: aware, UTC. payload: JSON that the sender needs.
    """

    key: str
    chat_id: int
    thread_id: int | None
    purpose: Purpose
    due_at: datetime
    expires_at: datetime
    rule_id: int | None = None
    nominal: datetime | None = None
    event_at: datetime | None = None
    lead: str = ""
    payload: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Delivery:
    """A planned delivery with its fate so far.

    not_before: the earliest next attempt. is_doubtful: an earlier attempt may have arrived. attempts: begun, this one
    included; with `worker` it names one claim.
    """

    id: int
    planned: Planned
    state: State
    not_before: datetime
    attempts: int = 0
    timeouts: int = 0
    is_doubtful: bool = False
    worker: str = ""

    def is_late(self, now: datetime) -> bool:
        return now - self.planned.due_at > LATE


@dataclass(frozen=True)
class Sent:
    """detour: why it stands elsewhere in the chat than meant ("topic"); "" when it does not."""

    message_id: int
    detour: str = ""


@dataclass(frozen=True)
class TryLater:
    """Trouble that passes. is_doubtful: the message may have arrived all the same."""

    reason: str
    is_doubtful: bool = False


@dataclass(frozen=True)
class TimedOut:
    """The request went out and no answer came."""


@dataclass(frozen=True)
class SlowDown:
    """Told to wait, in this chat."""

    wait: timedelta


@dataclass(frozen=True)
class ChatMoved:
    new_chat_id: int


@dataclass(frozen=True)
class ChatGone:
    """No message can reach this chat until somebody does something there. reason: one of GONE_REASONS' keys."""

    reason: str


@dataclass(frozen=True)
class Rejected:
    """This message can't be sent as it is; a person must look."""

    reason: str


@dataclass(frozen=True)
class Obsolete:
    """There is nothing to say any more: the rule is paused or deleted, or nobody is left to be told."""


Outcome: TypeAlias = Sent | TryLater | TimedOut | SlowDown | ChatMoved | ChatGone | Rejected | Obsolete


@dataclass(frozen=True)
class Change:
    """What becomes of a delivery. message_id: of the message sent, else None."""

    state: State
    not_before: datetime
    timeouts: int
    is_doubtful: bool
    problem: str = ""
    message_id: int | None = None


def after_send(delivery: Delivery, outcome: Outcome, *, now: datetime) -> Change:
    match outcome:
        case Sent(message_id):
            return Change("sent", delivery.not_before, delivery.timeouts, delivery.is_doubtful, message_id=message_id)
        case Obsolete():
            return _ended(delivery, "withdrawn", OBSOLETE)
        case ChatMoved():
            return _again(delivery, now, "moved")
        case SlowDown(wait):
            return _again(delivery, now + wait, "slow_down")
        case TryLater(reason, is_doubtful):
            return _again(delivery, now + pause(delivery.attempts), reason, is_doubtful=is_doubtful)
        case TimedOut():
            return _timed_out(delivery, now)
        case ChatGone(reason) | Rejected(reason):
            return _ended(delivery, "failed", reason)
        case _:
            assert_never(outcome)


def _timed_out(delivery: Delivery, now: datetime) -> Change:
    """A notice is what says that something was not sent: it is tried on, ever more rarely."""
    is_notice, timeouts = delivery.planned.purpose == "notice", delivery.timeouts + 1
    if timeouts >= MAX_TIMEOUTS and not is_notice:
        return _ended(delivery, "failed", "timed_out")
    wait = min(timedelta(minutes=2 ** min(timeouts, 12)), _RAREST) if is_notice else pause(delivery.attempts + 3)
    return Change("pending", now + wait, timeouts, is_doubtful=True, problem="timed_out")


def _again(delivery: Delivery, at: datetime, reason: str, *, is_doubtful: bool = False) -> Change:
    return Change("pending", at, delivery.timeouts, delivery.is_doubtful or is_doubtful, reason)


def _ended(delivery: Delivery, state: State, reason: str) -> Change:
    return Change(state, delivery.not_before, delivery.timeouts, delivery.is_doubtful, reason)


def pause(attempts: int) -> timedelta:
    """2 s after the first attempt, doubling up to ten minutes."""
    return min(timedelta(seconds=2 ** min(attempts, 12)), _LONGEST_PAUSE)
