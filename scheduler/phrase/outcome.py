"""What reading a phrase comes to."""

from dataclasses import dataclass
from typing import TypeAlias

from scheduler.rule import Rule


@dataclass(frozen=True)
class Understood:
    """remarks: Chinese sentences that the echo must show, because something was taken as said."""

    rule: Rule
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class NotUnderstood:
    """problem: the reason with two examples, in Chinese. unknown: the words that it is about, as typed."""

    problem: str
    unknown: tuple[str, ...] = ()


Parsed: TypeAlias = Understood | NotUnderstood


class Refused(Exception):
    """Inside this package only: reading stops here. words: as typed.

    swaps: words of the phrase, and what could stand in their place; shown only when that is understood.
    """

    def __init__(self, reason: str, *words: str, swaps: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.words = words
        self.swaps = swaps


class NoDay(Refused):
    """Nothing in the phrase says on which day."""
