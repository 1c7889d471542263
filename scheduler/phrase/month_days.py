"""Which day of a month: 5号和20号, 第一个周五, 最后一个工作日, 月底."""

from dataclasses import dataclass

from scheduler.phrase.outcome import Refused
from scheduler.phrase.tokens import Cursor, Token
from scheduler.rule import Roll

_LAST_ALWAYS = 28
_MOST_WEEKS = 5


@dataclass(frozen=True)
class DaysOfMonth:
    """month_days: negative ones count from the end. weekdays: (0 for Monday, which one)."""

    month_days: tuple[int, ...] = ()
    weekdays: tuple[tuple[int, int], ...] = ()
    roll: Roll = "none"


def days_of_month(cursor: Cursor) -> DaysOfMonth | None:
    """What follows "每月" or "下个月"; None when it is no day of a month."""
    place = cursor.at
    cursor.skip("de", "join")
    found = _numbered(cursor) or _counted(cursor)
    if found is None:
        cursor.at = place
    return found


def end_of_month(cursor: Cursor) -> DaysOfMonth:
    """After 月底: the last day, or what is said more exactly (月底前最后一个工作日)."""
    place = cursor.at
    cursor.skip("beyond", "de")
    found = _counted(cursor) if cursor.sees("ord") else None
    if found is None:
        cursor.at = place
        return DaysOfMonth((-1,))
    if any(day > 0 for day in found.month_days) or any(which > 0 for _, which in found.weekdays):
        raise Refused("月底和“第几个”对不上", *_texts(cursor, place))
    return found


def start_of_month(cursor: Cursor) -> DaysOfMonth:
    """After 月初: the first day, or what is said more exactly (月初第一个工作日)."""
    place = cursor.at
    cursor.skip("de")
    found = _counted(cursor) if cursor.sees("ord") else None
    if found is None:
        cursor.at = place
    return found or DaysOfMonth((1,))


def _numbered(cursor: Cursor) -> DaysOfMonth | None:
    """5号, 5号和20号, 5、15、25号, 15号和月底."""
    days: list[int] = []
    while True:
        before = cursor.at
        if days:
            cursor.skip("join", "comma")
            if cursor.take("every"):
                cursor.take("unit", tag="month_unit")
        day = _listed_day(cursor, is_first=not days)
        if day is None:
            cursor.at = before
            break
        days.append(day)
    return DaysOfMonth(tuple(sorted(set(days)))) if days else None


def _listed_day(cursor: Cursor, *, is_first: bool) -> int | None:
    token = cursor.take("daynum", "number")
    if token is not None:
        return None if token.kind == "number" and not _list_goes_on(cursor) else _day(token)
    if is_first:
        return None
    if cursor.take("monthend"):
        return -1
    last = cursor.take("ord")
    return -1 if last and last.n == -1 and cursor.take("unit", tag="day_unit") else None


def _list_goes_on(cursor: Cursor) -> bool:
    place = cursor.at
    goes_on = cursor.has("join", "comma") and cursor.take("daynum", "number") is not None
    cursor.at = place
    return goes_on


def refuse_range(cursor: Cursor) -> None:
    """每月5号到10号."""
    place = cursor.at
    first = cursor.take("range")
    if first and (last := cursor.take("daynum", "number", "month")):
        raise Refused("从哪天到哪天，不知道哪天提醒，请只写一天", first.text + last.text)
    cursor.at = place


def _day(token: Token) -> int:
    if not 1 <= token.n <= 31:
        raise Refused("日期只能是1号到31号", token.text)
    return token.n


def _counted(cursor: Cursor) -> DaysOfMonth | None:
    """第一个周五, 第二个和第四个周三, 第一个周一和第三个周三, 最后一天, 最后一个工作日."""
    place = cursor.at
    weekdays: list[tuple[int, int]] = []
    while True:
        before = cursor.at
        cursor.skip("join") if weekdays else None
        ordinals = _ordinals(cursor)
        if not ordinals:
            cursor.at = before
            break
        if not weekdays and (single := _counted_day(cursor, ordinals)):
            return single
        week = cursor.take("wday")
        if week is None:
            cursor.at = before
            break
        weekdays += [(week.n, which) for which in ordinals]
    if not weekdays:
        _refuse_weeks(cursor, place)
        return None
    if any(abs(which) > _MOST_WEEKS for _, which in weekdays):
        raise Refused("一个月里没有这么多个", *_texts(cursor, place))
    return DaysOfMonth(weekdays=tuple(dict.fromkeys(weekdays)))


def _ordinals(cursor: Cursor) -> list[int]:
    """第二个和第四个, 第二、四个."""
    first = cursor.take("ord")
    if first is None:
        return []
    found = [first]
    while True:
        place = cursor.at
        cursor.skip("join")
        token = cursor.take("ord", "number")
        if token is None or (token.kind == "number" and cursor.at - place < 2):
            cursor.at = place
            break
        found.append(token)
        cursor.skip("ge")
    cursor.skip("ge", "de")
    if wrong := [token.text for token in found if token.n == 0 or abs(token.n) > 31]:
        raise Refused("没有这样的“第几个”", *wrong)
    return [token.n for token in found]


def _counted_day(cursor: Cursor, ordinals: list[int]) -> DaysOfMonth | None:
    if cursor.take("unit", tag="day_unit"):
        return DaysOfMonth(tuple(ordinals))
    work = cursor.take("workday")
    if work is None:
        return None
    if ordinals == [-1]:
        return DaysOfMonth((-1,), roll="previous")
    if ordinals == [1]:
        return DaysOfMonth((1,), roll="next")
    raise Refused("工作日只能说“第一个工作日”或“最后一个工作日”", work.text)


def _refuse_weeks(cursor: Cursor, place: int) -> None:
    """第一周的周五 is not always the first Friday."""
    probe = cursor.at
    cursor.at = place
    if _ordinals(cursor) and (week := cursor.take("unit", tag="week")):
        raise Refused("每个月的“第几周”说法不一，请说“第一个周五”这样的", *_texts(cursor, place)[:1], week.text)
    cursor.at = probe


def _texts(cursor: Cursor, place: int) -> list[str]:
    text = "".join(token.text for token in cursor.since(place)).strip()
    return [text] if text else []


def days_remarks(days: tuple[int, ...]) -> tuple[str, ...]:
    """What short months do to these days."""
    late = [day for day in days if day > _LAST_ALWAYS]
    if not late:
        return ()
    named = "、".join(f"{day}号" for day in late)
    return (f"没有{named}的月份会跳过；想要月底请说“每月最后一天”。",)
