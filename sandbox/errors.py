"""Errors of the stand-in: what Telegram would answer, and what a person at the page can fix."""

from collections.abc import Mapping


class ApiError(Exception):
    """An answer with ok=false; `description` is Telegram's own wording."""

    def __init__(self, code: int, description: str, parameters: Mapping[str, int] | None = None) -> None:
        super().__init__(f"{code} {description}")
        self.code = code
        self.description = description
        self.parameters = dict(parameters or {})

    def body(self) -> dict[str, object]:
        answer: dict[str, object] = {
            "ok": False,
            "error_code": self.code,
            "description": self.description,
        }
        return answer | ({"parameters": self.parameters} if self.parameters else {})


class SandboxError(Exception):
    """What the person who uses the page or starts the sandbox can fix; the text is Chinese."""

    def __init__(self, reason: str, *, status: int = 400) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status = status


def bad_request(reason: str) -> ApiError:
    return ApiError(400, f"Bad Request: {reason}")


def forbidden(reason: str) -> ApiError:
    return ApiError(403, f"Forbidden: {reason}")


def group_deleted() -> ApiError:
    return forbidden("the group chat was deleted")


def user_deactivated() -> ApiError:
    return forbidden("user is deactivated")


def conflict(reason: str) -> ApiError:
    return ApiError(409, f"Conflict: {reason}")


def too_many_requests(retry_after: int) -> ApiError:
    text = f"Too Many Requests: retry after {retry_after}"
    return ApiError(429, text, {"retry_after": retry_after})


def upgraded_to(chat_id: int) -> ApiError:
    text = "Bad Request: group chat was upgraded to a supergroup chat"
    return ApiError(400, text, {"migrate_to_chat_id": chat_id})


def not_found() -> ApiError:
    return ApiError(404, "Not Found")


def forbidden_here() -> ApiError:
    """Not Telegram's: a page of another site tries to use the stand-in."""
    return ApiError(403, "Forbidden: the stand-in is for programs of this machine")


def unauthorized() -> ApiError:
    return ApiError(401, "Unauthorized")


NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)
OTHER_POLLER = "terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_IS_ACTIVE = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
STALE_QUERY = "query is too old and response timeout expired or query ID is invalid"
