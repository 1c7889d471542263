"""Telegram's HTML: text and entities out of it, or Telegram's own complaint with the byte offset.

The rules (which tags, unquoted attributes, four named entities, the wording of each error) follow
the parser of the public Bot API server; the offset counts bytes of UTF-8, as there.
"""

import re
from dataclasses import dataclass

from sandbox.entities import in_order, units
from sandbox.errors import ApiError, bad_request
from sandbox.model import Entity, Text

TYPES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "blockquote": "blockquote",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "tg-emoji": "custom_emoji",
}
BARE_ATTRIBUTES = frozenset({"expandable"})
REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]{1,7})|#([0-9]{1,7})|(lt|gt|amp|quot)(?![a-zA-Z]));?")
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
NAME_END = re.compile(r"[\s>]")
ATTRIBUTE = re.compile(r"\s*([^\s=>]*)\s*")
TOKEN = re.compile(r"[A-Za-z0-9.-]*")
USER_LINK = re.compile(r"tg://user\?id=(\d+)")


@dataclass(frozen=True, slots=True)
class OpenTag:
    name: str
    argument: str
    offset: int
    begins_at: int


def parse_html(source: str) -> Text:
    """Raises «can't parse entities: …» for anything that Telegram would not take."""
    if "<" not in source and "&" not in source:
        return Text(source)
    return _Parser(source).run()


def decoded(source: str) -> str:
    return REFERENCE.sub(lambda hit: _character(hit) or hit.group(), source)


def _character(hit: re.Match[str]) -> str:
    hexadecimal, decimal, name = hit.groups()
    if name:
        return NAMED[name]
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    return chr(code) if 0 < code < 0x10FFFF and not 0xD800 <= code <= 0xDFFF else ""


