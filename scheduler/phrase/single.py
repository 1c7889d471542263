"""One day: 明天, 下周三, 3月8号, 月底, 三天后, 下周三到周五."""

import calendar
from datetime import date, datetime, timedelta
from typing import NoReturn

from scheduler.phrase.dates import LAST_YEAR, Day, Fixed, Moment, Pattern, days_from, month_after, on
from scheduler.phrase.durations import duration
from scheduler.phrase.festivals import festival_date
from scheduler.phrase.lexicon import WEEK
from scheduler.phrase.month_days import DaysOfMonth, days_of_month, end_of_month, start_of_month
from scheduler.phrase.outcome import Refused
from scheduler.phrase.recurring import listed_month
from scheduler.phrase.tokens import Cursor, Token
from scheduler.phrase.weekdays import weekdays

_MOST_DAYS = 31
_LEAP_YEAR = 2028
_LONGEST_WAIT = 366 * 3  # days


def single(cursor: Cursor, now: datetime) -> Day | None:
    """The day, or days running; None when there is none here."""
    found = one_day(cursor, now)
    return None if found is None else _through(cursor, found, now)


def one_day(cursor: Cursor, now: datetime) -> Day | None:
    """The day, without the 到 that may follow it."""
    place = cursor.at
    for read in (_relative_day, _later, _weekday, _relative, _dated, _of_month):
        found = read(cursor, now)
        if found is not None:
            return found
        cursor.at = place
    return None


def _relative_day(cursor: Cursor, now: datetime) -> Day | None:
    token = cursor.take("relday")
    if token is None:
        return None
    if token.n < 0:
        raise Refused("这天已经过去了", token.text)
    return Fixed(now.date() + timedelta(days=token.n))


def _later(cursor: Cursor, now: datetime) -> Day | None:
    """三天后, 两小时后, 过半小时."""
    passed = cursor.take("pass")
    span = duration(cursor)
    if span is None:
        return None
    if not cursor.has("after") and not passed:
        return None
    if span.months:
        year, month = month_after(now.date(), span.months)
        return Fixed(on(year, month, now.day, words=span.text))
    if span.days > _LONGEST_WAIT or span.minutes > _LONGEST_WAIT * 1440:
        raise Refused("太远了，请写日期", span.text)
    if span.minutes:
        return Moment(now.replace(second=0, microsecond=0) + timedelta(days=span.days, minutes=span.minutes))
    return Fixed(now.date() + timedelta(days=span.days))


def _weekday(cursor: Cursor, now: datetime) -> Day | None:
    """周五: the next one."""
    if not cursor.sees("wday"):
        return None
    place = cursor.at
    days = weekdays(cursor)
    if len(days) > 1:
        words = "".join(t.text for t in cursor.since(place)).strip()
        reason = "是每周这几天（说“每周…”），还是只这一次（请分成几条，或说“下周三到周五”）"
        raise Refused(reason, words, swaps=((words, "每" + words),))
    return Pattern("WEEKLY", weekdays=((days[0], 0),), once=True)


def _relative(cursor: Cursor, now: datetime) -> Day | None:
    rel = cursor.take("rel")
    if rel is None:
        return None
    if rel.n == 1 and cursor.take("workday"):
        return Fixed(now.date() + timedelta(days=1), roll="next")
    if cursor.take("unit", tag="week"):
        cursor.skip("de")
    if day := cursor.take("wday"):
        return _in_week(rel, day, now)
    found = _in_relative_month(cursor, rel, now)
    if found is not None and rel.n < 0:
        raise Refused("这天已经过去了", rel.text)
    return found


def _in_week(rel: Token, day: Token, now: datetime) -> Fixed:
    monday = now.date() - timedelta(days=now.weekday())
    found = monday + timedelta(days=7 * rel.n + day.n)
    if found < now.date():
        raise Refused(f"{found.month}月{found.day}日已经过去了", rel.text + day.text)
    return Fixed(found)


