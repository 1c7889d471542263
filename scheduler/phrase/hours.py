"""The hour: 晚上7点半, 差五分九点, 9点和14点, 上午9点到11点."""

from dataclasses import dataclass
from datetime import time

from scheduler.phrase.outcome import Refused
from scheduler.phrase.tokens import Cursor, Token

PART_NAMES = {
    "dawn": "凌晨", "night": "半夜", "morning": "早上", "early": "早上", "forenoon": "上午", "noon": "中午",
    "afternoon": "下午", "dusk": "傍晚", "evening": "晚上", "late": "晚上",
}  # fmt: skip
_TO_24: dict[str, dict[int, int]] = {
    "dawn": {12: 0} | {h: h for h in range(7)},
    "night": {10: 22, 11: 23, 22: 22, 23: 23, 0: 0} | {h: h for h in range(1, 5)},
    "morning": {h: h for h in range(4, 12)},
    "forenoon": {h: h for h in range(5, 12)},
    "noon": {11: 11, 12: 12, 13: 13, 14: 14, 1: 13, 2: 14},
    "afternoon": {h: h + 12 for h in range(1, 12)} | {h: h for h in range(12, 23)},
    "dusk": {h: h + 12 for h in range(4, 9)} | {h: h for h in range(16, 21)},
    "evening": {h: h + 12 for h in range(5, 12)} | {h: h for h in range(17, 24)},
}
_TO_24 |= {"early": _TO_24["morning"], "late": _TO_24["evening"]}
_MORNING_PARTS = ("morning", "forenoon", "early")
_AMBIGUOUS = range(1, 6)
_PROBABLY_MORNING = range(6, 9)
DEFAULT_HOUR = time(9)


@dataclass(frozen=True)
class Hours:
    """times: in order; empty when only a part of the day was named. part: that part, as the lexicon calls it."""

    times: tuple[time, ...] = ()
    part: str = ""
    words: str = ""
    remarks: tuple[str, ...] = ()


def hours(cursor: Cursor, part: str = "") -> Hours | None:
    """None when there is no hour here. part: what was named before it (今晚)."""
    place = cursor.at
    cursor.skip("de")
    led = cursor.take("from")
    rough = cursor.take("roughly")
    named = cursor.take("part")
    said = named.tag if named else part
    first = _clock(cursor)
    if first is None:
        if named is None or led:
            cursor.at = place
            return Hours(part=part) if part else None
        return Hours(part=named.tag, words=named.text, remarks=(*_inexact(rough), *_loose(cursor, named.text)))
    if part and named and _half(part) != _half(named.tag):
        raise Refused("两个时段对不上", named.text)
    times, remarks = [_time(first, said)], [*_inexact(rough), *_remarks(first, said)]
    times += _more(cursor, said)
    lasts = _until(cursor, times[-1], said)
    if led and not lasts:  # 从9点到11点, but no 从9点 alone
        cursor.at = place
        return None
    remarks += lasts + _loose(cursor, first.text)
    words = "".join(token.text for token in cursor.since(place)).strip()
    return Hours(tuple(sorted(set(times))), said, words, tuple(remarks))


def _half(part: str) -> str:
    return "am" if part in (*_MORNING_PARTS, "dawn") else part if part == "noon" else "pm"


def _clock(cursor: Cursor) -> Token | None:
    """9点, or the 9 of 9-11点."""
    if token := cursor.take("clock"):
        return token
    place = cursor.at
    number = cursor.take("number")
    if number and cursor.has("range") and cursor.take("clock"):
        cursor.at = place
        cursor.take("number")
        return number
    cursor.at = place
    return None


def _more(cursor: Cursor, part: str) -> list[time]:
    """和14点, 、下午2点; without 和 only where both say the part of the day: 早九点晚六点."""
    found: list[time] = []
    while True:
        place = cursor.at
        is_joined = cursor.has("join")
        named = cursor.take("part") if is_joined or part else None
        token = cursor.take("clock") if is_joined or (named and named.tag != part) else None
        if token is None:
            cursor.at = place
            return found
        part = named.tag if named else part
        found.append(_time(token, part, is_listed=True))


