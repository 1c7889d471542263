"""From folded text to tokens. What stands after 周 needs care: 周二十点 is Tuesday at ten, 周一三五 are three days."""

import re
from collections.abc import Iterator
from dataclasses import replace

from scheduler.phrase.lexicon import PATTERN, UNGUARDED, WEEK
from scheduler.phrase.numerals import number
from scheduler.phrase.tokens import Token

WEEKDAY_CHARS = "一二三四五六日天"
_RUN = re.compile(r"[一二三四五六七八九十零]+")
_DIGIT = re.compile(r"[1-7](?!\d|\s?[点时月号.:])")
_LIMITS = {"点": 24, "时": 24, "月": 12, "号": 31, "刻": 3}
_RUNS = {"days": "day_unit", "run_days": "day_unit", "run_weeks": "week", "run_months": "month_unit"}
_ONCE = re.compile(r"[一1][次回](?!族)|[二两三四五六2-7]次(?![日要数级品])")  # 周三次 is no Wednesday
_SUNDAY = re.compile(r"[日天](?![常气程]|报(?!到|名|送|数))")
_NUMBERS = (
    ("h24", "m24"), ("hs", "ms"), ("hd", "md"), ("hp", "mp"),
    ("h", "min"), ("h", "bare"), ("h", ""), ("h12", ""), ("month", ""), ("day", ""), ("year", ""),
    ("nth_month", ""), ("nth", ""), ("nth_last", ""), ("times", ""), ("bare_times", ""), ("done_times", ""),
    ("turns", ""),
)  # fmt: skip
_RELATIVE = {
    "d0": (0, ""), "d0n": (0, "evening"), "d0m": (0, "morning"), "d1": (1, ""), "d1n": (1, "evening"),
    "d1m": (1, "morning"), "d2": (2, ""), "d2n": (2, "evening"), "d3": (3, ""), "past": (-1, ""),
    "y0": (0, ""), "y1": (1, ""), "y2": (2, ""), "ym": (-1, ""),
    "next1": (1, ""), "next2": (2, ""), "this": (0, ""), "last": (-1, ""),
    "eve_night": (1, "evening"), "same_night": (0, "evening"), "odd": (1, "odd"), "even": (2, "even"),
}  # fmt: skip
_DAYS = {"wday", "daynum", "date", "relday", "everyday"}
_SHORT_PARTS = {"早": "early", "晚": "late"}  # 周五晚
_EXACT = {"h24", "hs", "hd"}  # 3:00 is not asked about: whoever writes it so means the morning
_QUARTERS = {"一": 15, "1": 15, "三": 45, "3": 45}
BROKEN = -9999  # a number that can't be read


def tokenise(text: str, *, is_guarded: bool = True) -> list[Token]:
    """Of folded text; together they are all of it. is_guarded: 月底总结 is the name of some work, no day."""
    pattern = PATTERN if is_guarded else UNGUARDED
    tokens: list[Token] = []
    at = 0
    while at < len(text):
        found = _tokens_at(pattern, text, at)
        if tokens and tokens[-1].kind in _DAYS and found[0].text in _SHORT_PARTS and found[0].kind == "char":
            found = [replace(found[0], kind="part", tag=_SHORT_PARTS[found[0].text])]
        tokens += found
        at = tokens[-1].end
    return tokens


def _tokens_at(pattern: re.Pattern[str], text: str, at: int) -> list[Token]:
    found = pattern.match(text, at)
    if found and found.end() > at:
        return [_token(found)]
    week = WEEK.match(text, at)
    if week:
        return list(_weekdays(text, week)) or [Token("unit", week[0], at, tag="week")]
    return [Token("char", text[at], at)]


def _weekdays(text: str, week: re.Match[str]) -> Iterator[Token]:
    at = week.end() + len(text[week.end() :]) - len(text[week.end() :].lstrip(" "))
    run = _RUN.match(text, at)
    if _ONCE.match(text, at):
        return
    if digit := _DIGIT.match(text, at):
        yield Token("wday", text[week.start() : digit.end()], week.start(), n=int(digit[0]) - 1)
    elif _SUNDAY.match(text, at):
        yield Token("wday", text[week.start() : at + 1], week.start(), n=6)
    elif run and run[0][0] in WEEKDAY_CHARS:
        yield from _run(text, week.start(), at, run[0])


def _run(text: str, start: int, at: int, run: str) -> Iterator[Token]:
    size = _weekday_count(text, at, run)
    for place in range(at, at + size):
        begin = start if place == at else place
        yield Token("wday", text[begin : place + 1], begin, n=WEEKDAY_CHARS.index(text[place]))
    if (size > 1 or run[0] == "六") and _SUNDAY.match(text, at + size):
        yield Token("wday", text[at + size], at + size, n=6)


