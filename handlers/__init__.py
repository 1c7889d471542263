"""All that speaks to Telegram. build_application() is the table of contents."""

from handlers.application import ALLOWED_UPDATES, build_application
from handlers.logs import TokenFilter, set_up_logging
from handlers.menus import publish_commands
from handlers.sender import open_sender
from handlers.services import BotApplication, Services

__all__ = [
    "ALLOWED_UPDATES",
    "BotApplication",
    "Services",
    "TokenFilter",
    "build_application",
    "open_sender",
    "publish_commands",
    "set_up_logging",
]
