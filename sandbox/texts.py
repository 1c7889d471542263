"""The words of a message out of the parameters: marked up, trimmed, measured."""

from collections.abc import Mapping

from sandbox.entities import in_order, units, with_found
from sandbox.errors import bad_request
from sandbox.markup import parse_html, trimmed
from sandbox.model import Entity, Text
from sandbox.params import Params

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024


def message_text(params: Params) -> Text:
    """`text` of sendMessage and editMessageText: 1 to 4096 UTF-16 units after parsing."""
    if not params.text("text"):
        raise bad_request("message text is empty")
    text = formatted(params.text("text"), params.text("parse_mode"), _given(params, "entities"))
    if not text.text:
        raise bad_request("text must be non-empty")
    if units(text.text) > TEXT_LIMIT:
        raise bad_request("message is too long")
    return text


def caption(params: Params) -> Text:
    given = _given(params, "caption_entities")
    text = formatted(params.text("caption"), params.text("parse_mode"), given)
    if units(text.text) > CAPTION_LIMIT:
        raise bad_request("message caption is too long")
    return text


def formatted(source: str, parse_mode: str, entities: object = None) -> Text:
    """Only HTML is understood here (and entities in JSON)."""
    match parse_mode.lower():
        case "html":
            return with_found(trimmed(parse_html(source)))
        case "" | "none":
            return with_found(trimmed(Text(source, _entities(entities))))
        case _:
            raise bad_request("unsupported parse_mode")


def _given(params: Params, name: str) -> object:
    return params.parsed(name, "can't parse entities JSON object")


def _entities(given: object) -> tuple[Entity, ...]:
    if not isinstance(given, list):
        return ()
    return in_order(_entity(part) for part in given if isinstance(part, dict))


def _entity(part: Mapping[str, object]) -> Entity:
    kind, offset, length = part.get("type"), part.get("offset"), part.get("length")
    if not isinstance(kind, str) or not isinstance(offset, int) or not isinstance(length, int):
        raise bad_request("can't parse MessageEntity")
    user = part.get("user")
    user_id = user.get("id") if isinstance(user, dict) else None
    return Entity(
        kind,
        offset,
        length,
        url=str(part.get("url", "")),
        language=str(part.get("language", "")),
        user_id=user_id if isinstance(user_id, int) else None,
    )