def _weekday_count(text: str, at: int, run: str) -> int:
    """How many characters of the run are weekdays; the rest is a number of what follows, or a word of its own."""
    after = text[at + len(run) : at + len(run) + 1]
    longest = _rising(run)
    longest = next(
        (n for n in range(1, longest) if (m := PATTERN.match(text, at + n)) and m.lastgroup == "K_word"), longest
    )
    if after and after in _LIMITS:
        limit = _LIMITS[after]
        for size in range(1, min(longest, len(run) - 1) + 1):
            value = number(run[size:])
            if value is not None and value <= limit and (len(run) - size < 2 or "十" in run[size:]):
                return size
        return 1
    return longest


def _rising(run: str) -> int:
    """周一三五: as long as each is a later day than the one before."""
    size = 1
    while size < len(run) and run[size] in WEEKDAY_CHARS:
        if WEEKDAY_CHARS.index(run[size]) <= WEEKDAY_CHARS.index(run[size - 1]):
            break
        size += 1
    return size


def _token(found: re.Match[str]) -> Token:
    kind = str(found.lastgroup).removeprefix("K_")
    groups = {name: value for name, value in found.groupdict().items() if value is not None and name != found.lastgroup}
    make = _MAKERS.get(kind, _plain)
    return make(kind, found, groups)


def _plain(kind: str, found: re.Match[str], groups: dict[str, str]) -> Token:
    named = next((_RELATIVE[name] for name in groups if name in _RELATIVE), None)
    if named is not None:
        return Token(kind, found[0], found.start(), n=named[0], tag=named[1])
    for first, second in _NUMBERS:
        if first in groups and (not second or second in groups):
            return Token(kind, found[0], found.start(), n=_read(groups[first]), m=_read(groups.get(second, "0")))
    return Token(kind, found[0], found.start(), n=_read(found[0]) if kind == "number" else 0)


def _read(written: str) -> int:
    value = number(written)
    return BROKEN if value is None else value


def _tagged(kind: str, found: re.Match[str], groups: dict[str, str]) -> Token:
    return Token(kind, found[0], found.start(), tag=next(iter(groups)))


def _roll(kind: str, found: re.Match[str], groups: dict[str, str]) -> Token:
    return Token(kind, found[0], found.start(), tag=next(iter(groups)).removeprefix("roll_"))


def _ordinal(kind: str, found: re.Match[str], groups: dict[str, str]) -> Token:
    if "nth_last" in groups:
        return Token(kind, found[0], found.start(), n=-_read(groups["nth_last"]))
    for name in ("nth", "nth_month"):
        if name in groups:
            return Token(kind, found[0], found.start(), n=_read(groups[name]))
    return Token(kind, found[0], found.start(), n=1 if found[0][0] in "首头" else -1)


def _date(kind: str, found: re.Match[str], groups: dict[str, str]) -> Token:
    year, month, day = next(
        (groups.get(y, "0"), groups[m], groups[d])
        for y, m, d in (("dy", "dm", "dd"), ("", "sm", "sd"), ("", "pm", "pd"))
        if d in groups
    )
    return Token(kind, found[0], found.start(), n=_read(month), m=_read(day), y=_read(year))


def _clock(kind: str, found: re.Match[str], groups: dict[str, str]) -> Token:
    if "hto" in groups:
        minutes = _read(groups["to"]) if "to" in groups else 15
        return Token(kind, found[0], found.start(), n=(_read(groups["hto"]) + 11) % 12 or 12, m=60 - minutes, tag="to")
    token = _plain(kind, found, groups)
    minute = 30 if "half" in groups else _QUARTERS[groups["q"]] if "q" in groups else token.m
    half_day = groups.get("ampm") or groups.get("ap") or ""
    is_exact = not _EXACT.isdisjoint(groups)
    return Token(kind, token.text, token.start, n=token.n, m=minute, tag=half_day or ("colon" if is_exact else ""))


def _run_of(kind: str, found: re.Match[str], groups: dict[str, str]) -> Token:
    name = next(name for name in groups if name in _RUNS)
    return Token(kind, found[0], found.start(), n=_read(groups[name]), tag=_RUNS[name])


_MAKERS = {
    "clock": _clock,
    "date": _date,
    "ord": _ordinal,
    "ordmonth": _ordinal,
    "part": _tagged,
    "roll": _roll,
    "runs": _run_of,
    "unit": _tagged,
    "zone": _tagged,
}
