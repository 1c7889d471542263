"""From tokens to what was said: the day, the hour, the reminders, and the words that are left for the title."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from scheduler.phrase.dates import Day, Fixed, Moment, Pattern, days_from, month_after, on
from scheduler.phrase.hours import Hours, hours
from scheduler.phrase.leads import Leads, leads
from scheduler.phrase.outcome import Refused
from scheduler.phrase.recurring import recurring
from scheduler.phrase.single import single
from scheduler.phrase.tokens import Cursor, Token

_NO_TIME = {"char", "word", "quote", "blank", "comma"}
_LUNAR_ALWAYS = ("农历", "阴历", "旧历", "老历", "正月", "腊月", "冬月", "闰月", "初", "大年")
_AHEAD = re.compile(r"提[前早](?!准备|到|通知|告知|预习|布置|完成|交|学)[^,;，；]*$")
_MOST_TIMES = 999
_EVERY_OTHER = 2
_UNITS = {"DAILY": "天", "WEEKLY": "周", "MONTHLY": "个月", "YEARLY": "年"}
_NAMED_DAYS = {"月初": 1, "月中": 15, "季初": 1, "季度初": 1, "年初": 1}
LUNAR_REASON = "农历和节气的日子还不会算，请换成公历日期"


@dataclass
class Said:
    """Filled while the tokens are gone through. days: with the words that said it. runs: so many days running.

    before_hour: what stands right before the hour and nobody took. pieces: so is all of this, in its order.
    """

    days: list[tuple[Day, str]] = field(default_factory=list)
    before_hour: list[Token] = field(default_factory=list)
    hours: list[Hours] = field(default_factory=list)
    rolls: list[Token] = field(default_factory=list)
    leads: list[Leads] = field(default_factory=list)
    since: date | None = None
    until: date | None = None
    count: int = 0
    runs: int = 0
    remarks: list[str] = field(default_factory=list)
    pieces: list[list[Token]] = field(default_factory=lambda: [[]])


def scan(tokens: list[Token], now: datetime) -> Said:
    said, cursor = Said(), Cursor(tokens)
    while cursor.at < len(tokens):
        token = tokens[cursor.at]
        if token.kind in _NO_TIME or not _take(said, cursor, now):
            said.pieces[-1].append(tokens[cursor.at])
            cursor.at += 1
        elif said.pieces[-1]:
            said.pieces.append([])
    return said


def _take(said: Said, cursor: Cursor, now: datetime) -> bool:
    place = cursor.at
    for read in _READERS:
        if read(said, cursor, now):
            return True
        cursor.at = place
    return False


def _roll(said: Said, cursor: Cursor, now: datetime) -> bool:
    token = cursor.take("roll")
    if token:
        said.rolls.append(token)
    return token is not None


def _leads(said: Said, cursor: Cursor, now: datetime) -> bool:
    found = leads(cursor)
    if found is not None:
        said.leads.append(found)
    return found is not None


def _lunar(said: Said, cursor: Cursor, now: datetime) -> bool:
    token = cursor.take("lunar")
    if token and token.text.startswith(_LUNAR_ALWAYS):
        raise Refused(LUNAR_REASON, token.text)
    if cursor.take("every", "relyear"):
        cursor.skip("unit", "de")
        if token := cursor.take("lunar"):
            raise Refused(LUNAR_REASON, token.text)
    return False


def _since(said: Said, cursor: Cursor, now: datetime) -> bool:
    """从下周开始, 从3月起, 从3月6日起, 下周一开始."""
    if not any(token.kind == "since" for token in cursor.rest()):
        return False
    cursor.take("from")
    found = _beginning(cursor, now)
    if found is None or not cursor.take("since"):
        return False
    said.since = found
    cursor.skip("comma")
    return True


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


def _beginning(cursor: Cursor, now: datetime) -> date | None:
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
    month = cursor.take("month")
    if month and cursor.sees("since") and 1 <= month.n <= 12:
        return date(now.year + (month.n < now.month), month.n, 1)
    cursor.at = place
    return _date_of(single(cursor, now), now)


def _date_of(day: Day | None, now: datetime) -> date | None:
    match day:
        case None:
            return None
        case Fixed(first):
            return first
        case Moment(at):
            return at.date()
        case pattern:
            return next(days_from(pattern, now.date()), None)


def _until(said: Said, cursor: Cursor, now: datetime) -> bool:
    """直到12月31日, 到6月底为止."""
    if not cursor.take("until"):
        return False
    found = _date_of(single(cursor, now), now)
    cursor.skip("endword")
    said.until = found
    return found is not None


def _count(said: Said, cursor: Cursor, now: datetime) -> bool:
    if token := cursor.take("count"):
        said.count = _checked(token)
    elif token := cursor.take("runs"):
        said.runs = _checked(token)
    return token is not None


def _checked(token: Token) -> int:
    if not 1 <= token.n <= _MOST_TIMES:
        raise Refused(f"次数只能是1到{_MOST_TIMES}", token.text)
    return token.n


def _day(said: Said, cursor: Cursor, now: datetime) -> bool:
    place, part = cursor.at, ""
    token = cursor.peek()
    if token and token.kind == "festival" and _is_in_title(said):
        return False
    if token and token.kind == "relday":
        part = token.tag
    found = _days_running(cursor, now) or recurring(cursor) or single(cursor, now)
    if found is None:
        return False
    words = "".join(t.text for t in cursor.since(place)).strip()
    said.days.append((found, words))
    said.remarks += _about_day(found, words)
    _after_day(said, cursor, words)
    if part and (hour := hours(cursor, part)):
        said.hours.append(replace(hour, words=hour.words or words))
    return True


def _days_running(cursor: Cursor, now: datetime) -> Day | None:
    """从3月20日到22日."""
    place = cursor.at
    found = single(cursor, now) if cursor.take("from") else None
    if isinstance(found, Fixed) and found.days > 1:
        return found
    cursor.at = place
    return None


def _about_day(day: Day, words: str) -> list[str]:
    if isinstance(day, Pattern) and day.interval > _EVERY_OTHER and "隔" in words:
        return [f"“{words}”按每{day.interval}{_UNITS[day.frequency]}一次算。"]
    named = next((name for name in _NAMED_DAYS if name in words and "第" not in words), None)
    return [f"{named}按{_NAMED_DAYS[named]}号算。"] if named else []


def _is_in_title(said: Said) -> bool:
    """七一 is a day where the phrase begins with it, part of a title elsewhere (学习七一讲话)."""
    last = said.pieces[-1][-1:]
    return bool(said.days) or bool(last and last[0].kind not in {"blank", "comma"})


def _after_day(said: Said, cursor: Cursor, words: str) -> None:
    cursor.skip("once")
    if token := cursor.take("about", "after"):
        raise Refused(f"“{words}{token.text}”是哪一天", words + token.text)
    if token := cursor.take("beyond"):
        if "内" in token.text or words.endswith("节"):
            raise Refused(f"“{words}{token.text}”是哪一天，请写日期", words + token.text)
        said.remarks.append(f"“{words}{token.text}”按当天算；想早些提醒可以加“提前3天提醒”。")


def _hours(said: Said, cursor: Cursor, now: datetime) -> bool:
    before = said.pieces[-1]
    found = hours(cursor)
    if found is not None:
        said.hours.append(found)
        said.before_hour = before[_start_of_words(before) :]
    return found is not None


def _start_of_words(piece: list[Token]) -> int:
    """Of the last words in it that no comma and no blank divides."""
    return next((place + 1 for place in reversed(range(len(piece))) if piece[place].kind in {"blank", "comma"}), 0)


def _remind(said: Said, cursor: Cursor, now: datetime) -> bool:
    """提醒大家: says nothing that is not known."""
    token = cursor.take("remind")
    if token and (words := _AHEAD.search("".join(t.text for t in said.pieces[-1]))):
        raise Refused("提前多久没看懂，例如“提前3天提醒”“提前1小时提醒”", words[0] + token.text)
    return token is not None


_READERS: tuple[Callable[[Said, Cursor, datetime], bool], ...] = (
    _roll, _lunar, _leads, _since, _until, _count, _day, _hours, _remind,
)  # fmt: skip
