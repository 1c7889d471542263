"""What a method of the Bot API works with, and the checks that most of them begin with."""

from dataclasses import dataclass

from sandbox.errors import ApiError, bad_request, forbidden, group_deleted, upgraded_to, user_deactivated
from sandbox.journal import Journal
from sandbox.model import Chat, Message
from sandbox.params import Params
from sandbox.updates import Updates
from sandbox.webhook import Webhook
from sandbox.world import World


@dataclass(frozen=True, slots=True)
class Desk:
    world: World
    updates: Updates
    webhook: Webhook
    journal: Journal


def known_chat(desk: Desk, params: Params) -> Chat:
    """The chat that `chat_id` names."""
    given = params.text("chat_id").strip()
    if not given:
        raise bad_request("chat_id is empty")
    chat = desk.world.chats.get(params.integer("chat_id"))
    if not chat and params.integer("chat_id") in desk.world.users:
        raise _stranger(desk.world, params.integer("chat_id"))
    if not chat:
        raise _missing(desk.world, params.integer("chat_id"))
    if chat.migrated_to:
        raise upgraded_to(chat.migrated_to)
    return chat


def _missing(world: World, chat_id: int) -> ApiError:
    """Telegram remembers a basic group that was deleted, and forgets a supergroup."""
    return group_deleted() if chat_id in world.deleted_groups else bad_request("chat not found")


def _stranger(world: World, user_id: int) -> ApiError:
    """A person whom the bot knows from a group, but who never wrote to it."""
    if user_id in world.deactivated:
        return user_deactivated()
    if user_id == world.bot.id:
        return forbidden("bot can't send messages to itself")
    return forbidden("bot can't initiate conversation with a user")


def joined_chat(desk: Desk, params: Params) -> Chat:
    """A chat that the bot is in."""
    chat = known_chat(desk, params)
    if chat.id in desk.world.deactivated:
        raise user_deactivated()
    if chat.has(desk.world.bot.id):
        return chat
    raise _outside(chat, chat.status(desk.world.bot.id) == "kicked")


def _outside(chat: Chat, kicked: bool) -> ApiError:
    if chat.type == "private":
        blocked = "bot was blocked by the user"
        return forbidden(blocked if kicked else "bot can't initiate conversation with a user")
    kind = "supergroup" if chat.type == "supergroup" else "group"
    if kicked:
        return forbidden(f"bot was kicked from the {kind} chat")
    return forbidden(f"bot is not a member of the {kind} chat")


def writable_chat(desk: Desk, params: Params, what: str = "text messages") -> Chat:
    """A chat that the bot may write to."""
    chat = joined_chat(desk, params)
    if chat.members[desk.world.bot.id].muted:
        raise bad_request(f"not enough rights to send {what} to the chat")
    return chat


def open_thread(desk: Desk, chat: Chat, thread_id: int) -> int | None:
    """The topic to write to; None for General and for chats without topics."""
    if not thread_id:
        return None
    topic = chat.topics.get(thread_id)
    if not topic:
        raise bad_request("message thread not found")
    if topic.closed and not has_right(desk, chat, "can_manage_topics"):
        raise bad_request("TOPIC_CLOSED")
    return thread_id


def has_right(desk: Desk, chat: Chat, right: str) -> bool:
    member = chat.members.get(desk.world.bot.id)
    return bool(member and right in member.rights)


def named_message(desk: Desk, params: Params, complaint: str) -> Message:
    """The message that chat_id and message_id (or inline_message_id) name."""
    inline_id = params.text("inline_message_id")
    if inline_id:
        found = desk.world.inline_message(inline_id)
    else:
        chat = joined_chat(desk, params)
        if not params.has("message_id"):
            raise bad_request("message identifier is not specified")
        found = desk.world.message(chat.id, params.integer("message_id"))
    if not found:
        raise bad_request(complaint)
    return found
