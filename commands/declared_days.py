"""What an edit of config.yaml does to the days of a reminder: they go on from where they began, if they are the same.

Pure. Times are naive local, but for `now`.
"""

import re
from dataclasses import replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

from scheduler.phrase import Understood, parse
from scheduler.recurrence import next_occurrences
from scheduler.rule import Schedule
from scheduler.workdays import Workdays

_FROM = re.compile("起|开始")
_END = re.compile(r";(?:UNTIL|COUNT)=\w+")
_HOURS = re.compile(r";BYHOUR=([\d,]+)")
_MINUTES = re.compile(r";BYMINUTE=[\d,]+")


def counted_on(old: Schedule, new: Schedule, *, when: str, now: datetime) -> Schedule:
    """The same days go on from where they began, at another hour if that is new; other ones begin anew.

    new: as `when`, the text in the file, reads now. now: aware, UTC.
    """
    if _days(old) != _days(new):
        return new
    if _begins_elsewhere(when, old) or _begins_earlier(new, old, now):
        return new
    start = old.start.replace(hour=_first_hour(old, new), minute=new.start.minute)
    local = now.astimezone(ZoneInfo(old.zone)).replace(tzinfo=None)
    return _counted_anew(replace(new, start=start), now, is_past_first=start <= local < old.start)


def _days(schedule: Schedule) -> str:
    """The RRULE without hours and end."""
    return _MINUTES.sub("", _HOURS.sub("", _endless(schedule).rrule))


def _first_hour(old: Schedule, new: Schedule) -> int:
    """In place of the old one where there are as many a day, so that a number of times counts on; else the earliest."""
    before, after = _hours(old), _hours(new)
    is_same_number = len(before) == len(after) and old.start.hour in before
    return after[before.index(old.start.hour)] if is_same_number else after[0]


def _hours(schedule: Schedule) -> list[int]:
    """In order."""
    found = _HOURS.search(schedule.rrule)
    return sorted(map(int, found.group(1).split(","))) if found else [schedule.start.hour]


def _endless(schedule: Schedule) -> Schedule:
    return replace(schedule, rrule=_END.sub("", schedule.rrule))


def _begins_elsewhere(when: str, old: Schedule) -> bool:
    """从3月13日起, 3月16日到20日: a text with a beginning of its own, and not the old one.

    Read on the old first day, a text without one begins there, or before where a holiday may move an event.
    """
    day = old.start.date()
    found = parse(when, now=datetime.combine(day, time()), zone=old.zone)
    if not isinstance(found, Understood):
        return True
    begins = found.rule.schedule.start.date()
    return begins > day or (begins < day and _FROM.search(when) is not None)


def _begins_earlier(new: Schedule, old: Schedule, now: datetime) -> bool:
    """The old beginning was the text's own and is still to come, and is taken out, or is an earlier one now.

    Not where the days are the same and the old hour was over on that day.
    """
    at_old_hour = datetime.combine(new.start.date(), old.start.time())
    local = now.astimezone(ZoneInfo(new.zone)).replace(tzinfo=None)
    return new.start.date() < old.start.date() and at_old_hour > local


def _counted_anew(schedule: Schedule, now: datetime, *, is_past_first: bool) -> Schedule:
    """共5次 is counted from the next one when more than five are over, or the first would be and none has been."""
    if "COUNT" not in schedule.rrule or (not is_past_first and _next(schedule, now) is not None):
        return schedule
    first = _next(_endless(schedule), now)
    return replace(schedule, start=first or schedule.start)


def _next(schedule: Schedule, now: datetime) -> datetime | None:
    return next((e.nominal for e in next_occurrences(schedule, Workdays(), after=now, count=1)), None)
