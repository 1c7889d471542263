"""Days that come again: 每周一三五, 隔周五, 每月第一个周五, 每季度末月25号, 每年七一."""

from scheduler.phrase.dates import Pattern
from scheduler.phrase.festivals import festival_date
from scheduler.phrase.month_days import DaysOfMonth, days_of_month, end_of_month, refuse_range, start_of_month
from scheduler.phrase.outcome import Refused
from scheduler.phrase.tokens import Cursor, Token
from scheduler.phrase.weekdays import weekdays

_HALF_A_YEAR, _A_QUARTER = 6, 3
_LARGEST = {"day_unit": 366, "week": 52, "month_unit": 36, "year_unit": 10}


def recurring(cursor: Cursor) -> Pattern | None:
    """None when nothing here says "again and again"."""
    found = _recurring(cursor)
    if found is not None:
        refuse_range(cursor)
    return found


def _recurring(cursor: Cursor) -> Pattern | None:
    place = cursor.at
    if token := cursor.take("oddweek"):
        raise Refused("单周、双周从哪一周数起说不清，请说“隔周五”，需要时加“从3月6日起”", token.text)
    if cursor.take("everyday"):
        cursor.skip("de")
        return _workdays(cursor) or Pattern("DAILY")
    if token := cursor.take("parity"):
        return _months(cursor, tuple(range(token.n, 13, 2)), token)
    if cursor.take("double"):
        return _weekly(cursor, 2)
    _refuse_half(cursor)
    found = _after_every(cursor)
    if found is None:
        cursor.at = place
        found = _so_often(cursor)
    if found is None:
        cursor.at = place
        found = _workdays(cursor) or _weekdays_every_day(cursor)
    if found is None:
        cursor.at = place
    return found


def _workdays(cursor: Cursor) -> Pattern | None:
    if not cursor.take("workday"):
        return None
    cursor.skip("de", "everyday")
    return Pattern("DAILY", roll="skip")


def _weekdays_every_day(cursor: Cursor) -> Pattern | None:
    """周一到周五每天."""
    place = cursor.at
    days = weekdays(cursor) if cursor.sees("wday") else ()
    if len(days) > 1 and cursor.take("everyday"):
        return Pattern("WEEKLY", weekdays=tuple((day, 0) for day in days))
    cursor.at = place
    return None


def _after_every(cursor: Cursor) -> Pattern | None:
    every = cursor.take("every", "other")
    if every is None:
        return None
    interval, said = _interval(cursor, every)
    if cursor.sees("wday"):
        return _weekly(cursor, interval)
    if interval == 1 and cursor.take("workday"):
        cursor.skip("de")
        return Pattern("DAILY", roll="skip")
    if cursor.take("monthend"):
        return _monthly(end_of_month(cursor), interval=interval)
    if cursor.take("monthstart"):
        return _monthly(start_of_month(cursor), interval=interval)
    if cursor.take("monthmid"):
        return Pattern("MONTHLY", interval, month_days=(15,))
    if cursor.sees("daynum") and said is None:
        return _bare_days(cursor, every, interval)
    return _by_unit(cursor, every, interval)


def _so_often(cursor: Cursor) -> Pattern | None:
    """两周一次, 周五; 一月一次; 半年一次."""
    place = cursor.at
    if (month := cursor.take("month")) and cursor.sees("once", "turns"):
        return _every_so_many_months(cursor, month)
    cursor.at = place
    one = cursor.take("number")
    cursor.skip("ge")
    if (one is None or one.n == 1) and (long := cursor.take("half", "quarter")) and cursor.sees("once"):
        return _by_long_unit(cursor, long, 1)
    cursor.at = place
    number = cursor.take("number")
    cursor.skip("ge")
    unit = cursor.take("unit")
    if number is None or unit is None or unit.tag not in _LARGEST or not cursor.sees("once", "turns"):
        return None
    if number.n < 1:
        raise Refused("间隔至少是1", number.text + unit.text)
    _check_interval(unit, number.n)
    return _of_unit(cursor, unit, number.n)


def _every_so_many_months(cursor: Cursor, month: Token) -> Pattern:
    """一月一次, 两月一次; 三月一次 may be in March."""
    if month.text not in ("一月", "两月"):
        words = month.text + _once(cursor)
        raise Refused(f"是每{month.n}个月一次，还是{month.n}月里一次", words, swaps=((words, f"每{month.n}个月一次"),))
    return _of_unit(cursor, Token("unit", month.text, month.start, tag="month_unit"), month.n)


def _refuse_half(cursor: Cursor) -> None:
    """半月一次, 每半个月."""
    place = cursor.at
    every, half = cursor.take("every"), cursor.take("halfnum")
    cursor.skip("ge")
    unit = cursor.take("unit", tag="month_unit") if half else None
    if unit and (every or cursor.sees("once")):
        words = "".join(token.text for token in cursor.since(place)).strip() + _once(cursor)
        raise Refused("是每月哪两天，请写明，例如“每月1号和15号”", words)
    cursor.at = place


