"""Plain text -> Telegram HTML, in the member's script, cut to Telegram's size."""

import html

from knowledge import traditional

MAX_UNITS = 4096


def rendered(text: str, *, in_traditional: bool = False) -> str:
    """Escaped; the source line in italics, the supplement's heading in bold."""
    safe = html.escape(traditional(text) if in_traditional else text, quote=False)
    lines = [_styled(line) for line in safe.split("\n")]
    return "\n".join(lines)


def _styled(line: str) -> str:
    if line.startswith(("出处：", "補充的出處：", "补充的出处：", "出處：")):
        return f"<i>{line}</i>"
    if line.startswith(("补充：", "補充：")):
        return f"<b>{line[:3]}</b>{line[3:]}"
    return line


def units(text: str) -> int:
    """UTF-16 code units, in which Telegram counts."""
    return len(text.encode("utf-16-le")) // 2


def split(text: str, limit: int = MAX_UNITS) -> list[str]:
    """Parts of at most `limit` UTF-16 units, cut at paragraphs, else at lines, else anywhere. For plain text."""
    if units(text) <= limit:
        return [text]
    for mark in ("\n\n", "\n"):
        cut = _last_fitting(text, mark, limit)
        if cut:
            return [text[:cut], *split(text[cut:].lstrip("\n"), limit)]
    cut = len(text.encode("utf-16-le")[: limit * 2].decode("utf-16-le", "ignore"))
    return [text[:cut], *split(text[cut:], limit)]


def _last_fitting(text: str, mark: str, limit: int) -> int:
    cut = 0
    place = text.find(mark)
    while place > 0 and units(text[:place]) <= limit:
        cut = place
        place = text.find(mark, place + 1)
    return cut
