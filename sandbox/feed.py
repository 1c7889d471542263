"""The stream of events to every open page, and answers to inline questions asked there."""

import asyncio
import json
from contextlib import suppress

from tornado.websocket import WebSocketClosedError, WebSocketHandler

from sandbox.api_json import Json
from sandbox.local import is_local
from sandbox.model import (
    ChatsChanged,
    ClockMoved,
    CommandsChanged,
    Event,
    InlineAnswered,
    InlineResult,
    MessageDeleted,
    MessageEdited,
    MessageSent,
    PressAnswered,
    Typing,
)
from sandbox.ui_json import chats_json, commands_json, message_json
from sandbox.world import World

Results = tuple[InlineResult, ...]
BACKLOG = 2_000


class Feed:
    """A page that falls too far behind is cut off; it reads the state again when it comes back."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._pages: set[asyncio.Queue[str | None]] = set()
        self._answers: dict[str, asyncio.Future[Results]] = {}

    def open(self) -> "asyncio.Queue[str | None]":
        """None in the queue: the stream is over."""
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        self._pages.add(queue)
        return queue

    def close(self, queue: "asyncio.Queue[str | None]") -> None:
        self._pages.discard(queue)
        queue.put_nowait(None)

    def close_all(self) -> None:
        for queue in list(self._pages):
            self.close(queue)
        for future in list(self._answers.values()):
            future.cancel()

    def expect_answer(self, query_id: str) -> "asyncio.Future[Results]":
        """Done when the bot answers this inline query."""
        future: asyncio.Future[Results] = asyncio.get_running_loop().create_future()
        self._answers[query_id] = future
        future.add_done_callback(lambda _: self._answers.pop(query_id, None))
        return future

    def take(self, event: Event) -> None:
        if isinstance(event, InlineAnswered):
            self._answer(event)
        elif self._pages and (shown := event_json(self._world, event)):
            self._tell(json.dumps(shown, ensure_ascii=False))

    def _answer(self, event: InlineAnswered) -> None:
        future = self._answers.get(event.query_id)
        if future and not future.done():
            future.set_result(event.results)

    def _tell(self, frame: str) -> None:
        for queue in list(self._pages):
            if queue.qsize() < BACKLOG:
                queue.put_nowait(frame)
            else:
                self.close(queue)


def event_json(world: World, event: Event) -> Json | None:
    match event:
        case MessageSent(message=message):
            return {"type": "message", "message": message_json(world, message)}
        case MessageEdited(message=message):
            return {"type": "edit", "message": message_json(world, message)}
        case MessageDeleted(chat_id=chat_id, message_id=message_id):
            return {"type": "delete", "chat_id": chat_id, "message_id": message_id}
        case Typing(chat_id=chat_id):
            return {"type": "typing", "chat_id": chat_id}
        case PressAnswered(user_id=user_id, text=text, show_alert=alert):
            answer: Json = {"user_id": user_id, "text": text, "show_alert": alert}
            return {"type": "callback_answer"} | answer
        case ChatsChanged():
            return {"type": "chats", "chats": chats_json(world)}
        case ClockMoved(under_way=under_way):
            return {"type": "clock", "now": world.time(), "under_way": under_way}
        case CommandsChanged():
            return {"type": "commands", "commands": commands_json(world)}
        case _:
            return None


class EventsHandler(WebSocketHandler):
    """One page; each gets its own queue and a task that writes."""

    def initialize(self, feed: Feed) -> None:
        self.feed = feed
        self.queue: asyncio.Queue[str | None] | None = None
        self.writer: asyncio.Task[None] | None = None

    def prepare(self) -> None:
        if not is_local(self.request.host, self.request.headers.get("Origin")):
            self.set_status(403)
            self.finish({"error": "只能从本机的这个页面访问"})

    def check_origin(self, origin: str) -> bool:
        """`prepare` has looked already."""
        return True

    def open(self, *args: str, **kwargs: str) -> None:
        self.queue = self.feed.open()
        self.writer = asyncio.create_task(self._write_all(self.queue))

    async def _write_all(self, queue: "asyncio.Queue[str | None]") -> None:
        with suppress(WebSocketClosedError):
            while (frame := await queue.get()) is not None:
                await self.write_message(frame)
        self.close()

    def on_message(self, message: str | bytes) -> None:
        """The page only listens."""

    def on_close(self) -> None:
        if self.queue:
            self.feed.close(self.queue)
