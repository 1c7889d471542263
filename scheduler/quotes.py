"""Quotation marks: what stands between them is no time, and the way to say so."""

import re

_PAIRS = (("“", "”"), ("「", "」"), ("『", "』"), ("‘", "’"), ('"', '"'))
_TITLES = (("《", "》"), ("【", "】"))
QUOTE = "|".join(f"{left}[^{left}{right}]*{right}" for left, right in (*_PAIRS, *_TITLES))
_QUOTE = re.compile(QUOTE)
_WHOLE = re.compile("|".join(f"{left}([^{left}{right}]*){right}" for left, right in _PAIRS))


def mask_quotes(text: str) -> str:
    """As long as the text, with NUL for each quoted character and its marks."""
    return _QUOTE.sub(lambda found: "\0" * len(found[0]), text)


def unquoted(text: str) -> str:
    """Without the marks, when they stand around all of it. Book titles keep theirs."""
    found = _WHOLE.fullmatch(text)
    return next(group for group in found.groups() if group is not None).strip() if found else text


def is_quoted(text: str) -> bool:
    return _WHOLE.fullmatch(text) is not None


def quoted(text: str) -> str:
    """In marks that do not occur in it; where all do, they are left out of it."""
    for left, right in _PAIRS:
        if left not in text and right not in text:
            return left + text + right
    return "“" + re.sub("[“”]", "", text) + "”"
