"""Updates that nobody foresaw: no handler may fail on one."""

import os
import random
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import Chatting
from telegram import Update
from telegram.error import TelegramError

from handlers.services import Context

AMOUNT = int(os.environ.get("FUZZ", "300"))
WORDS = [
    "党小组长",
    "的职责",
    "有哪些",
    "预备党员",
    "能当吗",
    "@party_group_bot",
    "/ask",
    "/start",
    "😀",
    "<b>",
    "&",
    "\n",
    " ",
]
CHATS = [
    {"id": 20_001, "type": "private", "first_name": "王"},
    {"id": -100_777, "type": "supergroup", "title": "外面的群", "is_forum": True},
    {"id": -55, "type": "group", "title": "小群"},
    {"id": -100_888, "type": "channel", "title": "频道"},
]


def updates(seed: int) -> Iterator[dict[str, Any]]:
    dice = random.Random(seed)
    for number in range(AMOUNT):
        kind = dice.choice(
            ["message", "message", "edited_message", "channel_post", "callback_query", "inline_query", "my_chat_member"]
        )
        yield {"update_id": number, kind: _BUILDERS.get(kind, message)(dice, number)}


def message(dice: random.Random, number: int) -> dict[str, Any]:
    text = "".join(dice.choices(WORDS, k=dice.randint(0, 8)))
    body: dict[str, Any] = {"message_id": number + 1, "date": dice.choice([0, 1_700_000_000, 2_000_000_000])}
    body["chat"] = dice.choice(CHATS)
    if dice.random() < 0.9:
        body["from"] = user(dice)
    if dice.random() < 0.2:
        body["sender_chat"] = dice.choice(CHATS)
    if dice.random() < 0.3:
        body |= {"message_thread_id": dice.randint(0, 9), "is_topic_message": True}
    if dice.random() < 0.2:
        body["reply_to_message"] = {"message_id": 1, "date": 0, "chat": body["chat"], "text": text}
    field = dice.choice(["text", "text", "caption", "sticker", "new_chat_title", "nothing"])
    if field in ("text", "caption"):
        body[field] = text
        marks = [
            {
                "type": dice.choice(["mention", "bot_command", "url"]),
                "offset": dice.randint(0, 9),
                "length": dice.randint(0, 20),
            }
        ]
        body["entities" if field == "text" else "caption_entities"] = marks
    elif field == "sticker":
        size = {"width": 1, "height": 1, "is_animated": False, "is_video": False}
        body["sticker"] = {"file_id": "f", "file_unique_id": "u", "type": "regular", **size}
    elif field == "new_chat_title":
        body["new_chat_title"] = text
    return body


def user(dice: random.Random) -> dict[str, Any]:
    return {"id": dice.choice([20_001, 1_087_968_824, 7]), "is_bot": dice.random() < 0.1, "first_name": "某"}


def press(dice: random.Random, number: int) -> dict[str, Any]:
    data = dice.choice(
        ["s:duties", "p:nobody", "b:", "n:", "o:term", "u:", "d:term", "t:", "t:9", "t:1:999", "x", "s:" + "a" * 60, ""]
    )
    body = {"id": str(number), "from": user(dice), "chat_instance": "1", "data": data}
    return body | ({"message": message(dice, number)} if dice.random() < 0.8 else {"inline_message_id": "i"})


def inline(dice: random.Random, number: int) -> dict[str, Any]:
    return {"id": str(number), "from": user(dice), "query": "".join(dice.choices(WORDS, k=3)), "offset": "x"}


def joined(dice: random.Random, number: int) -> dict[str, Any]:
    member = {"user": user(dice), "status": dice.choice(["member", "left"])}
    return {
        "chat": dice.choice(CHATS),
        "from": user(dice),
        "date": 0,
        "old_chat_member": member,
        "new_chat_member": member,
    }


_BUILDERS = {"callback_query": press, "inline_query": inline, "my_chat_member": joined}


@pytest.mark.fuzz
async def test_no_update_makes_a_handler_fail(chatting: Chatting) -> None:
    failed: list[BaseException] = []

    async def note(update: object, context: Context) -> None:
        if context.error is not None and not isinstance(context.error, TelegramError):
            failed.append(context.error)

    chatting.application.add_error_handler(note)
    for shape in updates(seed=AMOUNT):
        await chatting.application.process_update(Update.de_json(shape, chatting.application.bot))
        assert not failed, shape