def _until(cursor: Cursor, first: time, part: str) -> list[str]:
    """到11点: only the beginning counts."""
    place = cursor.at
    if not cursor.has("range"):
        return []
    named = cursor.take("part")
    end = cursor.take("clock")
    if end is None:
        cursor.at = place
        return []
    cursor.skip("endword")
    last = _end(end, named.tag if named else part)
    return [_about_end(first, last, "".join(token.text for token in cursor.since(place)).strip())]


def _about_end(first: time, last: time, words: str) -> str:
    if last <= first:
        raise Refused("结束比开始还早", words)
    return f"到{last:%H:%M}结束，提醒按开始的{first:%H:%M}算。"


def ends_at(first: Hours, last: Hours) -> str:
    """The remark about 10点结束 in a clause of its own."""
    if len(first.times) + len(last.times) > 2:
        raise Refused("有不止一个时间，对不上", first.words, last.words)
    return _about_end(first.times[0], last.times[0], last.words)


def _end(clock: Token, part: str) -> time:
    try:
        return _time(clock, part)
    except Refused:
        if not part:
            raise
        return _time(clock, "", is_listed=True)


def _loose(cursor: Cursor, words: str) -> list[str]:
    if token := cursor.take("after"):
        raise Refused("说不准是几点，请写一个钟点", words + token.text)
    if token := cursor.take("about"):
        return [*_inexact(token)]
    if token := cursor.take("beyond"):
        return [f"“{token.text}”按这个钟点算；想早些提醒可以加“提前1小时提醒”。"]
    return []


def _inexact(token: Token | None) -> tuple[str, ...]:
    return (f"“{token.text}”没法算，就按这个钟点。",) if token else ()


def _remarks(clock: Token, part: str) -> tuple[str, ...]:
    if part == "night" and 1 <= clock.n < 5:
        return (f"半夜{clock.n}点算当天凌晨{clock.n}点。",)
    if not part and clock.tag in ("", "to") and clock.n in _PROBABLY_MORNING:
        return (f"按早上{clock.n}点算；晚上请写“晚上{clock.n}点”。",)
    return ()


def _time(clock: Token, part: str, *, is_listed: bool = False) -> time:
    """Refuses hours that don't exist, contradict the part of the day, or may be either half of the day."""
    hour = clock.n
    if not 0 <= clock.m < 60 or not 0 <= hour <= 24:
        raise Refused("没有这个钟点", clock.text)
    if clock.tag in ("am", "pm"):
        return _half_day(clock, part)
    if part:
        return time(_in_part(hour, part, clock), clock.m)
    if hour == 24:
        raise Refused("24点请写成第二天的0点", clock.text)
    if hour in _AMBIGUOUS and clock.tag != "colon" and not is_listed:
        swaps = ((clock.text, "下午" + clock.text), (clock.text, "凌晨" + clock.text))
        raise Refused(f"是凌晨{hour}点还是下午{hour}点", clock.text, swaps=swaps)
    return time(hour, clock.m)


def _half_day(clock: Token, part: str) -> time:
    if not 1 <= clock.n <= 12:
        raise Refused("am、pm前面只能是1到12", clock.text)
    hour = clock.n % 12 + (12 if clock.tag == "pm" else 0)
    if part and _TO_24[part].get(hour) != hour:
        raise Refused("时段和钟点对不上", PART_NAMES[part], clock.text)
    return time(hour, clock.m)


def _in_part(hour: int, part: str, clock: Token) -> int:
    found = _TO_24[part].get(hour)
    if found is not None:
        return found
    name = PART_NAMES[part]
    if part in ("evening", "late", "night", "dusk") and hour in (0, 12, 24):
        raise Refused(f"{name}{hour}点其实是第二天0点，请写“第二天的日期加凌晨0点”，或写23:59", name + clock.text)
    if part in ("evening", "late") and hour < 5:
        raise Refused(f"{name}{hour}点是凌晨还是下午", name + clock.text)
    raise Refused(f"{name}和{clock.text}对不上", name + clock.text)


def hour_of_part(part: str) -> time | None:
    """The hour for a day whose part alone was named: the usual one in the morning, else None."""
    return DEFAULT_HOUR if part in _MORNING_PARTS else time(12) if part == "noon" else None
