"""Values as the Bot API shows them."""

from collections.abc import Mapping
from typing import assert_never

from sandbox.ground import Ground
from sandbox.model import (
    Chat,
    Content,
    Document,
    Entity,
    Keyboard,
    Media,
    Member,
    Message,
    Service,
    Text,
    User,
)

Json = dict[str, object]
MEMBER_CAN = (
    "can_send_messages",
    "can_send_audios",
    "can_send_documents",
    "can_send_photos",
    "can_send_videos",
    "can_send_video_notes",
    "can_send_voice_notes",
    "can_send_polls",
    "can_send_other_messages",
    "can_add_web_page_previews",
    "can_change_info",
    "can_invite_users",
    "can_pin_messages",
    "can_manage_topics",
    "can_edit_tag",
    "can_react_to_messages",
)
ADMIN_CAN = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_pin_messages",
    "can_manage_topics",
)


def user_json(user: User) -> Json:
    shown: Json = {"id": user.id, "is_bot": user.is_bot, "first_name": user.name}
    if user.username:
        shown["username"] = user.username
    if not user.is_bot:
        shown["language_code"] = "zh-hans"
    return shown


def bot_json(bot: User, *, reads_all: bool) -> Json:
    """What getMe tells."""
    return user_json(bot) | {
        "can_join_groups": True,
        "can_read_all_group_messages": reads_all,
        "supports_inline_queries": True,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def chat_json(chat: Chat) -> Json:
    if chat.type == "private":
        user = chat.members[chat.id].user
        named: Json = {"username": user.username} if user.username else {}
        return {"id": chat.id, "type": "private", "first_name": user.name} | named
    shown: Json = {"id": chat.id, "type": chat.type, "title": chat.title}
    return shown | ({"is_forum": True} if chat.is_forum else {})


def full_chat_json(ground: Ground, chat: Chat) -> Json:
    """What getChat tells (a ChatFullInfo)."""
    shown = chat_json(chat) | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(
            (
                "unlimited_gifts",
                "limited_gifts",
                "unique_gifts",
                "premium_subscription",
                "gifts_from_channels",
            ),
            False,
        ),
    }
    if chat.type != "private":
        shown["permissions"] = dict.fromkeys(MEMBER_CAN, True)
    pinned = ground.message(chat.id, chat.pinned_id) if chat.pinned_id else None
    return shown | ({"pinned_message": message_json(ground, pinned)} if pinned else {})


def member_json(member: Member) -> Json:
    shown: Json = {"status": member.status, "user": user_json(member.user)}
    match member.status:
        case "creator":
            return shown | {"is_anonymous": member.is_anonymous}
        case "administrator":
            rights: Json = {name: name in member.rights for name in ADMIN_CAN}
            return shown | {"can_be_edited": False, "is_anonymous": member.is_anonymous} | rights
        case "restricted":
            may = dict.fromkeys(MEMBER_CAN, not member.muted)
            return shown | {"is_member": True, "until_date": 0} | may
        case "kicked":
            return shown | {"until_date": 0}
        case "member" | "left":
            return shown
        case _:
            assert_never(member.status)


def entity_json(ground: Ground, entity: Entity) -> Json:
    shown: Json = {"type": entity.type, "offset": entity.offset, "length": entity.length}
    if entity.url:
        shown["url"] = entity.url
    if entity.language:
        shown["language"] = entity.language
    if entity.user_id is not None:
        shown["user"] = user_json(ground.users[entity.user_id])
    return shown


def keyboard_json(keyboard: Keyboard) -> Json:
    rows = [[{"text": b.text, b.action: _button_value(b.action, b.value)} for b in row] for row in keyboard]
    return {"inline_keyboard": rows}


def _button_value(action: str, value: str) -> object:
    return {"text": value} if action == "copy_text" else value


def message_json(ground: Ground, message: Message, *, deep: bool = True) -> Json:
    """`deep`: with the message it answers, which is shown without its own."""
    chat = ground.chats[message.chat_id]
    shown: Json = {
        "message_id": message.id,
        "from": user_json(message.sender),
        "chat": chat_json(chat),
        "date": message.date,
    }
    shown |= _place_json(ground, chat, message, deep=deep)
    if message.is_anonymous:
        shown["sender_chat"] = chat_json(chat)
    shown |= _content_json(ground, message.content)
    if message.keyboard:
        shown["reply_markup"] = keyboard_json(message.keyboard)
    if message.edit_date:
        shown["edit_date"] = message.edit_date
    if message.via_bot:
        shown["via_bot"] = user_json(message.via_bot)
    if message.protected:
        shown["has_protected_content"] = True
    return shown


def _place_json(ground: Ground, chat: Chat, message: Message, *, deep: bool) -> Json:
    """Where Telegram surprises: each message of a topic «answers» the one that opened it, and a
    plain group's replies carry a thread id that can't be written to."""
    shown: Json = {}
    thread = message.thread_id or message.root_id
    if thread:
        shown["message_thread_id"] = thread
    if message.thread_id:
        shown["is_topic_message"] = True
    answered = message.reply_to or message.thread_id
    replied = ground.message(chat.id, answered) if deep and answered else None
    if replied and replied.id != message.id:
        shown["reply_to_message"] = message_json(ground, replied, deep=False)
    return shown


def _content_json(ground: Ground, content: Content) -> Json:
    match content:
        case Text():
            return _words_json(ground, content, "text", "entities")
        case Media(kind=kind, caption=caption):
            return _media_json(kind) | _words_json(ground, caption, "caption", "caption_entities")
        case Document():
            return {
                "document": {
                    "file_id": content.file_id,
                    "file_unique_id": content.file_id,
                    "file_name": content.name,
                    "mime_type": content.mime,
                    "file_size": content.size,
                }
            } | _words_json(ground, content.caption, "caption", "caption_entities")
        case Service(fields=fields):
            return _plain(fields)
        case _:
            assert_never(content)


def _words_json(ground: Ground, words: Text, name: str, entities: str) -> Json:
    """Mentions of somebody unknown are plain words, as in Telegram."""
    if not words.text:
        return {}
    marked = [entity_json(ground, e) for e in words.entities if e.user_id is None or e.user_id in ground.users]
    shown: Json = {name: words.text}
    return shown | ({entities: marked} if marked else {})


def _media_json(kind: str) -> Json:
    common: Json = {"file_id": f"sandbox-{kind}", "file_unique_id": f"sandbox-{kind}"}
    match kind:
        case "photo":
            return {"photo": [common | {"width": 800, "height": 600, "file_size": 60_000}]}
        case "voice":
            return {"voice": common | {"duration": 3, "mime_type": "audio/ogg"}}
        case _:
            sticker = {"type": "regular", "width": 512, "height": 512, "emoji": "👍"}
            return {"sticker": common | sticker | {"is_animated": False, "is_video": False}}


def _plain(fields: Mapping[str, object]) -> Json:
    return {name: _value(value) for name, value in fields.items()}


def _value(value: object) -> object:
    if isinstance(value, User):
        return user_json(value)
    return [_value(part) for part in value] if isinstance(value, list) else value
