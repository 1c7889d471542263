"""From which date and until which: 从下周开始, 明年3月起, 到6月底, 12月31日结束, 从12月到明年6月, 下个月每周三."""

import calendar
from datetime import date, datetime, time, timedelta
from itertools import takewhile

from scheduler.phrase.dates import Day, Fixed, Moment, days_from, month_after, on
from scheduler.phrase.outcome import Refused
from scheduler.phrase.single import one_day, single
from scheduler.phrase.tokens import Cursor, Token

_REPEATS = {"every", "everyday", "parity", "double", "other", "workday"}
_LONGEST_RUN = 31


def _full_date(cursor: Cursor) -> date | None:
    """With its year, so it may be past: an interval goes on counting from it."""
    place = cursor.at
    if (token := cursor.take("date")) and token.y:
        return on(token.y, token.n, token.m, words=token.text)
    cursor.at = place
    year, month, day = cursor.take("year"), cursor.take("month"), cursor.take("daynum")
    if year and month and day:
        return on(year.n, month.n, day.n, words=year.text + month.text + day.text)
    cursor.at = place
    return None


def beginning(cursor: Cursor, now: datetime) -> date | None:
    """Of 下周, 明年3月, 3月6日, before 起; None when there is none here."""
    place = cursor.at
    if (full := _full_date(cursor)) and cursor.sees("since"):
        return full
    cursor.at = place
    rel = cursor.take("rel")
    if rel and cursor.take("unit", tag="week"):
        if not cursor.sees("wday"):
            return date.fromordinal(now.toordinal() - now.weekday() + 7 * rel.n)
    elif rel and cursor.take("unit", tag="month_unit") and cursor.sees("since"):
        return date(*month_after(now.date(), rel.n), 1)
    cursor.at = place
    year, month = cursor.take("relyear"), cursor.take("month")
    if year and year.n > 0 and cursor.sees("since") and (month is None or 1 <= month.n <= 12):
        return date(now.year + year.n, month.n if month else 1, 1)
    if month and not year and cursor.sees("since") and 1 <= month.n <= 12:
        return date(now.year + (month.n < now.month), month.n, 1)
    cursor.at = place
    return date_of(single(cursor, now), now)


def date_of(day: Day | None, now: datetime) -> date | None:
    """The first of its days from today on."""
    match day:
        case None:
            return None
        case Fixed(first):
            return first
        case Moment(at):
            return at.date()
        case pattern:
            return next(days_from(pattern, now.date()), None)


def ending(cursor: Cursor, since: date, now: datetime) -> date | None:
    """Of 6月30日, 6月底, and the last day of 明年6月; the first from `since` on. None when there is none here."""
    place = cursor.at
    if (found := date_of(one_day(cursor, now), datetime.combine(since, time()))) is not None:
        return found
    cursor.at = place
    month = _month(cursor, since, now)
    return _end_of(month) if month else None


def _end_of(month: date) -> date:
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def ends_on(cursor: Cursor, now: datetime) -> date | None:
    """12月31日结束, and 到12月31日 as a clause of its own."""
    ahead = list(takewhile(lambda token: token.kind not in {"comma"}, cursor.rest()))
    led = None if not ahead or ahead[-1].kind == "wday" else cursor.take("range")
    if not led and not any(token.kind == "endword" for token in ahead):
        return None
    found = ending(cursor, now.date(), now)
    cursor.take("beyond")
    ended = cursor.take("endword")
    return found if (led or ended) and _clause_ends(cursor) else None


def _clause_ends(cursor: Cursor) -> bool:
    following = next(cursor.rest(), None)
    return following is None or following.kind in {"comma", "blank"}


def between(cursor: Cursor, now: datetime, *, repeats: bool) -> tuple[date, date] | None:
    """从12月1日到明年6月30日, where something else says how often in between. repeats: it was said before.

    None for some days running, of which each is meant.
    """
    if not any(token.kind in {"range", "until"} for token in cursor.rest()):
        return None
    place = cursor.at
    cursor.take("from")
    first = _first_day(cursor, now)
    is_from = any(token.kind == "since" for token in cursor.since(place))
    last = ending(cursor, first, now) if first and cursor.has("range", "until") else None
    words = "".join(token.text for token in cursor.since(place)).strip()
    cursor.skip("endword")
    if (token := cursor.peek()) and token.text == "期间":
        cursor.take("vague")
    said = {token.kind for token in cursor.rest()} & _REPEATS
    if first is None or last is None or not (repeats or said):
        return None
    if last <= first:
        raise Refused("这段时间倒过来了", words)
    if "年" not in words and _last_year(first) <= now.date() <= _last_year(last):
        raise Refused("开头那天已经过去了；是今年还是明年，请写上年份", words)
    is_daily = said == {"everyday"} and not repeats and not is_from
    return None if is_daily and (last - first).days < _LONGEST_RUN else (first, last)


def within(cursor: Cursor, now: datetime) -> tuple[date, date] | None:
    """First and last day of 下周, 12月, 明年 right before what says how often: 下个月每周三."""
    found = _period(cursor, now)
    cursor.skip("de")
    return found if found and cursor.sees(*_REPEATS) else None


def _period(cursor: Cursor, now: datetime) -> tuple[date, date] | None:
    place = cursor.at
    rel = cursor.take("rel")
    if rel and cursor.take("unit", tag="week"):
        monday = now.date() + timedelta(days=7 * rel.n - now.weekday())
        return monday, monday + timedelta(days=6)
    cursor.at = place
    if month := _month(cursor, now.date(), now):
        return month, _end_of(month)
    cursor.at = place
    if year := cursor.take("relyear", "year"):
        return on(_year(year, now), 1, 1, words=year.text), on(_year(year, now), 12, 31, words=year.text)
    return None


def _year(token: Token, now: datetime) -> int:
    if token.kind == "relyear":
        return now.year + token.n
    return token.n + 2000 if 0 <= token.n < 100 else token.n


def _last_year(day: date) -> date:
    return date(day.year - 1, day.month, min(day.day, 28))


def _first_day(cursor: Cursor, now: datetime) -> date | None:
    """A weekday and a bare number are none: 周一到周五, 9到11点."""
    place = cursor.at
    found = None if cursor.sees("wday", "number", "ord") else _full_date(cursor) or date_of(one_day(cursor, now), now)
    if found is None:
        cursor.at = place
        found = _month(cursor, now.date(), now)
    cursor.skip("since")
    return found


def _month(cursor: Cursor, since: date, now: datetime) -> date | None:
    """The first day of 6月, 明年6月, 下个月; of those without a year the first from `since` on."""
    rel = cursor.take("rel")
    if rel is not None:
        return date(*month_after(now.date(), rel.n), 1) if cursor.take("unit", tag="month_unit") else None
    year, month = cursor.take("relyear", "year"), cursor.take("month")
    if month is None or not 1 <= month.n <= 12:
        return None
    if year is None:
        return date(since.year + (month.n < since.month), month.n, 1)
    return on(_year(year, now), month.n, 1, words=year.text + month.text)
