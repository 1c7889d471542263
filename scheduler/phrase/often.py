"""How often, said apart from the day: 一月一次，月中开会; 每月党费25号; 周五学习，每周都要."""

import re
from dataclasses import replace
from typing import TypeAlias, TypeGuard

from scheduler.phrase.dates import Day, Pattern
from scheduler.phrase.outcome import Refused
from scheduler.phrase.tokens import Cursor, Token

_Said: TypeAlias = tuple[Day, str]
_TURN = re.compile(r"[一1][次回]")
_ONE_TURN = re.compile(r"[每一1]个?(?:周|星期|礼拜|月)[一1][次回]")
_ENDS = {"comma", "blank", "remind", "since"}
_ALL = ("都", "均")
_A_DAY = {"WEEKLY": "周五", "MONTHLY": "5号", "YEARLY": "7月1日"}
_UNITS = {"WEEKLY": "周", "MONTHLY": "个月", "YEARLY": "年"}
_NUMERALS = {2: "两", 3: "三"}
_VERB = re.compile(r"(?:都|要)*(?:召?开|收|交|办|举行|组织|学习?|上|进行)")
_REASONS = {
    "WEEKLY": "还要说是周几，例如“每周五”“隔周五”",
    "MONTHLY": "还要说是哪一天，例如“每月5号”“每月第一个周五”“每月最后一天”",
    "YEARLY": "还要说是几月几号，例如“每年7月1日”",
}


def is_open(day: Day) -> TypeGuard[Pattern]:
    """每周, 每月: on which day is said elsewhere, or not at all."""
    return isinstance(day, Pattern) and day.frequency != "DAILY" and not (day.month_days or day.weekdays)


def check_open(cursor: Cursor, words: str, *, begins: bool) -> None:
    """Refuses the 每周 of 写每周小结, which may say something of the work alone. begins: it opens the phrase."""
    clause = _clause(cursor)
    if begins or _TURN.search(words) or any(token.kind in {"once", "turns"} for token in clause):
        return
    following = "".join(token.text for token in clause)
    if clause and clause[0].kind not in _ENDS and clause[0].text not in _ALL and not _VERB.fullmatch(following):
        about = words + following
        raise Refused("是每次都要，还是要做的事里的话？每次都要的请写在最前面；是要做的事，请加上引号", about)


def check_single(found: Day, words: str) -> None:
    """Refuses 每周一次，周二周四 in one breath."""
    several = isinstance(found, Pattern) and len(found.month_days) + len(found.weekdays) > 1
    if several and _ONE_TURN.match(words):
        raise Refused("一次还是几次，前后对不上", words)


def _clause(cursor: Cursor) -> list[Token]:
    found: list[Token] = []
    for token in cursor.rest():
        if token.kind in {"comma", "blank"}:
            break
        found.append(token)
    return found


def settled(days: list[_Said]) -> list[_Said]:
    """The days, with what says how often put together with what says which day. Refuses what does not fit."""
    how_often = [(day, words) for day, words in days if is_open(day)]
    named = [(day, words) for day, words in days if not is_open(day)]
    if not how_often:
        return days
    if len({day for day, _ in how_often}) > 1:
        raise Refused("多久一次，前后说的不一样", *(words for _, words in how_often))
    often, said = how_often[0]
    if not named:
        raise Refused(_REASONS[often.frequency], said, swaps=((said, _with_a_day(often)),))
    if len({day for day, _ in named}) > 1:
        raise Refused("有不止一个日期；要设几个时间请分成几条", *(words for _, words in named))
    day, words = named[0]
    found = _together(often, day, is_single=any(_TURN.search(text) for _, text in how_often))
    if found is None:
        swaps = ((words, "第一个" + words),) if often.frequency == "MONTHLY" else ()
        raise Refused("多久一次和哪一天对不上；每次都要的请写成“每周五”“每月5号”这样的", said, words, swaps=swaps)
    return [(found, words)]


def check_turns(turns: Token | None, day: Pattern, hours: int) -> None:
    """Refuses 每周两次 of other than two days, 每天两次 of other than two hours."""
    days = len(day.month_days or day.weekdays) if day.frequency != "DAILY" else 1
    if turns and (day.interval > 1 or day.months or turns.n not in (days * hours, hours if days == 1 else days)):
        raise Refused("请写明每次是什么时候，例如“每月5号和20号”“每天9点和18点”", turns.text)


def _with_a_day(often: Pattern) -> str:
    if often.interval == 1:
        return f"每{_UNITS[often.frequency].removeprefix('个')}{_A_DAY[often.frequency]}".replace("周周", "周")
    return f"每{_NUMERALS.get(often.interval, often.interval)}{_UNITS[often.frequency]}{_A_DAY[often.frequency]}"


def _together(often: Pattern, day: Day, *, is_single: bool) -> Pattern | None:
    """is_single: 一次, so that several days contradict it."""
    if not isinstance(day, Pattern) or day.frequency != often.frequency:
        return None
    count = len(day.month_days or day.weekdays) * (len(day.months) if day.frequency == "YEARLY" else 1)
    if is_single and count > 1:
        return None
    if day.once:
        return replace(day, once=False, interval=often.interval, months=often.months or day.months)
    is_same = day.interval == often.interval and (day.frequency == "YEARLY" or day.months == often.months)
    return day if is_same else None
