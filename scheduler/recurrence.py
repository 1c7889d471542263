"""From a schedule to its events: nominal dates, rolled by the working days, as moments. Pure.

Local times follow RFC 5545, 3.3.5: one that a clock change leaves out moves forward by the gap, one that comes twice is
the first. So does a whole day that a zone left out (Samoa, 30 December 2011); for a roll it is no working day.
"""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from scheduler.rrule import RRule, ever_happens, nominals
from scheduler.rrule_text import BadRRule, read_rrule
from scheduler.rule import DEFAULT_ZONE, Lead, Occurrence, Roll, Schedule
from scheduler.workdays import Workdays

TEN_YEARS = 3660
_DAY = timedelta(days=1)
_ZONES_APART = 2 * _DAY  # the most that a naive local time and the same figures in UTC differ, and a left-out day
_ANY_START = datetime(2000, 1, 1, 9)  # a leap year, and a Saturday
_EARLIEST, _LATEST = datetime(100, 1, 1), datetime(9990, 1, 1)


class RRuleInvalidError(ValueError):
    """规则里的 RRULE 读不懂。problem 说明原因。"""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def check_rrule(text: str, start: datetime | None = None, zone: str = DEFAULT_ZONE) -> str | None:
    """What is wrong with it, in Chinese. Without a start it is only asked whether the rule could happen at all."""
    rule = read_rrule(text)
    if isinstance(rule, BadRRule):
        return rule.problem
    if not _happens(rule, start, ZoneInfo(zone)):
        return "这条规则永远不会发生，看看日期（例如 2 月 30 日）和截止时间"
    return None


def _happens(rule: RRule, start: datetime | None, zone: ZoneInfo) -> bool:
    if start is not None:
        return ever_happens(rule, start, zone)
    return ever_happens(RRule(rule.frequency, days=rule.days, positions=rule.positions), _ANY_START, zone)


def occurrences(schedule: Schedule, workdays: Workdays, *, after: datetime, until: datetime) -> Iterator[Occurrence]:
    """Events at or after `after` and before `until` (aware), by rolled moment; several at one moment count once.

    Raises RRuleInvalidError.
    """
    zone = ZoneInfo(schedule.zone)
    reach = workdays.longest_break + _ZONES_APART
    first, last = _naive_utc(after) - reach, _naive_utc(until) + reach
    before: datetime | None = None
    for event in _sorted(_events(schedule, workdays, zone, first, last), reach):
        if event.at >= until:
            return
        if event.at >= after and event.at != before:
            yield event
        before = event.at


def next_occurrences(
    schedule: Schedule, workdays: Workdays, *, after: datetime, count: int, limit_days: int = TEN_YEARS
) -> list[Occurrence]:
    """At most `count`, fewer when the schedule ends or has no more within the limit."""
    until = min(_naive_utc(after) + timedelta(days=limit_days), _LATEST).replace(tzinfo=UTC)
    return list(islice(occurrences(schedule, workdays, after=after, until=until), count))


def lead_moments(occurrence: Occurrence, leads: Iterable[Lead], zone: str) -> list[tuple[Lead, datetime]]:
    """When each lead is due, aware, UTC, in the order of the leads."""
    return [(lead, _lead_moment(occurrence, lead, ZoneInfo(zone))) for lead in leads]


def _lead_moment(occurrence: Occurrence, lead: Lead, zone: ZoneInfo) -> datetime:
    """Minutes are real ones, whatever the clocks do meanwhile."""
    if lead.at is not None:
        return moment(lead.local(occurrence.local), zone)
    day = occurrence.at if lead.days == 0 else moment(occurrence.local - timedelta(days=lead.days), zone)
    return day - timedelta(minutes=lead.minutes)


def moment(local: datetime, zone: ZoneInfo) -> datetime:
    """Aware, UTC, of a naive local time."""
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)


def rolled(day: date, roll: Roll, workdays: Workdays, zone: ZoneInfo) -> date | None:
    """None: there is no event."""
    if roll == "none" or _is_workday(day, workdays, zone):
        return day
    if roll == "skip":
        return None
    step = _DAY if roll == "next" else -_DAY
    while not _is_workday(day, workdays, zone):
        day += step
    return day


def _is_workday(day: date, workdays: Workdays, zone: ZoneInfo) -> bool:
    return workdays.is_workday(day) and not _is_left_out(day, zone)


def _is_left_out(day: date, zone: ZoneInfo) -> bool:
    noon = datetime(day.year, day.month, day.day, 12)
    return moment(noon, zone).astimezone(zone).date() != day


def _events(
    schedule: Schedule, workdays: Workdays, zone: ZoneInfo, first: datetime, last: datetime
) -> Iterator[Occurrence]:
    for nominal in _nominals(schedule, zone, first, last):
        day = rolled(nominal.date(), schedule.roll, workdays, zone)
        if day is not None:
            at = moment(datetime.combine(day, nominal.time()), zone)
            local = at.astimezone(zone).replace(tzinfo=None, fold=0)
            yield Occurrence(nominal, local, at, _is_provisional(schedule.roll, (nominal.date(), day), workdays))


def _nominals(schedule: Schedule, zone: ZoneInfo, first: datetime, last: datetime) -> Iterator[datetime]:
    if not schedule.rrule:
        return iter([schedule.start] if first <= schedule.start < last else [])
    rule = read_rrule(schedule.rrule)
    if isinstance(rule, BadRRule):
        raise RRuleInvalidError(rule.problem)
    return nominals(rule, schedule.start, zone, since=first, until=last)


def _is_provisional(roll: Roll, days: Sequence[date], workdays: Workdays) -> bool:
    return roll != "none" and not all(workdays.is_announced(day.year) for day in days)


def _sorted(events: Iterable[Occurrence], reach: timedelta) -> Iterator[Occurrence]:
    """By moment, the earliest nominal first. An event is given as soon as no later nominal can come before it."""
    waiting: list[tuple[datetime, datetime, Occurrence]] = []
    for event in events:
        while waiting and waiting[0][0] < event.nominal.replace(tzinfo=UTC) - reach:
            yield heapq.heappop(waiting)[2]
        heapq.heappush(waiting, (event.at, event.nominal, event))
    while waiting:
        yield heapq.heappop(waiting)[2]


def _naive_utc(at: datetime) -> datetime:
    return min(max(at.astimezone(UTC).replace(tzinfo=None), _EARLIEST), _LATEST)
