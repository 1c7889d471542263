"""The last resort: logs what went wrong without anyone's words, and stays up."""

import logging

from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, RetryAfter

from handlers.services import Context

_log = logging.getLogger("handlers.errors")


async def on_error(update: object, context: Context) -> None:
    error = context.error
    match error:
        case Forbidden():
            _log.info("chat.gone 被移出群或被拉黑，不再回复")
        case ChatMigrated(new_chat_id=new):
            _log.info("chat.migrated new=%s", new)
        case RetryAfter():
            _log.warning("telegram.slow_down %s", error)
        case BadRequest():
            _log.warning("telegram.bad_request %s", error)
        case NetworkError():
            _log.warning("telegram.network %s", type(error).__name__)
        case _:
            _log.error("handler.failed %s", type(error).__name__, exc_info=_frames_only(error))


class _HiddenError(Exception):
    """Stands in for an error in the log."""


def _frames_only(error: BaseException | None) -> BaseException | None:
    """The traceback without the error's text, which may hold a member's words."""
    if error is None:
        return None
    return _HiddenError().with_traceback(error.__traceback__)
