"""What a phrase says about the day, and the first moment that it means. Pure."""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import count, islice
from typing import Literal, TypeAlias

from scheduler.phrase.outcome import Refused
from scheduler.rrule import Days, days_of_year
from scheduler.rule import Roll

Frequency = Literal["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]
CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
ALL_MONTHS = tuple(range(1, 13))
_LONGEST_BREAK = timedelta(days=12)  # how far holidays may carry an event into the days after
_YEARS = 9  # from 29 February to the next one, over a year like 2100
LAST_YEAR = 2199


@dataclass(frozen=True)
class Pattern:
    """Days that come again. once: only the first of them is meant ("周五", "5号").

    weekdays: (0 for Monday, which one of the month or 0 for each).
    """

    frequency: Frequency
    interval: int = 1
    months: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    weekdays: tuple[tuple[int, int], ...] = ()
    roll: Roll = "none"
    once: bool = False


@dataclass(frozen=True)
class Fixed:
    """One day, or `days` days running."""

    first: date
    days: int = 1
    roll: Roll = "none"


@dataclass(frozen=True)
class Moment:
    """So and so long from now: day and hour in one."""

    at: datetime


Day: TypeAlias = Pattern | Fixed | Moment


def days_apart(pattern: Pattern) -> int:
    """From one of its days to the next, on an average month; 0 when it comes once."""
    if pattern.once:
        return 0
    period = {"DAILY": 1, "WEEKLY": 7, "MONTHLY": 30, "YEARLY": 365}[pattern.frequency] * pattern.interval
    in_year = len(pattern.months) if pattern.frequency == "YEARLY" else 1
    return period // (max(len(pattern.month_days) + len(pattern.weekdays), 1) * max(in_year, 1))


def on(year: int, month: int, day: int, *, words: str) -> date:
    """Refuses a day that does not exist."""
    if not 1 <= month <= 12:
        raise Refused(f"没有{month}月", words)
    if not 1 <= year <= LAST_YEAR:
        raise Refused(f"{year}年太远了", words)
    if not 1 <= day <= calendar.monthrange(year, month)[1]:
        raise Refused(f"{year}年{month}月没有{day}号", words)
    return date(year, month, day)


def month_after(day: date, months: int) -> tuple[int, int]:
    """Year and month, so many months after that of the day."""
    total = day.year * 12 + day.month - 1 + months
    return total // 12, total % 12 + 1


def days_from(pattern: Pattern, since: date) -> Iterator[date]:
    """Its days from then on, in order; INTERVAL counts from the first one and is left out here."""
    if pattern.frequency == "DAILY":
        yield from (since + timedelta(days=n) for n in count())
    if pattern.frequency == "WEEKLY":
        wanted = {weekday for weekday, _ in pattern.weekdays}
        yield from (day for n in count() if (day := since + timedelta(days=n)).weekday() in wanted)
    days = Days(pattern.months or ALL_MONTHS, pattern.month_days, weekdays=pattern.weekdays)
    for year in range(since.year, since.year + _YEARS):
        yield from (day for day in days_of_year(days, year) if day >= since)


def first_moment(pattern: Pattern, hours: tuple[time, ...], *, since: datetime) -> datetime | None:
    """The first at or after that moment; None when there is none in years."""
    return next(moments(pattern, hours, since=since), None)


def moments(pattern: Pattern, hours: tuple[time, ...], *, since: datetime) -> Iterator[datetime]:
    """Some dozens, at or after that moment, in order."""
    candidates = (datetime.combine(day, hour) for day in islice(days_from(pattern, since.date()), 40) for hour in hours)
    return (moment for moment in candidates if moment >= since)


def search_from(pattern: Pattern, now: datetime) -> datetime:
    """An event that holidays carry forward may lie before now by its own date and still be to come."""
    if pattern.roll == "next" and (pattern.interval == 1 or pattern.once):
        return now - _LONGEST_BREAK
    return now


def rrule_of(pattern: Pattern, hours: tuple[time, ...]) -> str:
    """In one canonical order; a single hour is left to DTSTART."""
    parts = [f"FREQ={pattern.frequency}"]
    if pattern.interval > 1:
        parts.append(f"INTERVAL={pattern.interval}")
    if pattern.interval > 1 and pattern.frequency == "WEEKLY":
        parts.append("WKST=MO")
    if pattern.months:
        parts.append("BYMONTH=" + ",".join(map(str, pattern.months)))
    if pattern.month_days:
        parts.append("BYMONTHDAY=" + ",".join(map(str, pattern.month_days)))
    if pattern.weekdays:
        parts.append("BYDAY=" + ",".join(f"{n or ''}{CODES[day]}" for day, n in pattern.weekdays))
    if len(hours) > 1:
        parts.append("BYHOUR=" + ",".join(str(hour.hour) for hour in hours))
    return ";".join(parts)
