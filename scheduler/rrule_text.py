"""The text of a recurrence rule: read strictly, refused with a reason in Chinese. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import lru_cache
from typing import TypeVar, get_args

from scheduler.rrule import Days, Frequency, RRule, WeekdayNumber

_Value = TypeVar("_Value")
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_BYDAY = re.compile(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_NUMBER = re.compile(r"[+-]?[0-9]{1,6}")
_UNTIL = re.compile(r"([0-9]{8})(?:T([0-9]{6})(Z?))?")
_FREQUENCIES: dict[str, Frequency] = {name: name for name in get_args(Frequency)}
_TOO_OFTEN = {"SECONDLY", "MINUTELY", "HOURLY"}
_MOST_A_DAY = 24
_RANGES = {
    "BYMONTH": (1, 12),
    "BYMONTHDAY": (-31, 31),
    "BYYEARDAY": (-366, 366),
    "BYWEEKNO": (-53, 53),
    "BYHOUR": (0, 23),
    "BYMINUTE": (0, 59),
    "BYSECOND": (0, 59),
    "BYSETPOS": (-366, 366),
}
_NAMES = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", *_RANGES}
_ONLY_WITH = {  # where RFC 5545 allows a part; elsewhere it has no meaning
    "BYWEEKNO": {"YEARLY"},
    "BYYEARDAY": {"YEARLY"},
    "BYMONTHDAY": {"DAILY", "MONTHLY", "YEARLY"},
}


@dataclass(frozen=True)
class BadRRule:
    problem: str


class _BadPart(Exception):
    """A part that can't be read; its text says why."""


@lru_cache(maxsize=4096)
def read_rrule(text: str) -> RRule | BadRRule:
    """From "FREQ=MONTHLY;BYDAY=1FR", with or without "RRULE:" before it."""
    try:
        parts = _parts(text)
        frequency = _frequency(parts)
        rule = _rule(frequency, parts)
        _check_company(rule, parts)
    except _BadPart as error:
        return BadRRule(str(error))
    return rule


def _parts(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in text.strip().upper().removeprefix("RRULE:").removesuffix(";").split(";"):
        name, equals, value = part.partition("=")
        if not equals or not value:
            raise _BadPart(f"“{part[:40]}”读不懂，每一段写成“名称=值”，例如 FREQ=MONTHLY")
        if name not in _NAMES:
            raise _BadPart(f"不认识 {name[:40]}")
        if name in parts:
            raise _BadPart(f"{name} 写了两遍")
        parts[name] = value
    return parts


def _frequency(parts: dict[str, str]) -> Frequency:
    written = parts.get("FREQ")
    if written is None:
        raise _BadPart("缺少 FREQ，写 DAILY、WEEKLY、MONTHLY 或 YEARLY")
    if written in _TOO_OFTEN:
        raise _BadPart(f"FREQ={written} 太频繁了，最密每天一次（一天几次可以用 BYHOUR）")
    if written not in _FREQUENCIES:
        raise _BadPart(f"FREQ={written[:40]} 读不懂，写 DAILY、WEEKLY、MONTHLY 或 YEARLY")
    return _FREQUENCIES[written]


def _rule(frequency: Frequency, parts: dict[str, str]) -> RRule:
    return RRule(
        frequency,
        interval=_positive(parts, "INTERVAL") or 1,
        count=_positive(parts, "COUNT"),
        until=_until(parts["UNTIL"]) if "UNTIL" in parts else None,
        days=Days(
            months=_numbers(parts, "BYMONTH"),
            month_days=_numbers(parts, "BYMONTHDAY"),
            year_days=_numbers(parts, "BYYEARDAY"),
            weekdays=_list(parts, "BYDAY", _weekday),
            weeks=_numbers(parts, "BYWEEKNO"),
            week_start=_week_start(parts.get("WKST", "MO")),
        ),
        hours=_numbers(parts, "BYHOUR"),
        minutes=_numbers(parts, "BYMINUTE"),
        seconds=_numbers(parts, "BYSECOND"),
        positions=_numbers(parts, "BYSETPOS"),
    )


def _check_company(rule: RRule, parts: dict[str, str]) -> None:
    """What each part may stand beside."""
    for name, frequencies in _ONLY_WITH.items():
        if name in parts and rule.frequency not in frequencies:
            raise _BadPart(f"{name} 不能和 FREQ={rule.frequency} 一起用")
    if any(number for _, number in rule.days.weekdays) and (
        rule.frequency not in ("MONTHLY", "YEARLY") or rule.days.weeks
    ):
        raise _BadPart("BYDAY 里的序号（例如 1FR）只能用在按月或按年的规则里")
    if rule.count is not None and rule.until is not None:
        raise _BadPart("COUNT 和 UNTIL 只能写一个")
    if rule.positions and not any(name in parts for name in {"BYDAY", *_RANGES} - {"BYSETPOS"}):
        raise _BadPart("BYSETPOS 要和 BYDAY、BYMONTHDAY 这类一起用")
    if max(1, len(rule.hours)) * max(1, len(rule.minutes)) * max(1, len(rule.seconds)) > _MOST_A_DAY:
        raise _BadPart(f"一天最多 {_MOST_A_DAY} 次")


def _positive(parts: dict[str, str], name: str) -> int | None:
    if name not in parts:
        return None
    value = _number(parts[name], name)
    if value < 1:
        raise _BadPart(f"{name}={value} 不对，至少是 1")
    return value


def _numbers(parts: dict[str, str], name: str) -> tuple[int, ...]:
    return _list(parts, name, lambda written: _in_range(written, name))


def _list(parts: dict[str, str], name: str, read: Callable[[str], _Value]) -> tuple[_Value, ...]:
    return tuple(dict.fromkeys(map(read, parts[name].split(",")))) if name in parts else ()


def _in_range(written: str, name: str) -> int:
    value = _number(written, name)
    low, high = _RANGES[name]
    if not low <= value <= high or (value == 0 and low < 0):
        raise _BadPart(f"{name}={value} 不对，要在 {low} 到 {high} 之间" + ("，不能是 0" if low < 0 else ""))
    return value


def _number(written: str, name: str) -> int:
    if not _NUMBER.fullmatch(written):
        raise _BadPart(f"{name}={written[:40]} 不是数字")
    return int(written)


def _weekday(written: str) -> WeekdayNumber:
    found = _BYDAY.fullmatch(written)
    number = int(found[1] or 0) if found else 0
    if not found or (found[1] and number == 0) or abs(number) > 53:
        raise _BadPart(f"BYDAY={written[:40]} 读不懂，写 MO、TU……或 1FR、-1MO")
    return _WEEKDAYS.index(found[2]), number


def _week_start(written: str) -> int:
    if written not in _WEEKDAYS:
        raise _BadPart(f"WKST={written[:40]} 读不懂，写 MO 到 SU 中的一个")
    return _WEEKDAYS.index(written)


def _until(written: str) -> datetime:
    """A bare date: the end of that day."""
    found = _UNTIL.fullmatch(written)
    try:
        if not found:
            raise ValueError(written)
        day = datetime.strptime(found[1], "%Y%m%d")
        if found[2] is None:
            return datetime.combine(day, time.max)
        moment = datetime.strptime(found[1] + found[2], "%Y%m%d%H%M%S")
    except ValueError:
        raise _BadPart(f"UNTIL={written[:40]} 读不懂，写成 20261231T235959") from None
    return moment.replace(tzinfo=UTC) if found[3] else moment
