"""When what comes again begins and when it ends: 从下周开始, 直到6月30日, 从12月到明年6月, 下个月每周三."""

from datetime import date, datetime

from scheduler.phrase.bounds import beginning, between, ending, ends_on, within
from scheduler.phrase.dates import Pattern
from scheduler.phrase.outcome import Refused
from scheduler.phrase.said import Said
from scheduler.phrase.tokens import Cursor

_JUST_PAST = 92  # days
_NO_END = set("迟收送签报找回推挪改调延移提")
_AROUND_END = {"until", "endword", "comma", "blank", "range", "vague"}


def since(said: Said, cursor: Cursor, now: datetime) -> bool:
    """从下周开始, 从3月起, 从3月6日起, 下周一开始."""
    if not any(token.kind == "since" for token in cursor.rest()):
        return False
    place = cursor.at
    cursor.take("from")
    found = beginning(cursor, now)
    if found is None or not cursor.take("since"):
        return False
    if said.since not in (None, found):
        raise Refused("从哪天起，前后说的不一样", _words(cursor, place))
    said.since = found
    cursor.skip("comma")
    return True


def until(said: Said, cursor: Cursor, now: datetime) -> bool:
    """直到12月31日, 到6月底为止, and 12月31日结束 of what comes again."""
    place = cursor.at
    found: date | None
    if cursor.take("until"):
        found = ending(cursor, max(said.since or now.date(), now.date()), now)
        cursor.skip("endword")
    else:
        found = ends_on(cursor, now) if _repeats(said) and _may_end(cursor) else None
    _check_not_just_past(found, now.date(), _words(cursor, place))
    _set_until(said, cursor, found, place)
    return found is not None


def beginning_and_end(said: Said, cursor: Cursor, now: datetime) -> bool:
    """从12月到明年6月，每月…: when it begins and when it ends."""
    place = cursor.at
    found = between(cursor, now, repeats=_repeats(said))
    if found is None:
        return False
    said.since = found[0]
    _set_until(said, cursor, found[1], place + 1)
    cursor.skip("comma")
    return True


def in_period(said: Said, cursor: Cursor, now: datetime) -> bool:
    """下个月每周三."""
    place = cursor.at
    found = None if said.since or said.until else within(cursor, now)
    if found is None:
        return False
    words = _words(cursor, place).removesuffix("的")
    first, last = (f"{day.year}年{day.month}月{day.day}日" for day in found)
    if found[1] < now.date():
        raise Refused(f"{last}已经过去了", words)
    said.since, said.until = found
    said.remarks.append(f"“{words}”按{first}到{last}算。")
    return True


def _set_until(said: Said, cursor: Cursor, found: date | None, place: int) -> None:
    if found and said.until and found > said.until:
        raise Refused("到什么时候为止，前后说的不一样", _words(cursor, place))
    said.until = found or said.until
    taken = [token for token in cursor.since(place) if token.kind not in _AROUND_END]
    if found and taken and taken[-1].kind in {"month", "beyond"}:
        named = [
            token for token in taken[:-1] if taken[-1].kind == "beyond" or token.kind in {"relyear", "year", "rel"}
        ]
        words = "".join(token.text for token in [*named, taken[-1]])
        said.remarks.append(f"“{words}”按到{found.month}月{found.day}日算。")


def _check_not_just_past(found: date | None, today: date, words: str) -> None:
    """到11月20日, said in late November: hardly a year long."""
    if found and found.year > today.year and "年" not in words and 365 - (found - today).days in range(1, _JUST_PAST):
        raise Refused(f"{found.month}月{found.day}日刚过去；是明年的请写上年份", words)


def _words(cursor: Cursor, place: int) -> str:
    return "".join(token.text for token in cursor.since(place)).strip()


def _repeats(said: Said) -> bool:
    return any(isinstance(day, Pattern) and not day.once for day, _ in said.days)


def _may_end(cursor: Cursor) -> bool:
    """At the beginning of a clause, or 学习到12月31日."""
    before = cursor.before()
    is_first = before is None or before.kind in {"blank", "comma"}
    return is_first or (cursor.sees("range") and before is not None and before.text not in _NO_END)
