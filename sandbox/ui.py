"""What the page talks to: state, a stream of events, and what a person does."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, is_dataclass
from pathlib import Path

from tornado.web import RequestHandler

from sandbox.entities import with_found
from sandbox.errors import SandboxError
from sandbox.feed import Feed
from sandbox.local import is_local
from sandbox.model import Content, Draft, Media, Text
from sandbox.ui_json import result_json, state_json
from sandbox.world import World, typed

Explain = Callable[[str], object]
Reload = Callable[[], object]
INLINE_PATIENCE = 10.0
PAGE = Path(__file__).parent / "page"


@dataclass(frozen=True, slots=True)
class Page:
    """What the page's handlers need; explain and reload may return a value or an awaitable."""

    world: World
    feed: Feed
    explain: Explain | None
    reload: Reload | None


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
        self.reply(state_json(self.page.world))


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


@dataclass(frozen=True, slots=True)
class Asked:
    """The JSON of a request, read with complaints in Chinese."""

    values: Mapping[str, object]

    def integer(self, name: str) -> int:
        value = self.values.get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise SandboxError(f"缺少 {name}（整数）")
        return value

    def maybe_integer(self, name: str) -> int | None:
        return self.integer(name) if self.values.get(name) is not None else None

    def text(self, name: str, default: str | None = None) -> str:
        value = self.values.get(name, default)
        if not isinstance(value, str):
            raise SandboxError(f"缺少 {name}（文字）")
        return value


class ActionHandler(LocalHandler):
    """One thing that a person does: `action` says what."""

    def initialize(self, page: Page, action: "Action | None" = None) -> None:
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
        result = self.action(self.page, _asked(self.request.body))
        return await result if isinstance(result, Awaitable) else result


Action = Callable[[Page, Asked], object]


def _asked(body: bytes) -> Asked:
    try:
        values = json.loads(body or b"{}")
    except ValueError:
        raise SandboxError("请求不是正确的 JSON") from None
    if not isinstance(values, dict):
        raise SandboxError("请求应当是一个 JSON 对象")
    return Asked(values)


def send(page: Page, asked: Asked) -> object:
    draft = Draft(_content(asked), asked.maybe_integer("reply_to"), asked.maybe_integer("thread_id"))
    message = page.world.send(asked.integer("user_id"), asked.integer("chat_id"), draft)
    return {"message_id": message.id}


def _content(asked: Asked) -> Content:
    match asked.text("kind", "text"):
        case "text":
            return typed(asked.text("text", ""))
        case "photo" | "voice" | "sticker" as kind:
            return Media(kind, with_found(Text(asked.text("caption", "").strip())))
        case other:
            raise SandboxError(f"不支持的消息种类：{other}")


def edit(page: Page, asked: Asked) -> object:
    who, where = asked.integer("user_id"), asked.integer("chat_id")
    message = page.world.edit(who, where, asked.integer("message_id"), asked.text("text"))
    return {"message_id": message.id}


def press(page: Page, asked: Asked) -> object:
    who, where = asked.integer("user_id"), asked.integer("chat_id")
    page.world.press(who, where, asked.integer("message_id"), asked.text("data"))
    return {}


async def ask_inline(page: Page, asked: Asked) -> object:
    query_id = page.world.ask_inline(asked.integer("user_id"), asked.text("query"))
    try:
        results = await asyncio.wait_for(page.feed.expect_answer(query_id), INLINE_PATIENCE)
    except (TimeoutError, asyncio.CancelledError):
        raise SandboxError("机器人没有回答内联查询") from None
    return {"results": [result_json(result) for result in results]}


def choose(page: Page, asked: Asked) -> object:
    who, where = asked.integer("user_id"), asked.integer("chat_id")
    return {"message_id": page.world.choose(who, where, asked.text("result_id")).id}


async def reload(page: Page, asked: Asked) -> object:
    if not page.reload:
        raise SandboxError("这里不能重新加载知识库", status=404)
    problems = page.reload()
    return {"problems": await problems if isinstance(problems, Awaitable) else problems}


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


ACTIONS: dict[str, Action] = {
    "/ui/send": send,
    "/ui/edit": edit,
    "/ui/press": press,
    "/ui/inline": ask_inline,
    "/ui/inline/choose": choose,
    "/ui/reload": reload,
}
