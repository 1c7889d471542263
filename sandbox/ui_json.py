"""Values as the chat page gets them."""

import html
from typing import assert_never

from sandbox.api_json import Json
from sandbox.entities import safe_html
from sandbox.ground import Ground
from sandbox.model import (
    Chat,
    Content,
    Document,
    InlineResult,
    Keyboard,
    Media,
    Message,
    Service,
    Text,
    User,
    words,
)
from sandbox.society import private_chat
from sandbox.world import World

SHOWN_MESSAGES = 500
QUOTE_LENGTH = 80


def state_json(world: World) -> Json:
    chats = [chat for chat in world.chats.values() if not chat.migrated_to]
    newest = [m for chat in chats for m in world.messages(chat.id)[-SHOWN_MESSAGES:]]
    return {
        "bot": {"id": world.bot.id, "name": world.bot.name, "username": world.bot.username},
        "users": [_user(user) for user in world.users.values() if not user.is_bot],
        "chats": chats_json(world),
        "messages": [message_json(world, message) for message in newest],
        "commands": commands_json(world),
    }


def chats_json(world: World) -> list[Json]:
    """With the private chats that nobody has begun yet."""
    begun = [chat for chat in world.chats.values() if not chat.migrated_to]
    people = [user for user in world.users.values() if not user.is_bot and user.id not in world.chats]
    return [_chat(world, chat) for chat in [*begun, *(private_chat(user, world.bot, "left") for user in people)]]


def _user(user: User) -> Json:
    return {"id": user.id, "name": user.name}


def _chat(world: World, chat: Chat) -> Json:
    """`bot` is its status here: in a private chat left = not started, kicked = blocked."""
    return {
        "id": chat.id,
        "type": chat.type,
        "title": chat.title,
        "is_forum": chat.is_forum,
        "bot": chat.status(world.bot.id),
        "members": [_user(m.user) | {"status": m.status} for m in chat.present()],
        "anonymous": [m.user.id for m in chat.present() if m.is_anonymous],
        "topics": [{"id": topic.id, "name": topic.name, "closed": topic.closed} for topic in chat.topics.values()],
    }


def commands_json(world: World) -> Json:
    return {
        str(chat.id): [
            {"command": command.name, "description": command.description} for command in world.profile.shown_in(chat)
        ]
        for chat in world.chats.values()
        if not chat.migrated_to
    }


def message_json(ground: Ground, message: Message) -> Json:
    return {
        "chat_id": message.chat_id,
        "message_id": message.id,
        "thread_id": message.thread_id,
        "from": _sender(ground, message),
        "author_id": message.author.id,
        "date": message.date,
        "edited": message.edit_date is not None,
        "html": _html(message.content),
        "reply_to": _quote(ground, message),
        "kind": _kind(message.content),
        "keyboard": _keyboard(message.keyboard),
        "asks_reply": message.asks_reply,
    }


def _sender(ground: Ground, message: Message) -> Json:
    shown: Json = _user(message.sender) | {"is_bot": message.author.is_bot}
    return shown | ({"name": _name(ground, message)} if message.is_anonymous else {})


def _name(ground: Ground, message: Message) -> str:
    return f"{ground.chats[message.chat_id].title}（匿名）" if message.is_anonymous else message.sender.name


def _html(content: Content) -> str:
    match content:
        case Document():
            link = f'<a href="/ui/file/{content.file_id}">{html.escape(content.name)}</a>'
            size = f"{content.size / 1024:.1f} KB"
            below = f"\n{safe_html(content.caption)}" if content.caption.text else ""
            return f"📎 {link}（{size}）{below}"
        case Text() | Media() | Service():
            return safe_html(words(content))
        case _:
            assert_never(content)


def _kind(content: Content) -> str:
    match content:
        case Text() | Document():
            return "text"
        case Media(kind=kind):
            return kind
        case Service():
            return "service"
        case _:
            assert_never(content)


def _quote(ground: Ground, message: Message) -> Json | None:
    replied = ground.message(message.chat_id, message.reply_to) if message.reply_to else None
    if not replied:
        return None
    name, text = _name(ground, replied), replied.text[:QUOTE_LENGTH]
    return {"message_id": replied.id, "name": name, "text": text}


def _keyboard(keyboard: Keyboard) -> list[list[Json]] | None:
    rows: list[list[Json]] = [[{"text": b.text, b.action: b.value} for b in row] for row in keyboard]
    return rows or None


def result_json(result: InlineResult) -> Json:
    return {
        "id": result.id,
        "title": result.title,
        "description": result.description,
        "html": safe_html(result.content),
    }
