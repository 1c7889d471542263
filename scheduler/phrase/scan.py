"""From tokens to what was said: the day, the hour, the reminders, and the words that are left for the title."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from itertools import islice, zip_longest
from typing import TypeAlias

from scheduler.phrase.dates import Day, Fixed, Pattern
from scheduler.phrase.hours import Hours, ends_at, hours
from scheduler.phrase.leads import leads
from scheduler.phrase.limits import beginning_and_end, in_period, since, until
from scheduler.phrase.month_days import days_of_month
from scheduler.phrase.numerals import NUMERAL, rough_numeral
from scheduler.phrase.often import check_open, check_single, is_open
from scheduler.phrase.outcome import Refused
from scheduler.phrase.recurring import recurring
from scheduler.phrase.said import Run, Said
from scheduler.phrase.scraps import AFTERWARDS, AFTERWARDS_REASON
from scheduler.phrase.single import single
from scheduler.phrase.titles import cleaned
from scheduler.phrase.tokens import Cursor, Token
from scheduler.phrase.weekdays import weekdays

_NO_TIME = {"char", "word", "quote", "blank", "comma"}
_LUNAR_ALWAYS = ("农历", "阴历", "旧历", "老历", "正月", "腊月", "冬月", "闰月", "初", "大年")
_SOME_HOLIDAYS = set("寒暑年产婚病事")
_SAID_OF_ALL = "一总共连最至限仅"
_AHEAD = re.compile(
    r"(?:^|(?<=[,;\s]))(?:会议?|课|事|开[会课始]|活动|出发|行)前[再还也都]*$|提[前早](?!准备|到|通知|告知|预习|布置|完成|交|学)[^,;，；]*$"
)
_DAYS_AROUND = re.compile(rf"[前后头]?(?:{NUMERAL}|几)[天日]")  # 月底前两天, 月初几天
_STARTS = re.compile(r"起(?![草床诉立来飞点步])")
_MOST_TIMES = 999
_EVERY_OTHER = 2
_UNITS = {"DAILY": "天", "WEEKLY": "周", "MONTHLY": "个月", "YEARLY": "年"}
_NAMED_DAYS = {"月初": 1, "月中": 15, "季初": 1, "季度初": 1, "年初": 1}
_EVENT = re.compile(
    r"(?:结束|完|会|课|节|假|工资|学|试|毕业|公示|通过|批准|转正|收到|报名|之日|当天|活动|培训|材料|满|起|达|成立|入党|生效|到期|通知)[了的]?$"
)
_SEVERAL = re.compile(rf"[^,;\s]*(?:{NUMERAL}|几)个的?$")
_UNITS_SAID = {"ge", "unit", "halfnum"}
_COUNTED = {"number", "daynum", "month", "clock", "ord", "ordmonth", "count", "runs", "turns"}
LUNAR_REASON = "农历和节气的日子还不会算，请换成公历日期"


_Reader: TypeAlias = Callable[[Said, Cursor, datetime], bool]


def scan(tokens: list[Token], now: datetime) -> Said:
    said, cursor = Said(), Cursor(tokens)
    while cursor.at < len(tokens):
        token, place = tokens[cursor.at], cursor.at
        if token.kind in _NO_TIME or not _take(said, cursor, now):
            said.pieces[-1].append(tokens[cursor.at])
            cursor.at += 1
            continue
        _refuse_rough(cursor.since(place))
        if said.pieces[-1]:
            said.pieces.append([])
    return said


def _refuse_rough(taken: list[Token]) -> None:
    """两三天后, 七八点. A number is taken together with its unit."""
    said = [token for token in taken if token.kind != "blank"]
    for token, after in zip_longest(said, said[1:]):
        if token.kind in _COUNTED:
            _refuse_rough_words((token.text + (after.text if after and after.kind in _UNITS_SAID else ""),))


def _refuse_rough_words(words: tuple[str, ...]) -> None:
    for word in words:
        if rough := rough_numeral(word):
            raise Refused(f"“{rough}”不是一个准数，请写准", word)


def _take(said: Said, cursor: Cursor, now: datetime) -> bool:
    place = cursor.at
    for read in _READERS:
        if _reads(read, said, cursor, now):
            return True
        cursor.at = place
    return False


def _reads(read: _Reader, said: Said, cursor: Cursor, now: datetime) -> bool:
    try:
        return read(said, cursor, now)
    except Refused as refused:
        _refuse_rough_words(refused.words)
        raise


def _roll(said: Said, cursor: Cursor, now: datetime) -> bool:
    before = cursor.before()
    token = cursor.take("roll")
    if token and before and (before.kind in {"lunar", "festival"} or before.text in _SOME_HOLIDAYS):
        raise Refused("单独一个假期怎么办还不会，可以写“遇节假日跳过”", before.text + token.text)
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


def _turns(said: Said, cursor: Cursor, now: datetime) -> bool:
    """The 两次 of 每周两次 and of 每周学习两次."""
    after_every = all(token.kind == "blank" for token in said.pieces[-1])
    token = cursor.take("turns")
    how_often = [place for place, (day, _) in enumerate(said.days) if is_open(day)]
    if token is None or not said.days or not (after_every or (how_often and _clause_ends(cursor))):
        return False
    day, words = said.days.pop(how_often[-1] if how_often else -1)
    said.turns = replace(token, text=words + token.text)
    said.days.append((day, said.turns.text))
    return True


def _clause_ends(cursor: Cursor) -> bool:
    return (token := next(cursor.rest(), None)) is None or token.kind in {"comma", "blank"}


def _count(said: Said, cursor: Cursor, now: datetime) -> bool:
    if token := cursor.take("count"):
        if said.count not in (0, token.n):
            raise Refused("共几次，前后说的不一样", token.text)
        said.count = _checked(token)
        said.bare_count = "" if token.text[:1] in _SAID_OF_ALL else token.text
    elif token := cursor.take("runs"):
        said.runs = Run(_checked(token), token.tag, token.text)
    return token is not None


def _zone(said: Said, cursor: Cursor, now: datetime) -> bool:
    token = cursor.take("zone")
    if token and token.tag == "foreign":
        raise Refused("别处的时间还不会算，请换算好再写", token.text)
    said.zone = token.text if token else said.zone
    return token is not None


def _only(said: Said, cursor: Cursor, now: datetime) -> bool:
    """只提前1小时提醒 says nothing more; 仅此一次 is held against the day, 不用催 against 提前2小时催."""
    token = cursor.take("only", "justonce", "nonag")
    if token and token.kind == "justonce":
        said.just_once = token.text
    if token and token.kind == "nonag":
        said.no_nag = token.text
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
    found = _days_running(cursor, now) or recurring(cursor) or _counted(said, cursor) or single(cursor, now)
    if found is None:
        return False
    words = "".join(t.text for t in cursor.since(place)).strip()
    check_single(found, words)
    if is_open(found):
        check_open(cursor, words, begins=not said.days and not cleaned(_last_clause(said)))
    else:
        _refuse_later(said, cursor.since(place))
    said.days.append((found, words))
    said.remarks += _about_day(found, words)
    _after_day(said, cursor, words)
    if part and (hour := hours(cursor, part)):
        said.hours.append(replace(hour, words=hour.words or words))
    return True


def _last_clause(said: Said) -> str:
    piece = said.pieces[-1]
    start = next((place + 1 for place in reversed(range(len(piece))) if piece[place].kind == "comma"), 0)
    return "".join(token.text for token in piece[start:])


def _refuse_later(said: Said, taken: list[Token]) -> None:
    """发工资三天后: from when is not known. 连续三个周五: a count of days that are named as one."""
    before = "".join(token.text for token in said.pieces[-1][_start_of_words(said.pieces[-1]) :])
    if taken[0].kind == "wday" and (several := _SEVERAL.search(before)):
        raise Refused("一共几次请写成“每周五……，共3次”这样的", several[0] + taken[0].text)
    if taken[-1].kind == "after" and _EVENT.search(before):
        raise Refused("从哪天数起不知道，请写日期", before + "".join(token.text for token in taken))


def _counted(said: Said, cursor: Cursor) -> Pattern | None:
    """The 第一个周五 of 第一个周五开会，每月一次, the 周二周四 of 每周两次，周二周四."""
    how_often = any(is_open(day) for day, _ in said.days)
    if how_often and said.turns and cursor.sees("wday"):
        return Pattern("WEEKLY", weekdays=tuple((day, 0) for day in weekdays(cursor)), once=True)
    if how_often and said.turns and cursor.sees("daynum", "number"):
        found = days_of_month(cursor)
        return Pattern("MONTHLY", month_days=found.month_days, once=True) if found else None
    if not cursor.sees("ord") or not (how_often or any(token.kind in {"every", "once"} for token in cursor.rest())):
        return None
    found = days_of_month(cursor)
    if found is None:
        return None
    return Pattern("MONTHLY", month_days=found.month_days, weekdays=found.weekdays, roll=found.roll, once=True)


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
    return any(not is_open(day) for day, _ in said.days) or bool(last and last[0].kind not in {"blank", "comma"})


def _after_day(said: Said, cursor: Cursor, words: str) -> None:
    cursor.skip("once")
    _skip_same_day(cursor)
    if token := cursor.take("about", "after"):
        raise Refused(f"“{words}{token.text}”是哪一天", words + token.text)
    following = "".join(token.text for token in cursor.rest())
    if (days := _DAYS_AROUND.match(following)) and (days[0][0] in "前后头" or words[-1] in "初头底末"):
        raise Refused(f"“{words}{days[0]}”是哪一天，请写日期", days[0])
    if following.startswith("之间"):
        raise Refused("是每天都提醒，还是只在哪一天，请写明", words + "之间")
    if starts := _STARTS.match(following):
        raise Refused("从哪天起的，还要说多久一次，例如“从3月6日起每周五”", words + starts[0])
    if token := cursor.take("beyond"):
        if "内" in token.text or words.endswith("节"):
            raise Refused(f"“{words}{token.text}”是哪一天，请写日期", words + token.text)
        said.remarks.append(f"“{words}{token.text}”按当天算；想早些提醒可以加“提前3天提醒”。")


def _skip_same_day(cursor: Cursor) -> None:
    """国庆节当天, unless a reminder is spoken of: 当天早上提醒."""
    place = cursor.at
    if leads(cursor) is not None or not cursor.take("sameday"):
        cursor.at = place


def _hours(said: Said, cursor: Cursor, now: datetime) -> bool:
    before, place = said.pieces[-1], cursor.at
    if (waiting := _part_alone(said)) and (found := hours(cursor, waiting.part)) and found.times:
        said.hours[-1] = replace(found, words=waiting.words + found.words)
        return True
    cursor.at = place
    first = said.hours[-1] if said.hours and said.hours[-1].times else None
    ends = first is not None and any(token.kind == "endword" for token in islice(cursor.rest(), 3))
    found = hours(cursor, first.part if first and ends else "")
    if first and found and found.times and cursor.take("endword"):
        said.remarks.append(ends_at(first, found))
        return True
    if found is not None:
        said.hours.append(found)
        said.before_hour = before[_start_of_words(before) :]
    return found is not None


def _part_alone(said: Said) -> Hours | None:
    """明天下午开会，3点: the part that waits for its hour."""
    last = said.hours[-1] if said.hours else None
    return last if last and not last.times else None


def _start_of_words(piece: list[Token]) -> int:
    """Of the last words in it that no comma and no blank divides."""
    return next((place + 1 for place in reversed(range(len(piece))) if piece[place].kind in {"blank", "comma"}), 0)


def _remind(said: Said, cursor: Cursor, now: datetime) -> bool:
    """提醒大家: says nothing that is not known."""
    token = cursor.take("remind")
    before = "".join(t.text for t in said.pieces[-1])
    if token and (words := _AHEAD.search(before)):
        raise Refused("提前多久没看懂，例如“提前3天提醒”“提前1小时提醒”", words[0] + token.text)
    if token and (words := AFTERWARDS.search(before)):
        raise Refused(AFTERWARDS_REASON, words[0] + token.text)
    return token is not None


_READERS: tuple[_Reader, ...] = (
    _roll, _lunar, _zone, _only, _leads, beginning_and_end, in_period, since, until, _count, _turns, _day, _hours,
    _remind,
)  # fmt: skip
