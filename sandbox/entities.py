"""Offsets in UTF-16, the entities that Telegram finds by itself, and safe HTML for the page."""

import html
import re
from collections.abc import Iterable

from sandbox.model import Entity, Text

FOUND = re.compile(
    r"(?P<url>(?:https?|tg)://[^\s<>\"«»]+[^\s<>\"«».:;,('?!`]"
    r"|(?<![\w@.])(?:[A-Za-z0-9-]+\.)+(?:com|cn|org|net|gov|edu|io|me)(?!\w)(?:/[^\s<>\"«»]*)?)"
    r"|(?P<email>[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)"
    r"|(?<!\w)(?P<mention>@[A-Za-z][A-Za-z0-9_]{3,31})(?!\w)"
    r"|(?<![\w/<>])(?P<bot_command>/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?)(?![\w/<>])"
    r"|(?<!\w)(?P<hashtag>#\w*[^\W\d]\w*)(?!#)",
)
NO_NESTED = frozenset({"code", "pre", "text_link", "text_mention", "url"})
TAGS = {
    "bold": "b",
    "italic": "i",
    "underline": "u",
    "strikethrough": "s",
    "spoiler": "tg-spoiler",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "expandable_blockquote": "blockquote",
}
MENTIONS = frozenset({"mention", "text_mention"})
SAFE_SCHEMES = ("http://", "https://", "tg://", "mailto:", "tel:")


def units(text: str) -> int:
    """How long Telegram thinks the text is: UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, start: int, end: int) -> str:
    """The part between two UTF-16 offsets."""
    raw = text.encode("utf-16-le", "surrogatepass")
    return raw[2 * start : 2 * end].decode("utf-16-le", "replace")


def with_found(text: Text) -> Text:
    """Adds mentions, commands, links and hashtags where the author marked nothing else."""
    closed = [e for e in text.entities if e.type in NO_NESTED]
    found = [e for e in find(text.text) if not any(overlap(e, other) for other in closed)]
    if not found:
        return text
    return Text(text.text, in_order([*text.entities, *found]))


def find(text: str) -> Iterable[Entity]:
    if not any(sign in text for sign in "/@#.:"):
        return
    for hit in FOUND.finditer(text):
        if hit.lastgroup:
            yield Entity(hit.lastgroup, units(text[: hit.start()]), units(hit.group()))


def overlap(one: Entity, other: Entity) -> bool:
    return one.offset < other.offset + other.length and other.offset < one.offset + one.length


def in_order(entities: Iterable[Entity]) -> tuple[Entity, ...]:
    return tuple(sorted(entities, key=lambda e: (e.offset, -e.length)))


def mentions(text: Text) -> list[str]:
    return [slice_of(text, e) for e in text.entities if e.type == "mention"]


def slice_of(text: Text, entity: Entity) -> str:
    return cut(text.text, entity.offset, entity.offset + entity.length)


def safe_html(text: Text) -> str:
    """HTML that a page may insert as it is: every tag is ours, every word escaped."""
    raw = text.text.encode("utf-16-le", "surrogatepass")
    return _render(raw, 0, len(raw) // 2, list(in_order(text.entities)))


def _render(raw: bytes, start: int, end: int, entities: list[Entity]) -> str:
    parts: list[str] = []
    at = start
    while entities:
        entity = entities.pop(0)
        stop = min(entity.offset + entity.length, end)
        if entity.offset < at or stop <= entity.offset:
            continue
        inner = [e for e in entities if e.offset < stop]
        entities = [e for e in entities if e.offset >= stop]
        parts.append(_plain(raw, at, entity.offset))
        parts.append(_tagged(raw, entity, stop, inner))
        at = stop
    return "".join([*parts, _plain(raw, at, end)])


def _plain(raw: bytes, start: int, end: int) -> str:
    return html.escape(raw[2 * start : 2 * end].decode("utf-16-le", "replace"))


def _tagged(raw: bytes, entity: Entity, stop: int, inner: list[Entity]) -> str:
    body = _render(raw, entity.offset, stop, inner)
    if entity.type in TAGS:
        tag = TAGS[entity.type]
        return f"<{tag}>{body}</{tag}>"
    if entity.type in MENTIONS:
        return f'<span class="mention">{body}</span>'
    link = _link(entity, raw[2 * entity.offset : 2 * stop].decode("utf-16-le", "replace"))
    return f'<a href="{html.escape(link)}">{body}</a>' if link else body


def _link(entity: Entity, words: str) -> str:
    match entity.type:
        case "text_link":
            return entity.url if entity.url.lower().startswith(SAFE_SCHEMES) else ""
        case "url":
            return words if words.lower().startswith(SAFE_SCHEMES) else f"https://{words}"
        case "email":
            return f"mailto:{words}"
        case _:
            return ""
