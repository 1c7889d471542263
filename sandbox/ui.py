"""What the page talks to: state, a stream of events, and what a person does."""

import json
from collections.abc import Awaitable
from dataclasses import asdict, is_dataclass
from pathlib import Path

from tornado.web import RequestHandler

from sandbox.api_json import Json
from sandbox.asked import read_asked
from sandbox.errors import SandboxError
from sandbox.local import is_local
from sandbox.ui_json import state_json
from sandbox.ui_page import Action, Page

PAGE = Path(__file__).parent / "page"


class LocalHandler(RequestHandler):
    """Errors are {"error": Chinese sentence}."""

    def initialize(self, page: Page) -> None:
        self.page = page

    def prepare(self) -> None:
        if not is_local(self.request.host, self.request.headers.get("Origin")):
            self.refuse(SandboxError("只能从本机的这个页面访问", status=403))
        elif self.request.method == "POST" and not self._is_json():
            self.refuse(SandboxError("请求必须是 JSON（Content-Type: application/json）"))

    def _is_json(self) -> bool:
        kind = self.request.headers.get("Content-Type", "")
        return kind.partition(";")[0].strip().lower() == "application/json"

    def refuse(self, error: SandboxError) -> None:
        self.set_status(error.status)
        self.finish({"error": error.reason})

    def reply(self, value: object) -> None:
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.finish(json.dumps(value, ensure_ascii=False))

    def write_error(self, status_code: int, **kwargs: object) -> None:
        self.finish({"error": "沙盒自己出错了，原因在日志里" if status_code == 500 else "请求不对"})

    def compute_etag(self) -> None:
        """No ETag: nothing is ever cached."""

    def set_default_headers(self) -> None:
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("X-Frame-Options", "DENY")


class PageHandler(LocalHandler):
    """The page and its files; nothing outside the folder."""

    async def get(self, name: str = "") -> None:
        path = PAGE / (name or "index.html")
        if path.suffix not in TYPES or not path.is_file():
            self.refuse(SandboxError("没有这个文件", status=404))
            return
        self.set_header("Content-Type", TYPES[path.suffix])
        self.set_header("Content-Security-Policy", POLICY)
        self.finish(path.read_bytes())


TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
POLICY = (
    "default-src 'self'; connect-src 'self' ws://127.0.0.1:* ws://localhost:*;"
    " style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'"
)


class StateHandler(LocalHandler):
    async def get(self) -> None:
        self.reply(state_json(self.page.world) | self._clock())

    def _clock(self) -> Json:
        """`now` is in epoch seconds."""
        travels = self.page.travels
        return {
            "now": self.page.world.time(),
            "can_travel": travels is not None,
            "travelling": travels is not None and travels.is_under_way,
        }


class FileHandler(LocalHandler):
    """Downloads of what the bot sent."""

    async def get(self, file_id: str) -> None:
        stored = self.page.world.files.get(file_id)
        if not stored:
            self.refuse(SandboxError("文件已经不在了", status=404))
            return
        self.set_header("Content-Type", "application/octet-stream")
        name = json.dumps(stored.name)
        self.set_header("Content-Disposition", f"attachment; filename={name}")
        self.finish(stored.body)


class ActionHandler(LocalHandler):
    """One thing that a person does: `action` says what."""

    def initialize(self, page: Page, action: Action | None = None) -> None:
        super().initialize(page)
        self.action = action

    async def post(self) -> None:
        try:
            result = await self._done()
        except SandboxError as error:
            self.refuse(error)
        else:
            self.reply(result)

    async def _done(self) -> object:
        if not self.action:
            raise SandboxError("没有这个操作", status=404)
        result = self.action(self.page, read_asked(self.request.body))
        return await result if isinstance(result, Awaitable) else result


class WhyHandler(LocalHandler):
    async def get(self) -> None:
        if not self.page.explain:
            self.refuse(SandboxError("这里没有「为什么」", status=404))
            return
        told = self.page.explain(self.get_query_argument("text", ""))
        told = await told if isinstance(told, Awaitable) else told
        if is_dataclass(told) and not isinstance(told, type):
            told = asdict(told)
        self.reply(told)
