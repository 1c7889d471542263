"""People's names as they may stand in a list: nothing in them turns, hides or breaks what is around them. Pure."""

import unicodedata

LONGEST = 64
_NAMELESS = "（没有名字）"
_JOINER = "\u200d"  # holds an emoji of several parts together


def plain_name(given: str) -> str:
    """One line of at most 64 characters, without marks that change the direction of writing."""
    visible = "".join(c for c in " ".join(given.split()) if c == _JOINER or not unicodedata.category(c).startswith("C"))
    return visible.strip(f" {_JOINER}")[:LONGEST].strip(f" {_JOINER}") or _NAMELESS
