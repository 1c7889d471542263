"""The token stays out of every log record, in messages and in tracebacks alike."""

import logging
import re

_TOKEN = re.compile(r"\d{5,}:[A-Za-z0-9_-]{20,}")
_HIDDEN = "<token>"


class TokenFilter(logging.Filter):
    def __init__(self, token: str = "") -> None:
        super().__init__()
        self._token = token

    def _clean(self, text: str) -> str:
        text = text.replace(self._token, _HIDDEN) if self._token else text
        return _TOKEN.sub(_HIDDEN, text)

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = self._clean(record.getMessage()), None
        if record.exc_info and record.exc_info[0] is not None:
            record.exc_text = self._clean(logging.Formatter().formatException(record.exc_info))
            record.exc_info = None
        elif record.exc_text:
            record.exc_text = self._clean(record.exc_text)
        return True


def set_up_logging(token: str, level: str = "INFO") -> None:
    handler = logging.StreamHandler()
    handler.addFilter(TokenFilter(token))
    logging.basicConfig(
        level=level, format="%(asctime)s %(levelname)s %(name)s %(message)s", handlers=[handler], force=True
    )
    for noisy in ("httpx", "httpcore", "alembic", "sqlalchemy", "aiosqlite"):  # SQL would show members' words
        logging.getLogger(noisy).setLevel(logging.WARNING)
    for wordy in ("telegram", "asyncio"):  # their DEBUG shows whole updates
        logging.getLogger(wordy).setLevel(max(logging.INFO, logging.getLogger().level))
