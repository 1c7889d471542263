"""What people do at the page: write, press, ask inline, and move the clock on."""

import asyncio
from collections.abc import Awaitable

from sandbox.asked import Asked
from sandbox.entities import with_found
from sandbox.errors import SandboxError
from sandbox.model import Content, Draft, Media, Text
from sandbox.ui_json import result_json
from sandbox.ui_page import Action, Page
from sandbox.world import typed

INLINE_PATIENCE = 10.0


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


async def travel(page: Page, asked: Asked) -> object:
    if not page.travels:
        raise SandboxError("这里的时钟不能往前拨", status=404)
    return await page.travels.go(asked.text("to", ""))


ACTIONS: dict[str, Action] = {
    "/ui/send": send,
    "/ui/edit": edit,
    "/ui/press": press,
    "/ui/inline": ask_inline,
    "/ui/inline/choose": choose,
    "/ui/reload": reload,
    "/ui/travel": travel,
}
