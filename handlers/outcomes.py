"""What Telegram said to a message -> what that means for the delivery. Pure."""

from dataclasses import replace
from datetime import timedelta

import httpx
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter, TelegramError
from telegram.error import TimedOut as NoAnswer

from scheduler.delivery import ChatGone, ChatMoved, Outcome, Rejected, SlowDown, TimedOut, TryLater

_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_TOPIC = ("topic_closed", "message thread not found", "topic_deleted", "topic_id_invalid")
_RIGHTS = (
    "not enough rights",
    "chat_write_forbidden",
    "chat_restricted",
    "have no rights",
    "chat_send_plain_forbidden",
)
_GONE = {
    "kicked": "kicked",
    "not a member": "left",
    "chat was deleted": "deleted",
    "blocked by the user": "blocked",
    "can't initiate conversation": "not_started",
    "user is deactivated": "deactivated",
    "chat not found": "not_found",
}


def outcome_of(error: TelegramError) -> Outcome:
    said = str(error).lower()
    match error:
        case RetryAfter():
            wait = error.retry_after
            return SlowDown(wait if isinstance(wait, timedelta) else timedelta(seconds=wait))
        case ChatMigrated():
            return ChatMoved(error.new_chat_id)
        case Forbidden() | BadRequest():
            return _refused(said)
        case NoAnswer():
            never_left = isinstance(error.__cause__, _NEVER_LEFT)
            return TryLater("unreachable") if never_left else TimedOut()
        case NetworkError():
            never_left = isinstance(error.__cause__, _NEVER_LEFT)
            return TryLater("unreachable" if never_left else "network", is_doubtful=not never_left)
        case _:
            return TryLater(type(error).__name__)


def unsent(outcome: Outcome) -> Outcome:
    """Of a question to Telegram that came before the message: that one has surely not arrived."""
    match outcome:
        case TimedOut():
            return TryLater("unreachable")
        case TryLater():
            return replace(outcome, is_doubtful=False)
        case _:
            return outcome


def is_topic_trouble(error: TelegramError) -> bool:
    """The group is there, but its topic is closed or gone."""
    return isinstance(error, BadRequest) and any(words in str(error).lower() for words in _TOPIC)


def _refused(said: str) -> Outcome:
    for words, reason in _GONE.items():
        if words in said:
            return ChatGone(reason)
    if any(words in said for words in _RIGHTS):
        return ChatGone("no_rights")
    return Rejected("topic" if any(words in said for words in _TOPIC) else "refused")
