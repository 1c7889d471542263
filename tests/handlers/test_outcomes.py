"""What Telegram says to a message, as an outcome."""

from datetime import timedelta

import httpx
import pytest
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter, TelegramError
from telegram.error import TimedOut as NoAnswer

from handlers.outcomes import is_topic_trouble, outcome_of
from scheduler.delivery import ChatGone, ChatMoved, Outcome, Rejected, SlowDown, TimedOut, TryLater


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (RetryAfter(30), SlowDown(timedelta(seconds=30))),
        (ChatMigrated(-1001), ChatMoved(-1001)),
        (Forbidden("Forbidden: bot was kicked from the supergroup chat"), ChatGone("kicked")),
        (Forbidden("Forbidden: bot is not a member of the supergroup chat"), ChatGone("left")),
        (Forbidden("Forbidden: the group chat was deleted"), ChatGone("deleted")),
        (Forbidden("Forbidden: bot was blocked by the user"), ChatGone("blocked")),
        (Forbidden("Forbidden: bot can't initiate conversation with a user"), ChatGone("not_started")),
        (Forbidden("Forbidden: user is deactivated"), ChatGone("deactivated")),
        (BadRequest("Chat not found"), ChatGone("not_found")),
        (BadRequest("Not enough rights to send text messages to the chat"), ChatGone("no_rights")),
        (BadRequest("CHAT_WRITE_FORBIDDEN"), ChatGone("no_rights")),
        (BadRequest("Message thread not found"), Rejected("topic")),
        (BadRequest("TOPIC_CLOSED"), Rejected("topic")),
        (BadRequest("Message is too long"), Rejected("refused")),
        (NoAnswer("Timed out"), TimedOut()),
        (NetworkError("Bad Gateway"), TryLater("network", is_doubtful=True)),
        (TelegramError("something new"), TryLater("TelegramError")),
    ],
)
def test_each_answer_has_its_outcome(error: TelegramError, outcome: Outcome) -> None:
    assert outcome_of(error) == outcome


@pytest.mark.parametrize("cause", [httpx.ConnectError("no"), httpx.ConnectTimeout("no"), httpx.PoolTimeout("no")])
def test_what_never_left_the_house_is_no_doubt(cause: Exception) -> None:
    for error in (NetworkError("x"), NoAnswer("x")):
        error.__cause__ = cause
        assert outcome_of(error) == TryLater("unreachable")


def test_a_closed_topic_is_no_closed_group() -> None:
    assert is_topic_trouble(BadRequest("TOPIC_CLOSED")) and is_topic_trouble(BadRequest("Message thread not found"))
    assert not is_topic_trouble(BadRequest("Chat not found"))
