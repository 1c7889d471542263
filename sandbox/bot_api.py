"""The Bot API over HTTP."""

import asyncio
import json
import logging
import socket
import struct
from collections.abc import Awaitable
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import NoReturn

from tornado.web import RequestHandler

from sandbox.desk import Desk
from sandbox.errors import ApiError, forbidden_here, not_found, unauthorized
from sandbox.faults import AnswerLate, AnswerLost, ConnectionReset, Refused, Trouble
from sandbox.local import is_local
from sandbox.methods import Described, Encoded, Method, find
from sandbox.params import Params, read_params

LOG = logging.getLogger(__name__)
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Api:
    """What every call needs. `latency`: seconds before each reply."""

    token: str
    desk: Desk
    methods: dict[str, Method]
    latency: float


class _HangUpError(Exception):
    """There is nobody left to answer."""


class MethodHandler(RequestHandler):
    """One call; a call whose client has gone is dropped."""

    def initialize(self, api: Api) -> None:
        self.api = api
        self.call: asyncio.Future[object] | None = None
        self.gone = False

    async def get(self, token: str, name: str) -> None:
        await self._reply(token, name)

    async def post(self, token: str, name: str) -> None:
        await self._reply(token, name)

    async def _reply(self, token: str, name: str) -> None:
        try:
            status, body = 200, await self._answer(token, name)
        except ApiError as error:
            status, body = error.code, json.dumps(error.body())
        except _HangUpError:
            return
        except asyncio.CancelledError:
            if self.gone:
                return
            raise
        if self.api.latency:
            await asyncio.sleep(self.api.latency)
        self._write(status, body)

    async def _answer(self, token: str, name: str) -> str:
        if not is_local(self.request.host, self.request.headers.get("Origin")):
            raise forbidden_here()
        if token != self.api.token:
            raise unauthorized()
        method = find(self.api.methods, name)
        params = read_params(self.request)
        trouble = self.api.desk.world.faults.next_for(name.lower(), _chat_id(params))
        self._meet_before(trouble)
        result = method(self.api.desk, params)
        if isinstance(result, Awaitable):
            result = await self._waited(result)
        await self._meet_after(trouble)
        return _body(result)

    def _meet_before(self, trouble: Trouble | None) -> None:
        match trouble:
            case Refused(error=error):
                raise error
            case ConnectionReset():
                self._hang_up(reset=True)

    async def _meet_after(self, trouble: Trouble | None) -> None:
        match trouble:
            case AnswerLost():
                self._hang_up()
            case AnswerLate(seconds=seconds):
                await self._waited(asyncio.sleep(seconds))

    async def _waited(self, result: Awaitable[object]) -> object:
        """Ends early when the client goes."""
        self.call = asyncio.ensure_future(result)
        return await self.call

    def _write(self, status: int, body: str) -> None:
        try:
            reason = HTTPStatus(status).phrase
        except ValueError:
            reason = "Unknown"
        self.set_status(status, reason)
        self.set_header("Content-Type", "application/json")
        self.finish(body)

    def _hang_up(self, *, reset: bool = False) -> NoReturn:
        stream = self.detach()
        if reset:
            stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        stream.close()
        raise _HangUpError

    def on_connection_close(self) -> None:
        self.gone = True
        if self.call:
            self.call.cancel()

    def log_exception(
        self,
        typ: type[BaseException] | None,
        value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        """Tornado would log the address, and with it the token."""
        LOG.error("sandbox.bug method=%s: %r", self.path_args[1], value, exc_info=value)

    def write_error(self, status_code: int, **kwargs: object) -> None:
        """Bugs of the stand-in itself look like Telegram's own trouble."""
        phrase = HTTPStatus(status_code).phrase
        self.finish(ApiError(status_code, phrase).body())

    def compute_etag(self) -> None:
        """No ETag: nothing is ever cached."""


def _chat_id(params: Params) -> int | None:
    return params.integer("chat_id") if params.has("chat_id") else None


def _body(result: object) -> str:
    match result:
        case Encoded(text=text):
            return f'{{"ok":true,"result":{text}}}'
        case Described(result=value, description=description):
            return json.dumps({"ok": True, "result": value, "description": description})
        case _:
            return json.dumps({"ok": True, "result": result}, ensure_ascii=False)


class FileHandler(RequestHandler):
    """Files that the bot fetches after getFile."""

    def initialize(self, api: Api) -> None:
        self.api = api

    async def get(self, token: str, file_id: str) -> None:
        stored = self.api.desk.world.files.get(file_id)
        local = is_local(self.request.host, self.request.headers.get("Origin"))
        if token != self.api.token or not stored or not local:
            error = not_found() if token == self.api.token else unauthorized()
            self.set_status(error.code)
            self.finish(error.body())
            return
        self.set_header("Content-Type", "application/octet-stream")
        self.finish(stored.body)