def _once(cursor: Cursor) -> str:
    token = cursor.take("once", "turns")
    return token.text if token else ""


def _interval(cursor: Cursor, every: Token) -> tuple[int, Token | None]:
    """每两… is 2, 隔… is 2, 每隔两… is 3."""
    number = cursor.take("number")
    cursor.skip("ge")
    extra = 1 if every.kind == "other" else 0
    if number is None:
        return 1 + extra, None
    if number.n < 1:
        raise Refused("间隔至少是1", every.text + number.text)
    return number.n + extra, number


def _bare_days(cursor: Cursor, every: Token, interval: int) -> Pattern:
    """逢5号."""
    found = days_of_month(cursor)
    if found is None or interval > 1 or not every.text.endswith("逢"):
        raise Refused("是“每月几号”还是“每几天”，请写全，例如“每月5号”“每5天”", every.text)
    return _monthly(found)


def _by_unit(cursor: Cursor, every: Token, interval: int) -> Pattern | None:
    unit = cursor.take("unit", "quarter", "half", "qend", "qstart", "halfend", "yearend", "yearstart")
    if unit is None:
        return None
    _check_interval(unit, interval)
    if unit.kind != "unit":
        return _by_long_unit(cursor, unit, interval)
    if unit.tag not in _LARGEST:
        raise Refused("最密只能每天提醒", every.text + unit.text)
    return _of_unit(cursor, unit, interval)


def _of_unit(cursor: Cursor, unit: Token, interval: int) -> Pattern:
    cursor.skip("once", "de")
    match unit.tag:
        case "day_unit":
            return Pattern("DAILY", interval)
        case "week":
            return _weekly(cursor, interval)
        case "month_unit":
            return _months(cursor, (), unit, interval)
        case _:
            return _yearly(cursor, unit, interval)


def _check_interval(unit: Token, interval: int) -> None:
    if interval > _LARGEST.get(unit.tag, 400):
        raise Refused("间隔太长了", unit.text)
    if interval > 1 and unit.kind not in ("unit",):
        raise Refused("这样的间隔还不会算，请改用“每几个月”", unit.text)


def _by_long_unit(cursor: Cursor, unit: Token, interval: int) -> Pattern:
    cursor.skip("once", "de")
    if unit.kind == "yearend":
        return _year_end(end_of_month(cursor))
    if unit.kind == "yearstart":
        return Pattern("YEARLY", months=(1,), month_days=(1,))
    size = _HALF_A_YEAR if unit.kind in ("half", "halfend") else _A_QUARTER
    if unit.kind in ("qend", "halfend"):
        return _monthly(days_of_month(cursor) or end_of_month(cursor), months=_months_of(size, size))
    if unit.kind == "qstart":
        return _monthly(days_of_month(cursor) or start_of_month(cursor), months=_months_of(size, 1))
    return _of_period(cursor, unit, size)


def _year_end(days: DaysOfMonth) -> Pattern:
    found = _monthly(days, months=(12,))
    return Pattern("YEARLY", months=(12,), month_days=found.month_days or (), weekdays=found.weekdays, roll=found.roll)


def _of_period(cursor: Cursor, unit: Token, size: int) -> Pattern:
    """每季度第一个月10号, 每季度最后一天, 每季度第一个周五; 每季度一次，末月25号; 每半年一次，6月和12月的15号."""
    place = cursor.at
    cursor.skip("comma")
    if cursor.sees("month", "number") and len((yearly := _of_months(cursor, unit, 1)).months) == 12 // size:
        return yearly
    if not cursor.sees("ordmonth", "ord"):
        cursor.at = place
    if which := cursor.take("ordmonth"):
        return _months(cursor, _months_of(size, _which_month(which, size)), which)
    if cursor.sees("ord"):
        found = days_of_month(cursor)
        if found is not None:
            return _monthly(found, months=_months_of(size, size if _counts_back(found) else 1))
    if size == _HALF_A_YEAR and cursor.sees("daynum"):
        return _months(cursor, (), unit, size)
    hint = "季度末月25号" if size == _A_QUARTER else "半年末月25号"
    swap = ((unit.text, hint),)
    raise Refused(f"还要说是其中哪一天，例如“每{hint}”“每季度最后一天”", unit.text + _once(cursor), swaps=swap)


def _months_of(size: int, which: int) -> tuple[int, ...]:
    return tuple(range(which, 13, size))


def _which_month(which: Token, size: int) -> int:
    if which.n == -1:
        return size
    if not 1 <= which.n <= size:
        raise Refused(f"这里只有第1到第{size}个月", which.text)
    return which.n


def _counts_back(days: DaysOfMonth) -> bool:
    return any(day < 0 for day in days.month_days) or any(which < 0 for _, which in days.weekdays)


