"""RFC 5545 recurrence rules on naive local time. Pure.

The library gives the days of one year at a time, which are kept: a start long ago costs nothing, and a rule that never
happens can't search for ever. Which periods count (INTERVAL) and which of their events (BYSETPOS) is decided here.
Where the RFC leaves a choice: DTSTART counts only when it matches the rule, BYWEEKNO alone means all days of the week,
and a bare date as UNTIL includes that day.
"""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import groupby, islice, product
from typing import Literal, TypeAlias, assert_never
from zoneinfo import ZoneInfo

from dateutil import rrule as library

Frequency = Literal["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]
WeekdayNumber: TypeAlias = tuple[int, int]  # weekday from 0, Monday; which one of the period, 0 for each
_LAST_YEAR = 9998
_ALL_MONTHS = tuple(range(1, 13))
_COUNT_YEARS = 300  # a COUNT that reaches further is as good as none
_EVER_YEARS = 100


@dataclass(frozen=True)
class Days:
    """Which days of a year match; an empty tuple matches all. weeks: by a week that begins on `week_start`."""

    months: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    year_days: tuple[int, ...] = ()
    weekdays: tuple[WeekdayNumber, ...] = ()
    weeks: tuple[int, ...] = ()
    week_start: int = 0


@dataclass(frozen=True)
class RRule:
    """A rule as written. until: naive local, or aware when it was written in UTC."""

    frequency: Frequency
    interval: int = 1
    count: int | None = None
    until: datetime | None = None
    days: Days = Days()
    hours: tuple[int, ...] = ()
    minutes: tuple[int, ...] = ()
    seconds: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()

    def period(self, day: date) -> int:
        """The number of the day, week, month or year that the day belongs to."""
        match self.frequency:
            case "DAILY":
                return day.toordinal()
            case "WEEKLY":
                return (day.toordinal() - 1 - self.days.week_start) // 7  # 0001-01-01 was a Monday
            case "MONTHLY":
                return day.year * 12 + day.month
            case "YEARLY":
                return day.year
            case _:
                assert_never(self.frequency)

    def times(self, start: datetime) -> tuple[time, ...]:
        parts = (self.hours or (start.hour,), self.minutes or (start.minute,), self.seconds or (start.second,))
        return tuple(sorted(time(*clock) for clock in product(*parts)))


def nominals(rule: RRule, start: datetime, zone: ZoneInfo, *, since: datetime, until: datetime) -> Iterator[datetime]:
    """The rule's naive local times from `since` on and before `until`, in order, none before `start`."""
    last = _last_of_count(rule, start) if rule.count is not None else None
    for nominal in _endless(rule, start, since, until.year):
        if nominal >= until or (last and nominal > last) or (rule.until and _is_after(nominal, rule.until, zone)):
            return
        yield nominal


def ever_happens(rule: RRule, start: datetime, zone: ZoneInfo) -> bool:
    """Within a hundred years of its start."""
    first = next(_endless(rule, start, start, start.year + _EVER_YEARS), None)
    return first is not None and not (rule.until and _is_after(first, rule.until, zone))


def _is_after(nominal: datetime, until: datetime, zone: ZoneInfo) -> bool:
    if until.tzinfo is None:
        return nominal > until
    return nominal.replace(tzinfo=zone).astimezone(UTC) > until


@lru_cache(maxsize=4096)
def _last_of_count(rule: RRule, start: datetime) -> datetime | None:
    """None: further away than anybody looks."""
    counted = list(islice(_endless(rule, start, start, start.year + _COUNT_YEARS), rule.count))
    return counted[-1] if len(counted) == rule.count else None


def _endless(rule: RRule, start: datetime, since: datetime, last_year: int) -> Iterator[datetime]:
    """Without COUNT and UNTIL, to the end of that year or somewhat later."""
    times = rule.times(start)
    earliest = max(since, start.replace(microsecond=0))
    for _, days in groupby(_days(rule, start, earliest.date(), last_year), rule.period):
        for nominal in _chosen([datetime.combine(day, clock) for day in days for clock in times], rule.positions):
            if nominal >= earliest:
                yield nominal


def _chosen(events: list[datetime], positions: tuple[int, ...]) -> list[datetime]:
    if not positions:
        return events
    size = len(events)
    indexes = {p - 1 if p > 0 else size + p for p in positions}
    return [events[i] for i in sorted(indexes) if 0 <= i < size]


def _days(rule: RRule, start: datetime, earliest: date, last_year: int) -> Iterator[date]:
    """Matching days of the periods that count, from the beginning of the period of `earliest`."""
    wanted = _completed(rule, start.date())
    first, origin = rule.period(earliest), rule.period(start.date())
    begins_before = rule.frequency == "WEEKLY" and earliest.timetuple().tm_yday < 7
    for year in range(max(1, earliest.year - begins_before), min(last_year + 1, _LAST_YEAR) + 1):  # a week may go on
        for day in days_of_year(wanted, year):
            period = rule.period(day)
            if period >= first and (period - origin) % rule.interval == 0:
                yield day


def _completed(rule: RRule, start: date) -> Days:
    """What the rule leaves open is taken from its start."""
    days = rule.days
    if rule.frequency == "MONTHLY" and not days.months:
        days = replace(days, months=_ALL_MONTHS)  # "the first Friday" is one of the month
    if days.weekdays or days.month_days or days.year_days or days.weeks or rule.frequency == "DAILY":
        return days
    if rule.frequency == "WEEKLY":
        return replace(days, weekdays=((start.weekday(), 0),))
    if rule.frequency == "YEARLY" and not days.months:
        days = replace(days, months=(start.month,))
    return replace(days, month_days=(start.day,))


@lru_cache(maxsize=4096)
def days_of_year(days: Days, year: int) -> tuple[date, ...]:
    """In order. Plain and numbered weekdays are asked for apart: the library takes them together for "both"."""
    plain = tuple(w for w in days.weekdays if not w[1])
    numbered = tuple(w for w in days.weekdays if w[1])
    groups = [group for group in (plain, numbered) if group] or [()]
    found = {day for group in groups for day in _days_by_library(days, group, year)}
    return tuple(sorted(day for day in found if not days.weeks or _is_in_weeks(day, days)))


def _days_by_library(days: Days, weekdays: tuple[WeekdayNumber, ...], year: int) -> list[date]:
    every_day = not (weekdays or days.month_days or days.year_days)
    rule = library.rrule(
        library.YEARLY,
        dtstart=datetime(year, 1, 1),
        interval=_LAST_YEAR,  # this year only
        bymonth=days.months or None,
        bymonthday=days.month_days or None,
        byyearday=range(1, 367) if every_day else days.year_days or None,
        byweekday=[library.weekday(day, number or None) for day, number in weekdays] or None,
    )
    return [event.date() for event in rule]


def _is_in_weeks(day: date, days: Days) -> bool:
    """A week belongs to the year in which most of its days are; -1 is the year's last."""
    middle = day + timedelta(days=3 - (day.weekday() - days.week_start) % 7)
    number = (middle.timetuple().tm_yday - 1) // 7 + 1
    left = (365 + calendar.isleap(middle.year) - middle.timetuple().tm_yday) // 7
    return number in days.weeks or -1 - left in days.weeks
