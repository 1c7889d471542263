"""Methods that write, change and remove messages."""

from dataclasses import replace

from sandbox.api_json import message_json
from sandbox.desk import (
    Desk,
    has_right,
    joined_chat,
    known_chat,
    named_message,
    open_thread,
    writable_chat,
)
from sandbox.errors import NOT_MODIFIED, bad_request
from sandbox.journal import Kind
from sandbox.keyboards import asks_reply, keyboard_of
from sandbox.model import Chat, Content, Document, Draft, Message, Service, Text, Typing
from sandbox.params import Params
from sandbox.texts import caption, message_text

ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)
EDIT_MISSING = "message to edit not found"
NOT_MINE = "message can't be edited"


def send_message(desk: Desk, params: Params) -> object:
    return _post(desk, params, message_text(params))


def send_document(desk: Desk, params: Params) -> object:
    words = caption(params)
    chat = writable_chat(desk, params, "documents")
    return _post(desk, params, replace(_document(desk, params), caption=words), chat)


def _document(desk: Desk, params: Params) -> Document:
    given = params.text("document")
    upload = params.files.get(given.removeprefix("attach://") or "document")
    if upload:
        stored = desk.world.files.add(upload.filename, upload.content_type, upload.body)
    else:
        known = desk.world.files.get(given)
        if not known:
            raise bad_request(
                "there is no document in the request" if not given else "wrong file identifier/HTTP URL specified"
            )
        stored = known
    return Document(stored.name, stored.mime, stored.id, len(stored.body))


def _post(desk: Desk, params: Params, content: Content, chat: Chat | None = None) -> object:
    keyboard = keyboard_of(params)
    chat = chat or writable_chat(desk, params)
    kind: Kind = "document" if isinstance(content, Document) else "message"
    draft = Draft(
        content,
        reply_to=_reply_to(desk, chat, params),
        thread_id=open_thread(desk, chat, params.integer("message_thread_id")),
        keyboard=keyboard,
        asks_reply=asks_reply(params),
        protected=params.flag("protect_content"),
    )
    message = desk.world.post(chat, desk.world.bot, draft)
    desk.journal.write(kind, chat.id, message.id, message.text)
    return message_json(desk.world, message)


def _reply_to(desk: Desk, chat: Chat, params: Params) -> int | None:
    number, may_miss = _asked_reply(params)
    if not number or desk.world.message(chat.id, number):
        return number or None
    if may_miss:
        return None
    raise bad_request("message to be replied not found")


def _asked_reply(params: Params) -> tuple[int, bool]:
    """The number to answer (0: none), and whether it may be missing; in the new or old way."""
    given = params.parsed("reply_parameters", "can't parse reply parameters JSON object")
    if not given:
        may_miss = params.flag("allow_sending_without_reply")
        return params.integer("reply_to_message_id"), may_miss
    if not isinstance(given, dict):
        raise bad_request("object expected as reply parameters")
    number = given.get("message_id")
    if not isinstance(number, int):
        raise bad_request("message identifier is not specified")
    return number, bool(given.get("allow_sending_without_reply"))


def edit_message_text(desk: Desk, params: Params) -> object:
    text = message_text(params)
    keyboard = keyboard_of(params)
    old = _own(desk, params)
    if not isinstance(old.content, Text):
        raise bad_request("there is no text in the message to edit")
    new = replace(old, content=text, keyboard=keyboard)
    return _changed(desk, params, old, new, edit_date=desk.world.now())


def edit_message_reply_markup(desk: Desk, params: Params) -> object:
    keyboard = keyboard_of(params)
    old = _own(desk, params)
    return _changed(desk, params, old, replace(old, keyboard=keyboard), edit_date=old.edit_date)


def _own(desk: Desk, params: Params) -> Message:
    message = named_message(desk, params, EDIT_MISSING)
    mine = desk.world.bot in (message.sender, message.via_bot)
    if not mine or isinstance(message.content, Service):
        raise bad_request(NOT_MINE)
    return message


def _changed(desk: Desk, params: Params, old: Message, new: Message, *, edit_date: int | None) -> object:
    """Buttons may change without the message being shown as edited."""
    if new == old:
        raise bad_request(NOT_MODIFIED)
    saved = desk.world.change(replace(new, edit_date=edit_date))
    desk.journal.write("edit", saved.chat_id, saved.id, saved.text)
    return True if params.text("inline_message_id") else message_json(desk.world, saved)


def delete_message(desk: Desk, params: Params) -> object:
    message = named_message(desk, params, "message to delete not found")
    if not _may_delete(desk, desk.world.chats[message.chat_id], message):
        raise bad_request("message can't be deleted")
    desk.world.remove(message)
    return True


def delete_messages(desk: Desk, params: Params) -> object:
    """Numbers that are unknown are passed over, as Telegram does it."""
    chat = joined_chat(desk, params)
    given = params.parsed("message_ids", "can't parse message identifiers JSON object")
    numbers = [n for n in given if isinstance(n, int)] if isinstance(given, list) else []
    if not numbers:
        raise bad_request("message identifiers are not specified")
    for number in numbers:
        message = desk.world.message(chat.id, number)
        if message and _may_delete(desk, chat, message):
            desk.world.remove(message)
    return True


def _may_delete(desk: Desk, chat: Chat, message: Message) -> bool:
    mine = message.sender == desk.world.bot
    return mine or chat.type == "private" or has_right(desk, chat, "can_delete_messages")


def send_chat_action(desk: Desk, params: Params) -> object:
    if params.text("action").lower() not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = writable_chat(desk, params)
    open_thread(desk, chat, params.integer("message_thread_id"))
    desk.world.emit(Typing(chat.id))
    return True


def set_message_reaction(desk: Desk, params: Params) -> object:
    """Checked, but not shown on the page."""
    named_message(desk, params, "message to react not found")
    return True


def pin_chat_message(desk: Desk, params: Params) -> object:
    chat = joined_chat(desk, params)
    if chat.type != "private" and not has_right(desk, chat, "can_pin_messages"):
        raise bad_request("not enough rights to manage pinned messages in the chat")
    message = named_message(desk, params, "message to pin not found")
    desk.world.put_chat(replace(chat, pinned_id=message.id))
    note = Service(
        f"置顶了「{message.text[:20]}」",
        {"pinned_message": message_json(desk.world, message, deep=False)},
    )
    desk.world.post(desk.world.chats[chat.id], desk.world.bot, Draft(note))
    return True


def unpin_chat_message(desk: Desk, params: Params) -> object:
    chat = known_chat(desk, params)
    desk.world.put_chat(replace(chat, pinned_id=None))
    return True
