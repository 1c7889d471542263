"""From folded text to tokens: words of time, and everything else character by character."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

Kind: TypeAlias = str


@dataclass(frozen=True)
class Token:
    """A word of time, or one character of something else (kind "char").

    n, m, y: the numbers in it (a clock's hour and minute; a date's month, day and year or 0). tag: which of its kind.
    """

    kind: Kind
    text: str
    start: int
    n: int = 0
    m: int = 0
    y: int = 0
    tag: str = ""

    @property
    def end(self) -> int:
        return self.start + len(self.text)


class Cursor:
    """A place among tokens. Blanks are skipped by whatever is taken next."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self.at = 0

    def peek(self) -> Token | None:
        """The next token that is no blank."""
        place = self._next()
        return self._tokens[place] if place < len(self._tokens) else None

    def sees(self, *kinds: Kind, tag: str | None = None) -> bool:
        token = self.peek()
        return token is not None and token.kind in kinds and (tag is None or token.tag == tag)

    def take(self, *kinds: Kind, tag: str | None = None) -> Token | None:
        """The next token when it is of these kinds (and of this tag), else None and nothing moves."""
        if not self.sees(*kinds, tag=tag):
            return None
        self.at = self._next() + 1
        return self._tokens[self.at - 1]

    def skip(self, *kinds: Kind) -> None:
        while self.take(*kinds):
            pass

    def has(self, *kinds: Kind) -> bool:
        """Takes all of these kinds; whether there were any."""
        before = self.at
        self.skip(*kinds)
        return self.at != before

    def before(self) -> Token | None:
        """What stands right before, blank or not."""
        return self._tokens[self.at - 1] if self.at else None

    def rest(self) -> Iterator[Token]:
        yield from self._tokens[self.at :]

    def since(self, place: int) -> list[Token]:
        return self._tokens[place : self.at]

    def _next(self) -> int:
        place = self.at
        while place < len(self._tokens) and self._tokens[place].kind == "blank":
            place += 1
        return place