def _months(cursor: Cursor, months: tuple[int, ...], unit: Token, interval: int = 1) -> Pattern:
    """After 每月, 单月, 每季度首月: on which day."""
    cursor.skip("de", "every")
    place = cursor.at
    if cursor.take("monthend"):
        return _monthly(end_of_month(cursor), months=months, interval=interval)
    if cursor.take("monthstart"):
        return _monthly(start_of_month(cursor), months=months, interval=interval)
    if cursor.take("monthmid"):
        return Pattern("MONTHLY", interval, months, (15,))
    cursor.skip("comma")
    found = days_of_month(cursor)
    if found is None:
        cursor.at = place
        if vague := cursor.take("vague", "number"):
            raise Refused("还要说是哪一天，例如“每月5号”“每月第一个周五”“每月最后一天”", unit.text + vague.text)
        return Pattern("MONTHLY", interval, months)
    return _monthly(found, months=months, interval=interval)


def _monthly(days: DaysOfMonth, *, months: tuple[int, ...] = (), interval: int = 1) -> Pattern:
    return Pattern("MONTHLY", interval, months, days.month_days, days.weekdays, days.roll)


def _yearly(cursor: Cursor, unit: Token, interval: int) -> Pattern:
    if festival := cursor.take("festival"):
        month, day = festival_date(festival.text)
        return Pattern("YEARLY", interval, (month,), (day,))
    if cursor.take("monthend", "yearend"):
        return _year_end(end_of_month(cursor))
    if cursor.take("yearstart"):
        return Pattern("YEARLY", months=(1,), month_days=(1,))
    if cursor.sees("ord"):
        return _of_whole_year(cursor, unit)
    if dated := cursor.take("date"):
        return Pattern("YEARLY", interval, (_month(dated),), (dated.m,))
    return _of_months(cursor, unit, interval)


def _of_whole_year(cursor: Cursor, unit: Token) -> Pattern:
    """每年最后一天, 每年最后一个工作日."""
    found = days_of_month(cursor)
    if found is None or any(day > 31 for day in found.month_days):
        raise Refused("还要说是几月几号，例如“每年7月1日”", unit.text)
    months = (12,) if _counts_back(found) else (1,)
    return Pattern("YEARLY", 1, months, found.month_days, found.weekdays, found.roll)


def _of_months(cursor: Cursor, unit: Token, interval: int) -> Pattern:
    """每年7月1日, 每年3月、9月5号, 每年1月5号和7月5号."""
    months: list[int] = []
    days: DaysOfMonth | None = None
    first = cursor.at
    cursor.skip("comma")
    while True:
        place = cursor.at
        cursor.skip("join", "comma") if months else None
        month = cursor.take("month") or listed_month(cursor)
        if month is None:
            cursor.at = place
            break
        months.append(_month(month))
        if month.kind == "number":
            continue
        cursor.skip("de")
        found = _days_in_month(cursor)
        if found is not None and days is not None and found != days:
            raise Refused("每次的日子不一样，请分成几条来设", month.text)
        days = found or days
    if not months:
        cursor.at = first
        return Pattern("YEARLY", interval)
    if days is None:
        raise Refused("还要说是几月几号，例如“每年7月1日”", unit.text)
    return Pattern("YEARLY", interval, tuple(sorted(set(months))), days.month_days, days.weekdays, days.roll)


def listed_month(cursor: Cursor) -> Token | None:
    """The 3 of 3、6、9月, and the 6."""
    place = cursor.at
    first = cursor.take("number")
    if first is not None:
        after = cursor.at
        while cursor.has("join", "comma") and cursor.take("number"):
            pass
        goes_on = cursor.at != after and cursor.take("month") is not None
        cursor.at = after
        if goes_on:
            return first
    cursor.at = place
    return None


def _days_in_month(cursor: Cursor) -> DaysOfMonth | None:
    if cursor.take("monthend"):
        return end_of_month(cursor)
    return days_of_month(cursor) if cursor.sees("daynum", "ord", "number") else None


def _month(token: Token) -> int:
    if not 1 <= token.n <= 12:
        raise Refused("月份只有1到12", token.text)
    return token.n


def _weekly(cursor: Cursor, interval: int) -> Pattern:
    place = cursor.at
    cursor.skip("once", "unit", "de", "comma")
    if not cursor.sees("wday"):
        cursor.at = place
        _refuse_ordinal_workday(cursor)
        cursor.take("unit", tag="week")
        return Pattern("WEEKLY", interval)
    days = weekdays(cursor)
    _refuse_two_weekly(cursor)
    return Pattern("WEEKLY", interval, weekdays=tuple((day, 0) for day in days))


def _refuse_ordinal_workday(cursor: Cursor) -> None:
    token = cursor.take("ord")
    if token and cursor.take("workday"):
        raise Refused("每周的第几个工作日还不会算，请说“每周一，遇节假日顺延”这样的", token.text + "工作日")


def _refuse_two_weekly(cursor: Cursor) -> None:
    """每周一9点和每周三10点 is refused where the hours are; here only a list that breaks off."""
    if (cut := cursor.peek()) and cut.kind == "range":
        place = cursor.at
        cursor.skip("range")
        if cursor.sees("every", "relday", "daynum"):
            raise Refused("从周几到什么时候，没看懂", cut.text)
        cursor.at = place