class _Parser:
    """One pass from left to right; `at` is the next character to read."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.parts: list[str] = []
        self.length = 0
        self.open: list[OpenTag] = []
        self.entities: list[Entity] = []

    def run(self) -> Text:
        while self.at < len(self.source):
            self._words()
            if self.at < len(self.source):
                self._tag()
        if self.open:
            name = self.open[-1].name
            raise self._error(f'Can\'t find end tag corresponding to start tag "{name}"')
        return Text("".join(self.parts), in_order(self.entities))

    def _words(self) -> None:
        end = self.source.find("<", self.at)
        end = len(self.source) if end < 0 else end
        piece = decoded(self.source[self.at : end])
        self.parts.append(piece)
        self.length += units(piece)
        self.at = end

    def _tag(self) -> None:
        begin = self.at
        if self.source.startswith("</", begin):
            self._end_tag(begin)
        else:
            self._start_tag(begin)

    def _start_tag(self, begin: int) -> None:
        name = self._name(begin + 1, f"Unclosed start tag{self._where(begin)}")
        if name not in TYPES:
            raise self._error(f'Unsupported start tag "{name}"{self._where(begin)}')
        attributes = self._attributes(name, begin)
        argument = _argument(name, attributes)
        if name == "span" and argument != "spoiler":
            text = f'Tag "span" must have class "tg-spoiler"{self._where(begin)}'
            raise self._error(text)
        self.open.append(OpenTag(name, argument, self.length, len(self.parts)))

    def _name(self, start: int, complaint: str) -> str:
        end = NAME_END.search(self.source, start)
        if not end:
            raise self._error(complaint)
        self.at = end.start()
        return self.source[start : self.at].lower()

    def _attributes(self, tag: str, begin: int) -> dict[str, str]:
        """Reads up to and including the closing `>`."""
        found: dict[str, str] = {}
        while True:
            name = self._attribute_name(begin)
            if not name and self._peek() == ">":
                self.at += 1
                return found
            found[name] = self._attribute_value(tag, name, begin)

    def _attribute_name(self, begin: int) -> str:
        hit = ATTRIBUTE.match(self.source, self.at)
        self.at = hit.end() if hit else self.at
        if self.at >= len(self.source):
            raise self._error(f"Unclosed start tag{self._where(begin)}")
        return hit.group(1) if hit else ""

    def _attribute_value(self, tag: str, name: str, begin: int) -> str:
        if not name:
            raise self._error(f'Empty attribute name in the tag "{tag}"{self._where(begin)}')
        if self._peek() != "=":
            if name in BARE_ATTRIBUTES:
                return ""
            text = "Expected equal sign in declaration of an attribute of the tag"
            raise self._error(f'{text} "{tag}"{self._where(begin)}')
        self.at += 1
        while self._peek().isspace():
            self.at += 1
        return self._quoted(begin) if self._peek() in ("'", '"') else self._token()

    def _quoted(self, begin: int) -> str:
        end = self.source.find(self.source[self.at], self.at + 1)
        if end < 0:
            raise self._error(f"Unclosed start tag{self._where(begin)}")
        value = decoded(self.source[self.at + 1 : end])
        self.at = end + 1
        return value

    def _token(self) -> str:
        start = self.at
        hit = TOKEN.match(self.source, start)
        self.at = hit.end() if hit else start
        if not self._peek() or self._peek() not in "> \t\r\n":
            raise self._error(f"Unexpected end of name token{self._where(start)}")
        return self.source[start : self.at].lower()

    def _end_tag(self, begin: int) -> None:
        if not self.open:
            raise self._error(f"Unexpected end tag{self._where(begin)}")
        name = self._name(begin + 2, f"Unclosed end tag{self._where(begin)}")
        while self._peek().isspace():
            self.at += 1
        if self._peek() != ">":
            raise self._error(f"Unclosed end tag{self._where(begin)}")
        self.at += 1
        wanted = self.open[-1].name
        if name and name != wanted:
            text = f'expected "</{wanted}>", found "</{name}>"'
            raise self._error(f"Unmatched end tag{self._where(begin)}, {text}")
        self._close(self.open.pop())

    def _close(self, tag: OpenTag) -> None:
        length = self.length - tag.offset
        if length <= 0:
            return
        entity = Entity(TYPES[tag.name], tag.offset, length)
        match tag.name:
            case "a":
                self._add_link(entity, tag)
            case "code" | "pre":
                self._add_code(entity, tag)
            case "blockquote" if tag.argument:
                self.entities.append(Entity("expandable_blockquote", tag.offset, length))
            case "tg-emoji":
                pass
            case _:
                self.entities.append(entity)

    def _add_link(self, entity: Entity, tag: OpenTag) -> None:
        url = (tag.argument or "".join(self.parts[tag.begins_at :])).strip()
        user = USER_LINK.fullmatch(url)
        if user:
            mention = Entity("text_mention", entity.offset, entity.length, user_id=int(user.group(1)))
            self.entities.append(mention)
        elif "." in url or url.startswith("tg://") or "://localhost" in url:
            full = url if "://" in url or url.startswith(("mailto:", "tel:")) else f"http://{url}"
            self.entities.append(Entity("text_link", entity.offset, entity.length, url=full))

    def _add_code(self, entity: Entity, tag: OpenTag) -> None:
        """`<pre><code class="language-x">` becomes one block with its language."""
        last = self.entities[-1] if self.entities else None
        inside = last and (last.offset, last.length) == (entity.offset, entity.length)
        if inside and last and {last.type, entity.type} == {"code", "pre"}:
            language = last.language or tag.argument
            self.entities[-1] = Entity("pre", entity.offset, entity.length, language=language)
            return
        language = tag.argument if tag.name == "code" else ""
        self.entities.append(Entity(entity.type, entity.offset, entity.length, language=language))

    def _peek(self) -> str:
        return self.source[self.at : self.at + 1]

    def _where(self, begin: int) -> str:
        return f" at byte offset {len(self.source[:begin].encode('utf-8', 'surrogatepass'))}"

    def _error(self, text: str) -> ApiError:
        return bad_request(f"can't parse entities: {text}")


def _argument(tag: str, attributes: dict[str, str]) -> str:
    match tag:
        case "a":
            return attributes.get("href", "")
        case "code":
            return attributes.get("class", "").removeprefix("language-")
        case "span":
            return attributes.get("class", "").removeprefix("tg-")
        case "blockquote":
            return "expandable" if "expandable" in attributes else ""
        case _:
            return ""


def trimmed(text: Text) -> Text:
    """Telegram drops blank ends; entities move along."""
    left = len(text.text) - len(text.text.lstrip())
    start = units(text.text[:left])
    body = text.text.strip()
    end = start + units(body)
    kept = [_clipped(entity, start, end) for entity in text.entities]
    return Text(body, tuple(entity for entity in kept if entity.length > 0))


def _clipped(entity: Entity, start: int, end: int) -> Entity:
    first = max(entity.offset, start)
    last = min(entity.offset + entity.length, end)
    return Entity(entity.type, first - start, last - first, entity.url, entity.language, entity.user_id)
