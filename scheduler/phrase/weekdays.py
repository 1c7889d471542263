"""Days of the week, one or several: 周一三五, 周二和周四, 周一到周五."""

from scheduler.phrase.outcome import Refused
from scheduler.phrase.tokens import Cursor, Token


def weekdays(cursor: Cursor) -> tuple[int, ...]:
    """周一, 周一三五, 周二和周四, 周二、每周四, 周二和四, 周一到周五; from 0, Monday."""
    days: list[int] = []
    while True:
        place = cursor.at
        is_range = bool(days) and cursor.has("range")
        if not is_range and days:
            cursor.skip("join", "every", "comma")
            cursor.take("unit", tag="week")
        token = cursor.take("wday") or (_short_weekday(cursor) if days and cursor.at != place else None)
        if token is None:
            cursor.at = place
            break
        days += _span(days[-1], token) if is_range else [token.n]
        cursor.skip("once")
    return tuple(sorted(set(days)))


def _short_weekday(cursor: Cursor) -> Token | None:
    """The 四 of 周二和四."""
    if day := cursor.take("unit", tag="day_unit"):  # 六、日
        return Token("wday", day.text, day.start, n=6)
    token = cursor.take("number")
    if token is None or len(token.text) > 1 or not 1 <= token.n <= 6 or cursor.sees("char", "word", "unit", "ge"):
        return None
    return Token("wday", token.text, token.start, n=token.n - 1)


def _span(first: int, last: Token) -> list[int]:
    if last.n <= first:
        raise Refused("这段时间倒过来了，一周从周一算起", last.text)
    return list(range(first + 1, last.n + 1))