def _in_relative_month(cursor: Cursor, rel: Token, now: datetime) -> Day | None:
    year, month = month_after(now.date(), rel.n)
    place = cursor.at
    if not (cursor.take("unit", tag="month_unit") and cursor.sees("monthend", "monthstart", "monthmid")):
        cursor.at = place
    if cursor.take("monthend"):
        return _day_of(year, month, end_of_month(cursor), rel.text)
    if cursor.take("monthstart"):
        return _day_of(year, month, start_of_month(cursor), rel.text)
    if cursor.take("qend"):
        year, month = month_after(now.date(), 3 * rel.n + 2 - (now.month - 1) % 3)
        return _day_of(year, month, days_of_month(cursor) or end_of_month(cursor), rel.text)
    if cursor.take("monthmid"):
        return Fixed(date(year, month, 15))
    if not cursor.take("unit", tag="month_unit"):
        return None
    cursor.skip("de")
    days = days_of_month(cursor)
    return None if days is None else _day_of(year, month, days, rel.text)


def _day_of(year: int, month: int, days: DaysOfMonth, words: str) -> Fixed:
    if len(days.month_days) + len(days.weekdays) > 1:
        raise Refused("一条只提醒一天，请分成几条", words)
    if days.month_days and days.month_days[0] > 0:
        return Fixed(on(year, month, days.month_days[0], words=words), roll=days.roll)
    pattern = Pattern("YEARLY", months=(month,), month_days=days.month_days, weekdays=days.weekdays)
    found = next(days_from(pattern, date(year, month, 1)), None)
    if found is None or (found.year, found.month) != (year, month):
        raise Refused(f"{year}年{month}月没有这一天", words)
    return Fixed(found, roll=days.roll)


def _dated(cursor: Cursor, now: datetime) -> Day | None:
    """2026年12月1日, 12月1日, 12-01, 明年元旦, 今年12月最后一个周五."""
    if token := cursor.take("date"):
        return _day_in(token.y, token.n, DaysOfMonth((token.m,)), token.text, now)
    year, said = _year(cursor, now)
    cursor.skip("de")
    if festival := cursor.take("festival"):
        named_month, day = festival_date(festival.text)
        return _day_in(year, named_month, DaysOfMonth((day,)), festival.text, now)
    if said is not None and cursor.take("yearend"):
        return _day_in(year, 12, end_of_month(cursor), said.text, now)
    _refuse_months(cursor)
    month = cursor.take("month")
    if month is None:
        return None
    cursor.skip("de")
    days = _day_in_month(cursor)
    return None if days is None else _day_in(year, month.n, days, (said.text if said else "") + month.text, now)


def _refuse_months(cursor: Cursor) -> None:
    """3、6、9、12月20号."""
    place = cursor.at
    while listed_month(cursor):
        cursor.skip("join", "comma")
    if cursor.at != place and cursor.take("month"):
        words = "".join(token.text for token in cursor.since(place)).strip()
        cursor.skip("de")
        if _is_day(cursor) or cursor.sees("monthend"):
            raise Refused("每年都要的请写“每年”，只一次的请分成几条", words, swaps=((words, "每年" + words),))
    cursor.at = place


def _day_in_month(cursor: Cursor) -> DaysOfMonth | None:
    if cursor.take("monthend"):
        return end_of_month(cursor)
    if cursor.take("monthstart"):
        return start_of_month(cursor)
    if cursor.take("monthmid"):
        return DaysOfMonth((15,))
    return days_of_month(cursor) if _is_day(cursor) else None


def _is_day(cursor: Cursor) -> bool:
    return cursor.sees("daynum", "ord")


def _year(cursor: Cursor, now: datetime) -> tuple[int, Token | None]:
    """0 when none is given."""
    if token := cursor.take("relyear"):
        return now.year + token.n, token
    if token := cursor.take("year"):
        return (token.n + 2000 if 0 <= token.n < 100 else token.n), token
    return 0, None


