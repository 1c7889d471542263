"""One server for the Bot API and the page, bound to this machine."""

import errno
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.routing import URLSpec
from tornado.web import Application, RequestHandler

from sandbox import bot_api, methods, ui, ui_actions, ui_faults, ui_settings
from sandbox.bot_updates import update_for
from sandbox.desk import Desk
from sandbox.errors import SandboxError
from sandbox.feed import EventsHandler, Feed
from sandbox.journal import Journal
from sandbox.model import Event
from sandbox.seed import new_world
from sandbox.travel import Travel, Travels
from sandbox.ui_page import Explain, Page, Reload
from sandbox.updates import Updates
from sandbox.webhook import Webhook
from sandbox.world import World

HOST = "127.0.0.1"
BODY_LIMIT = 10_000_000
DEFAULT_BOT_ID = 7_000_000_001


@dataclass(frozen=True, slots=True)
class Options:
    """`retry_wait`: seconds before a webhook's second try. For tests."""

    retry_wait: float = 1.0
    clock: Callable[[], float] = time.time


NORMAL = Options()
ACTIONS = ui_actions.ACTIONS | ui_settings.SETTINGS | ui_faults.FAULTS


class Sandbox:
    """A stand-in for Telegram: `address` is the base for the bot's API and for the page.

    `explain` and `reload` give a value or an awaitable; `travel` moves the clock of the options on; `latency` is the
    time in seconds before each reply of the Bot API.
    """

    def __init__(  # noqa: PLR0913  three of them by position
        self,
        token: str,
        explain: Explain | None = None,
        reload: Reload | None = None,
        *,
        travel: Travel | None = None,
        latency: float = 0.0,
        options: Options = NORMAL,
    ) -> None:
        self._token = token
        self._latency = latency
        self.world: World = new_world(_bot_id(token), options.clock)
        self._updates = Updates()
        self._feed = Feed(self.world)
        self.journal = Journal()
        travels = Travels(self.world, travel) if travel else None
        self._page = Page(self.world, self._feed, self.journal, explain, reload, travels)
        self._server: HTTPServer | None = None
        self._webhook = Webhook(self._updates, first_wait=options.retry_wait)
        self.world.listen(self._on_event)
        self.world.listen(self._feed.take)
        self.address = ""

    def _on_event(self, event: Event) -> None:
        update = update_for(self.world, event)
        if update:
            self._updates.put(*update)

    async def start(self, port: int = 8081) -> str:
        """Raises SandboxError when the port is taken. After a stop the world is as it was."""
        sockets = _bound(port)
        self._server = HTTPServer(self._application(), max_body_size=BODY_LIMIT)
        self._server.add_sockets(sockets)
        self.address = f"http://{HOST}:{sockets[0].getsockname()[1]}"
        return self.address

    @property
    def is_polled(self) -> bool:
        """A bot waits for updates right now: it has started."""
        return self._updates.is_polled

    def forget_updates(self) -> None:
        """What has happened until now is no news for the bot."""
        self._updates.drop_all()

    async def stop(self) -> None:
        """Ends the webhook and every connection, long polls too."""
        self._feed.close_all()
        await self._webhook.close()
        if self._server:
            self._server.stop()
            await self._server.close_all_connections()
            self._server = None

    def _application(self) -> Application:
        desk = Desk(self.world, self._updates, self._webhook, self.journal)
        api = bot_api.Api(self._token, desk, methods.table(), self._latency)
        return Application(_routes(api, self._page), log_function=_no_log)


def _routes(api: bot_api.Api, page: Page) -> list[URLSpec]:
    with_api, with_page = {"api": api}, {"page": page}
    actions = [URLSpec(path, ui.ActionHandler, with_page | {"action": action}) for path, action in ACTIONS.items()]
    return [
        URLSpec(r"/bot([^/]+)/([A-Za-z0-9_]*)/?", bot_api.MethodHandler, with_api),
        URLSpec(r"/file/bot([^/]+)/documents/([\w.-]+)", bot_api.FileHandler, with_api),
        URLSpec(r"/ui/state", ui.StateHandler, with_page),
        URLSpec(r"/ui/journal", ui_faults.JournalHandler, with_page),
        URLSpec(r"/ui/why", ui.WhyHandler, with_page),
        URLSpec(r"/ui/file/([\w.-]+)", ui.FileHandler, with_page),
        URLSpec(r"/ui/events", EventsHandler, {"feed": page.feed}),
        *actions,
        URLSpec(r"/(?:page/([\w.-]+))?", ui.PageHandler, with_page),
    ]


def _no_log(handler: RequestHandler) -> None:
    """Addresses contain the token: they don't go into a log."""


def _bound(port: int) -> list[socket.socket]:
    try:
        return bind_sockets(port, HOST)
    except OSError as error:
        reason = "已被占用" if error.errno == errno.EADDRINUSE else "不能使用"
        text = f"端口 {port} {reason}：请关掉占用它的程序，或用 --port 换一个端口"
        raise SandboxError(text) from error


def _bot_id(token: str) -> int:
    number = token.partition(":")[0]
    return int(number) if number.isdigit() else DEFAULT_BOT_ID
