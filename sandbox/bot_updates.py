"""What happens in the world as an update for the bot, or nothing when a bot is not told."""

from sandbox.api_json import Json, chat_json, member_json, message_json, user_json
from sandbox.model import (
    RULING,
    ButtonPressed,
    Event,
    InlineAsked,
    MemberChanged,
    Message,
    MessageEdited,
    MessageSent,
)
from sandbox.visibility import bot_sees
from sandbox.world import World

Update = tuple[str, Json]


def update_for(world: World, event: Event) -> Update | None:
    """The kind of update and its contents."""
    match event:
        case MessageSent(message=message):
            return _message(world, message, "message")
        case MessageEdited(message=message):
            return _message(world, message, "edited_message")
        case ButtonPressed():
            return "callback_query", _callback(world, event)
        case InlineAsked(query_id=query_id, user=user, query=query):
            shown: Json = {"id": query_id, "from": user_json(user), "query": query, "offset": ""}
            return "inline_query", shown
        case MemberChanged():
            return _member(world, event)
        case _:
            return None


def _message(world: World, message: Message, kind: str) -> Update | None:
    chat = world.chats[message.chat_id]
    if bot_sees(world, chat, message, reads_all=world.can_read_all):
        return kind, message_json(world, message)
    return None


def _callback(world: World, event: ButtonPressed) -> Json:
    message = event.message
    shown: Json = {
        "id": event.query_id,
        "from": user_json(event.user),
        "chat_instance": str(-message.chat_id),
        "data": event.data,
    }
    if message.inline_id:
        return shown | {"inline_message_id": message.inline_id}
    return shown | {"message": message_json(world, message)}


def _member(world: World, event: MemberChanged) -> Update | None:
    """Other people's changes reach only a bot that is an administrator."""
    about_bot = event.new.user == world.bot
    if not about_bot and event.chat.status(world.bot.id) not in RULING:
        return None
    return "my_chat_member" if about_bot else "chat_member", {
        "chat": chat_json(event.chat),
        "from": user_json(event.by),
        "date": event.date,
        "old_chat_member": member_json(event.old),
        "new_chat_member": member_json(event.new),
    }
