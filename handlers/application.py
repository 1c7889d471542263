"""The PTB application: connections, handlers in their order, what happens at start."""

import asyncio
from http import HTTPStatus
from typing import Any, cast

from telegram.ext import (
    Application,
    BaseHandler,
    CallbackQueryHandler,
    ChatMemberHandler,
    CommandHandler,
    ContextTypes,
    Defaults,
    InlineQueryHandler,
    MessageHandler,
    filters,
)

from handlers.answering import on_answer, on_how
from handlers.callbacks import on_press
from handlers.connections import Connections
from handlers.draft_presses import on_draft_press, on_typed
from handlers.dues import on_dues, on_dues_press
from handlers.errors import on_error
from handlers.inline import on_inline
from handlers.leader import on_leader_press
from handlers.membership import on_migrated, on_my_member, on_private
from handlers.menus import BEGIN, on_about, on_forget, on_help, on_id, on_privacy, on_start, on_topics
from handlers.order import OrderedByChat
from handlers.questions import on_ask, on_edited, on_message, on_unknown_command
from handlers.reminders import on_manage_press, on_reminders
from handlers.roster import on_join, on_leave, on_left, on_member, on_roster, on_roster_press
from handlers.sending import Patient
from handlers.services import BotApplication, Context, Services
from handlers.setup import on_remind, on_setup, on_setup_press
from handlers.upcoming import on_calendar, on_next

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "inline_query", "my_chat_member", "chat_member")


def build_application(token: str, services: Services, *, api_url: str, concurrency: int = 12) -> BotApplication:
    """Ready to poll. api_url: without /bot.

    Answers are not slowed down beforehand: Telegram says itself when it is too much, and then every chat waits as long
    as it asked (docs/decisions/0003).
    """
    application: BotApplication = (
        Application.builder()
        .token(token)
        .base_url(f"{api_url.rstrip('/')}/bot")
        .base_file_url(f"{api_url.rstrip('/')}/file/bot")
        .request(Connections(concurrency * 2))
        .get_updates_request(_PollingRequest(services.refused))
        .context_types(ContextTypes(context=Context, bot_data=cast("type[Services]", lambda: services)))
        .concurrent_updates(OrderedByChat(concurrency))
        .rate_limiter(Patient())
        .defaults(Defaults(allow_sending_without_reply=True))
        .job_queue(None)
        .build()
    )
    typed = filters.UpdateType.MESSAGES & filters.REPLY & filters.TEXT & ~filters.COMMAND
    application.add_handler(MessageHandler(typed, on_typed), group=-1)  # what a set-up asked for is no question
    for handler in _handlers():
        application.add_handler(handler)
    in_private = filters.UpdateType.MESSAGE & filters.ChatType.PRIVATE
    application.add_handler(MessageHandler(in_private, on_private), group=1)  # when it has been answered
    application.add_error_handler(on_error)
    return application


class _PollingRequest(Connections):
    """Tells when the token is refused while polling: the library then ends polling and tells nobody."""

    def __init__(self, refused: asyncio.Event) -> None:
        super().__init__(2)
        self._refused = refused

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        status, body = await super().do_request(*args, **kwargs)
        if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND):
            self._refused.set()
        return status, body


def _handlers() -> list[BaseHandler[Any, Context, Any]]:
    new = filters.UpdateType.MESSAGE
    return [
        CommandHandler("start", on_start, filters=new),
        CommandHandler("help", on_help, filters=new),
        CommandHandler("topics", on_topics, filters=new),
        CommandHandler("ask", on_ask, filters=new),
        CommandHandler("dues", on_dues, filters=new),
        CommandHandler("setup", on_setup, filters=new),
        CommandHandler("remind", on_remind, filters=new),
        CommandHandler("reminders", on_reminders, filters=new),
        CommandHandler("next", on_next, filters=new),
        CommandHandler("calendar", on_calendar, filters=new),
        CommandHandler("join", on_join, filters=new),
        CommandHandler("leave", on_leave, filters=new),
        CommandHandler("roster", on_roster, filters=new),
        CommandHandler("about", on_about, filters=new),
        CommandHandler("privacy", on_privacy, filters=new),
        CommandHandler("forgetme", on_forget, filters=new),
        CommandHandler("id", on_id, filters=new),
        CallbackQueryHandler(on_setup_press, pattern=r"^g:"),
        CallbackQueryHandler(on_draft_press, pattern=r"^w:"),
        CallbackQueryHandler(on_manage_press, pattern=r"^m:"),
        CallbackQueryHandler(on_dues_press, pattern=r"^\$h?:"),
        CallbackQueryHandler(on_how, pattern=r"^r:how$"),
        CallbackQueryHandler(on_answer, pattern=r"^r:"),
        CallbackQueryHandler(on_leader_press, pattern=r"^l:"),
        CallbackQueryHandler(on_roster_press, pattern=r"^y:"),
        CallbackQueryHandler(on_press),
        InlineQueryHandler(on_inline),
        ChatMemberHandler(on_my_member, ChatMemberHandler.MY_CHAT_MEMBER),
        MessageHandler(new & filters.StatusUpdate.MIGRATE, on_migrated),
        ChatMemberHandler(on_member, ChatMemberHandler.CHAT_MEMBER),
        MessageHandler(new & filters.StatusUpdate.LEFT_CHAT_MEMBER, on_left),
        MessageHandler(filters.UpdateType.EDITED_MESSAGE & (filters.TEXT | filters.CAPTION), on_edited),
        MessageHandler(new & filters.ChatType.PRIVATE & filters.Regex(BEGIN), on_start),
        MessageHandler(new & ~filters.COMMAND & ~filters.StatusUpdate.ALL, on_message),
        MessageHandler(new & filters.COMMAND, on_unknown_command),
    ]
