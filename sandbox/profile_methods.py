"""Methods about the bot itself: getMe, names, descriptions, commands by scope."""

import re
from collections.abc import Callable, Mapping

from sandbox.api_json import bot_json
from sandbox.desk import Desk
from sandbox.errors import bad_request
from sandbox.model import CommandsChanged
from sandbox.params import Params
from sandbox.profile import DEFAULT, Command, ScopeKey

COMMAND = re.compile(r"[a-z0-9_]{1,32}")
DESCRIPTION_LIMIT = 256
COMMAND_LIMIT = 100
SCOPES = frozenset(
    {
        "default",
        "all_private_chats",
        "all_group_chats",
        "all_chat_administrators",
        "chat",
        "chat_administrators",
        "chat_member",
    }
)
TEXT_LIMITS = {"name": 64, "description": 512, "short_description": 120}


def get_me(desk: Desk, params: Params) -> object:
    return bot_json(desk.world.bot, reads_all=desk.world.can_read_all)


def set_my_commands(desk: Desk, params: Params) -> object:
    given = params.parsed("commands", "can't parse commands JSON object")
    if not isinstance(given, list):
        raise bad_request("can't parse commands: Expected an Array of BotCommand")
    if len(given) > COMMAND_LIMIT:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    commands = tuple(_command(part) for part in given)
    desk.world.profile.commands[_place(desk, params)] = commands
    desk.world.emit(CommandsChanged())
    return True


def _command(part: object) -> Command:
    if not isinstance(part, dict):
        raise bad_request("can't parse BotCommand: Object expected")
    name = str(part.get("command", "")).removeprefix("/")
    description = str(part.get("description", "")).strip()
    if not COMMAND.fullmatch(name):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(description) <= DESCRIPTION_LIMIT:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return Command(name, description)


def get_my_commands(desk: Desk, params: Params) -> object:
    commands = desk.world.profile.commands.get(_place(desk, params), ())
    return [{"command": c.name, "description": c.description} for c in commands]


def delete_my_commands(desk: Desk, params: Params) -> object:
    desk.world.profile.commands.pop(_place(desk, params), None)
    desk.world.emit(CommandsChanged())
    return True


def _place(desk: Desk, params: Params) -> tuple[ScopeKey, str]:
    given = params.parsed("scope", "can't parse BotCommandScope JSON object")
    scope = _scope(desk, given) if isinstance(given, dict) else DEFAULT
    return scope, params.text("language_code")


def _scope(desk: Desk, given: Mapping[str, object]) -> ScopeKey:
    kind = str(given.get("type", ""))
    if kind not in SCOPES:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    chat_id, user_id = _number(given.get("chat_id")), _number(given.get("user_id"))
    if kind.startswith("chat") and chat_id not in desk.world.chats:
        raise bad_request("chat not found")
    return kind, chat_id, user_id


def _number(value: object) -> int:
    text = str(value)
    return int(text) if text.lstrip("-").isdigit() else 0


def setter(field: str) -> Callable[[Desk, Params], object]:
    """setMyName, setMyDescription, setMyShortDescription."""

    def set_text(desk: Desk, params: Params) -> object:
        text = params.text(field)
        if len(text) > TEXT_LIMITS[field]:
            raise bad_request(f"{field.upper()}_TOO_LONG")
        desk.world.profile.texts[field, params.text("language_code")] = text
        return True

    return set_text


def getter(field: str) -> Callable[[Desk, Params], object]:
    def get_text(desk: Desk, params: Params) -> object:
        texts = desk.world.profile.texts
        fallback = desk.world.bot.name if field == "name" else ""
        text = texts.get((field, params.text("language_code"))) or texts.get((field, ""))
        return {field: text or fallback}

    return get_text
