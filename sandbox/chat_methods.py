"""Methods that look at chats and their members, and leaving."""

from sandbox.api_json import full_chat_json, member_json
from sandbox.desk import Desk, joined_chat, known_chat
from sandbox.errors import bad_request
from sandbox.model import GROUP_ANONYMOUS_BOT, RULING, Member, User
from sandbox.params import Params
from sandbox.society import private_chat


def get_chat(desk: Desk, params: Params) -> object:
    """A person may be looked at who has blocked the bot or never wrote to it."""
    user = desk.world.users.get(params.integer("chat_id"))
    if user:
        known = desk.world.chats.get(user.id) or private_chat(user, desk.world.bot, "left")
        return full_chat_json(desk.world, known)
    return full_chat_json(desk.world, joined_chat(desk, params))


def get_chat_member(desk: Desk, params: Params) -> object:
    chat = joined_chat(desk, params)
    user = _known_user(desk, params.integer("user_id"))
    if not user:
        raise bad_request("invalid user_id specified" if not params.integer("user_id") else "PARTICIPANT_ID_INVALID")
    return member_json(chat.members.get(user.id, Member(user, "left")))


def _known_user(desk: Desk, user_id: int) -> User | None:
    """With the account in whose name anonymous administrators speak: it is a member of no group."""
    return GROUP_ANONYMOUS_BOT if user_id == GROUP_ANONYMOUS_BOT.id else desk.world.users.get(user_id)


def get_chat_administrators(desk: Desk, params: Params) -> object:
    chat = joined_chat(desk, params)
    if chat.type == "private":
        raise bad_request("there are no administrators in the private chat")
    return [member_json(m) for m in chat.present() if m.status in RULING]


def get_chat_member_count(desk: Desk, params: Params) -> object:
    return len(joined_chat(desk, params).present())


def leave_chat(desk: Desk, params: Params) -> object:
    chat = known_chat(desk, params)
    if chat.type == "private":
        raise bad_request("chat member status can't be changed in private chats")
    joined_chat(desk, params)
    desk.world.leave(desk.world.bot.id, chat.id)
    return True


def get_file(desk: Desk, params: Params) -> object:
    stored = desk.world.files.get(params.text("file_id"))
    if not stored:
        raise bad_request("invalid file_id")
    return {
        "file_id": stored.id,
        "file_unique_id": stored.id,
        "file_size": len(stored.body),
        "file_path": f"documents/{stored.id}",
    }
