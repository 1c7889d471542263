"""Every method of the Bot API that the stand-in knows."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sandbox import answers, chat_methods, messages, profile_methods
from sandbox.desk import Desk
from sandbox.errors import conflict, not_found
from sandbox.params import Params
from sandbox.webhook import Registration

LOG = logging.getLogger(__name__)
Method = Callable[[Desk, Params], object | Awaitable[object]]
LONGEST_POLL = 50


@dataclass(frozen=True, slots=True)
class Encoded:
    """A result that is JSON already."""

    text: str


@dataclass(frozen=True, slots=True)
class Described:
    """A result with the description that Telegram adds to some."""

    result: object
    description: str


async def get_updates(desk: Desk, params: Params) -> object:
    kinds = params.parsed("allowed_updates", "can't parse allowed updates JSON object")
    if isinstance(kinds, list):
        desk.updates.allow([str(kind) for kind in kinds])
    limit = min(max(params.integer("limit", 100), 1), 100)
    seconds = min(max(params.integer("timeout"), 0), LONGEST_POLL)
    found = await desk.updates.poll(params.integer("offset"), limit, seconds)
    return Encoded(f"[{','.join(found)}]")


def set_webhook(desk: Desk, params: Params) -> object:
    if not params.text("url"):
        return delete_webhook(desk, params)
    kinds = params.parsed("allowed_updates", "can't parse allowed updates JSON object")
    if params.flag("drop_pending_updates"):
        desk.updates.drop_all()
    if isinstance(kinds, list):
        desk.updates.allow([str(kind) for kind in kinds])
    desk.updates.interrupt(conflict("terminated by setWebhook request"))
    connections = min(max(params.integer("max_connections", 40), 1), 100)
    wanted = Registration(params.text("url"), params.text("secret_token"), connections)
    is_new = desk.webhook.register(wanted)
    return Described(True, "Webhook was set" if is_new else "Webhook is already set")


def delete_webhook(desk: Desk, params: Params) -> object:
    if params.flag("drop_pending_updates"):
        desk.updates.drop_all()
    was_set = desk.webhook.forget()
    return Described(True, "Webhook was deleted" if was_set else "Webhook is already deleted")


def get_webhook_info(desk: Desk, params: Params) -> object:
    return desk.webhook.info()


def say_goodbye(desk: Desk, params: Params) -> object:
    """logOut and close: taken, without any effect here."""
    return True


def table() -> dict[str, Method]:
    """Telegram doesn't mind upper and lower case in names: the keys are lower case."""
    known: dict[str, Method] = {
        "getUpdates": get_updates,
        "setWebhook": set_webhook,
        "deleteWebhook": delete_webhook,
        "getWebhookInfo": get_webhook_info,
        "logOut": say_goodbye,
        "close": say_goodbye,
        "sendMessage": messages.send_message,
        "sendDocument": messages.send_document,
        "editMessageText": messages.edit_message_text,
        "editMessageReplyMarkup": messages.edit_message_reply_markup,
        "deleteMessage": messages.delete_message,
        "deleteMessages": messages.delete_messages,
        "sendChatAction": messages.send_chat_action,
        "setMessageReaction": messages.set_message_reaction,
        "pinChatMessage": messages.pin_chat_message,
        "unpinChatMessage": messages.unpin_chat_message,
        "answerCallbackQuery": answers.answer_callback_query,
        "answerInlineQuery": answers.answer_inline_query,
        "getChat": chat_methods.get_chat,
        "getChatMember": chat_methods.get_chat_member,
        "getChatAdministrators": chat_methods.get_chat_administrators,
        "getChatMemberCount": chat_methods.get_chat_member_count,
        "leaveChat": chat_methods.leave_chat,
        "getFile": chat_methods.get_file,
        "getMe": profile_methods.get_me,
        "setMyCommands": profile_methods.set_my_commands,
        "getMyCommands": profile_methods.get_my_commands,
        "deleteMyCommands": profile_methods.delete_my_commands,
    }
    for field, name in (
        ("name", "Name"),
        ("description", "Description"),
        ("short_description", "ShortDescription"),
    ):
        known[f"setMy{name}"] = profile_methods.setter(field)
        known[f"getMy{name}"] = profile_methods.getter(field)
    return {name.lower(): method for name, method in known.items()}


def find(methods: dict[str, Method], name: str) -> Method:
    method = methods.get(name.lower())
    if not method:
        LOG.warning("sandbox.unknown_method name=%s", name)
        raise not_found()
    return method
