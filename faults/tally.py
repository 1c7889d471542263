"""What the stand-in's journal says of the promise: lost, doubled, doubled without a word. Pure."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from sandbox.journal import Accepted, sends

DOUBT = "可能重复"
_NUMBER = re.compile(r"编号(\d+)")


@dataclass(frozen=True)
class Tally:
    """unmarked: arrivals beyond the first of their number that don't say that they may be doubles."""

    promised: int
    messages: int
    lost: int
    doubled: int
    unmarked: int


def title(number: int) -> str:
    return f"编号{number}"


def tally(promised: Collection[int], entries: Iterable[Accepted]) -> Tally:
    accepted = sends(entries)
    marks: dict[int, list[bool]] = defaultdict(list)
    for entry in accepted:
        for number, is_marked in _named(entry.text):
            marks[number].append(is_marked)
    return Tally(
        promised=len(promised),
        messages=len(accepted),
        lost=sum(number not in marks for number in promised),
        doubled=sum(len(found) > 1 for found in marks.values()),
        unmarked=sum(not is_marked for found in marks.values() for is_marked in found[1:]),
    )


def arrived(entries: Iterable[Accepted]) -> set[int]:
    return {number for entry in sends(entries) for number, _ in _named(entry.text)}


def _named(text: str) -> Iterator[tuple[int, bool]]:
    """Every reminder in a message, and whether it says there that it may be a double."""
    found = _NUMBER.findall(text)
    if len(found) == 1:
        yield int(found[0]), DOUBT in text
        return
    for line in text.splitlines():
        for number in _NUMBER.findall(line):
            yield int(number), DOUBT in line