def _day_in(year: int, month: int, days: DaysOfMonth, words: str, now: datetime) -> Day:
    if not 1 <= month <= 12:
        raise Refused("月份只有1到12", words)
    if year:
        if not 1 <= year <= LAST_YEAR:
            raise Refused("这个年份不对", words)
        found = _day_of(year, month, days, words)
        if found.first < now.date():
            raise Refused(f"{found.first.year}年{found.first.month}月{found.first.day}日已经过去了", words)
        return found
    if len(days.month_days) + len(days.weekdays) > 1:
        raise Refused("一条只提醒一天，请分成几条；每年都要的请写“每年”", words)
    if days.month_days and days.month_days[0] > 0:
        _check_day(month, days.month_days[0])
    return Pattern("YEARLY", 1, (month,), days.month_days, days.weekdays, days.roll, once=True)


def _check_day(month: int, day: int) -> None:
    if not 1 <= day <= calendar.monthrange(_LEAP_YEAR, month)[1]:
        raise Refused(f"{month}月没有{day}号", f"{month}月{day}号")


def _of_month(cursor: Cursor, now: datetime) -> Day | None:
    """5号: the next one. 月底: of this month."""
    if token := cursor.take("monthend"):
        return _monthly_once(end_of_month(cursor), token.text)
    if token := cursor.take("monthstart"):
        return _monthly_once(start_of_month(cursor), token.text)
    if cursor.take("monthmid"):
        return Pattern("MONTHLY", month_days=(15,), once=True)
    if cursor.take("yearend"):
        return _day_in(0, 12, end_of_month(cursor), "年底", now)
    if token := cursor.take("qend"):
        year, month = month_after(now.date(), 2 - (now.month - 1) % 3)
        return _day_of(year, month, days_of_month(cursor) or end_of_month(cursor), token.text)
    token, place = cursor.peek(), cursor.at
    if token is None or token.kind not in ("daynum", "ord"):
        return None
    days = days_of_month(cursor)
    if days is not None and token.kind == "ord":
        refuse_ordinal("".join(token.text for token in cursor.since(place)).strip())
    return None if days is None else _monthly_once(days, token.text)


def refuse_ordinal(words: str) -> NoReturn:
    """第一个周五: of which month is not said."""
    if words.startswith("第") and words.endswith("天") and not WEEK.search(words):
        raise Refused("从哪天数起不知道，请直接写日期", words)
    swaps = ((words, "每月" + words), (words, "下个月" + words))
    raise Refused("是每月的还是哪个月的，请写全，例如“每月最后一个周五”“本月最后一个周五”", words, swaps=swaps)


def _monthly_once(days: DaysOfMonth, words: str) -> Pattern:
    if len(days.month_days) + len(days.weekdays) > 1:
        raise Refused("一条只提醒一天；每月都要的请写“每月”", words)
    return Pattern("MONTHLY", 1, (), days.month_days, days.weekdays, days.roll, once=True)


def _through(cursor: Cursor, found: Day, now: datetime) -> Day:
    """下周三到周五, 3月8号到10号, 明天到后天."""
    place = cursor.at
    if isinstance(found, Moment) or not cursor.has("range"):
        return found
    if not cursor.sees("wday", "daynum", "month", "relday", "date", "rel", "monthend", "yearend"):
        cursor.at = place
        return found
    first = found.first if isinstance(found, Fixed) else next(days_from(found, now.date()))
    last = _last(cursor, first, now)
    if last is None:
        cursor.at = place
        return found
    if cursor.sees("endword"):
        cursor.at = place
        return found
    words = "".join(token.text for token in cursor.since(place))
    if isinstance(found, Pattern) and found.frequency == "WEEKLY":
        raise Refused("是每周这几天（说“每周一到周五”），还是只这一次（说“下周三到周五”）", words)
    if last <= first:
        raise Refused("这段时间倒过来了", words)
    if (last - first).days >= _MOST_DAYS:
        raise Refused(f"连着的日子最多{_MOST_DAYS}天", words)
    return Fixed(first, (last - first).days + 1)


def _last(cursor: Cursor, first: date, now: datetime) -> date | None:
    if day := cursor.take("wday"):
        return first + timedelta(days=day.n - first.weekday())
    if number := cursor.take("daynum"):
        return on(first.year, first.month, number.n, words=number.text)
    found = single(cursor, now)
    if isinstance(found, Fixed):
        return found.first
    return next(days_from(found, first), None) if isinstance(found, Pattern) else None
