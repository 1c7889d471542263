"""Inline keyboards out of `reply_markup`, with Telegram's complaints."""

from collections.abc import Mapping

from sandbox.errors import bad_request
from sandbox.model import Button, Keyboard
from sandbox.params import Params

ACTIONS = (
    "url",
    "callback_data",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "copy_text",
)
BUTTON_LIMIT = 100
NO_OBJECT = "object expected as reply markup"
NO_BUTTON = "can't parse inline keyboard button"


def keyboard_of(params: Params) -> Keyboard:
    """Of the other kinds of reply markup, ForceReply is asks_reply(); reply keyboards are taken and not shown."""
    return parse_keyboard(_markup(params))


def asks_reply(params: Params) -> bool:
    markup = _markup(params)
    return isinstance(markup, dict) and bool(markup.get("force_reply"))


def _markup(params: Params) -> object:
    return params.parsed("reply_markup", "can't parse reply keyboard markup JSON object")


def parse_keyboard(markup: object) -> Keyboard:
    if markup is None:
        return ()
    if not isinstance(markup, dict):
        raise bad_request(NO_OBJECT)
    rows = markup.get("inline_keyboard", [])
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        text = 'field "inline_keyboard" must be an Array of Arrays of InlineKeyboardButton'
        raise bad_request(f"can't parse inline keyboard: {text}")
    keyboard = tuple(tuple(_button(given) for given in row) for row in rows if row)
    if sum(map(len, keyboard)) > BUTTON_LIMIT:
        raise bad_request("reply markup is too long")
    return keyboard


def _button(given: object) -> Button:
    if not isinstance(given, dict):
        raise bad_request(f"{NO_BUTTON}: Object expected")
    text = given.get("text")
    if not isinstance(text, str):
        raise bad_request(f'{NO_BUTTON}: Can\'t find field "text"')
    if not text.strip():
        raise bad_request("BUTTON_TEXT_INVALID")
    action = next((name for name in ACTIONS if given.get(name) or _may_be_empty(given, name)), "")
    if not action:
        raise bad_request(f"{NO_BUTTON}: Text buttons are unallowed in the inline keyboard")
    return Button(text, action, _checked(action, given[action]))


def _may_be_empty(given: Mapping[str, object], name: str) -> bool:
    return name.startswith("switch") and name in given


def _checked(action: str, value: object) -> str:
    if isinstance(value, dict):
        value = value.get("text", "")
    text = value if isinstance(value, str) else ""
    if action == "callback_data" and not 1 <= len(text.encode()) <= 64:
        raise bad_request("BUTTON_DATA_INVALID")
    if action == "url" and not _is_link(text):
        raise bad_request(f"inline keyboard button URL '{text}' is invalid: Wrong HTTP URL")
    return text


def _is_link(text: str) -> bool:
    scheme, mark, rest = text.partition("://")
    if not mark:
        return "." in text and " " not in text
    host = rest.split("/")[0]
    return scheme == "tg" or (scheme in ("http", "https") and "." in host and " " not in host)
