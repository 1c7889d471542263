"""What is said in so many words: 地点：…, 议程：…, 类别：…, and 在三楼会议室. Taken out before time is looked for."""

import re
from dataclasses import dataclass

from scheduler.quotes import mask_quotes, unquoted
from scheduler.rule import Kind

_KEYS = {
    "地点": "place", "地址": "place", "位置": "place",
    "主题": "subject", "内容": "subject", "议程": "note", "议题": "note", "备注": "note", "说明": "note",
    "携带": "note", "注意": "note",
    "标题": "title", "名称": "title", "事项": "title", "类别": "kind", "类型": "kind",
}  # fmt: skip
_NAMES = "|".join(_KEYS)
_HEAD = re.compile(
    rf"(?:^|(?<=[,;\s、]))(?:会议|开会|活动)?(?:(?P<name>{_NAMES})\s*:\s*|(?P<bare>地点)[在是]?(?![:,;和及、改换变]))"
)
_CLAUSE = (
    rf"(?:(?:会议|开会|活动)?(?:{_NAMES}|时间)\s*:|地点|提[前早]\s?[\d一二两三四五六七八九十半]|(?:会议|开会)?当[天日][^,;]*提醒|到点|准时提醒"
    r"|不用提前|(?:不(?:用|要|必|需要?)?|无需|[别別])(?:再)?催|(?:如|若)?[遇逢][^,;]{0,4}(?:节|假|周末)|(?:法定)?节假日|周末[^,;]*(?:顺延|跳过)|前一[天日])"
)
_ROOMS = (
    "会议室|活动室|办公室|教室|党员之家|党群服务中心|服务中心|活动中心|礼堂|报告厅|大厅|食堂|党校|图书馆|展览馆|纪念馆|博物馆"
    "|广场|阵地|基地|社区|村委会|居委会|腾讯会议|线上|微信群|群里|操场|体育馆|文化站|楼下|楼上|门口|车间"
)
_ROOM = rf"(?:{_ROOMS})(?:[a-z]?\d{{1,4}}(?![\d点:号月时]))?(?:[一二三四五六七八九十\d]{{1,2}}[楼层])?(?:里面?|内|上)?"
_INSIDE = r"[^,;:\s\0开召举学集参上交打做讨办进组和及与跟同、]{0,4}?"  # 社区 老年 活动中心
_QUOTED = re.compile(r"\0+")
_ENDS = {
    "place": re.compile(rf"[,;]|\s+(?={_CLAUSE})|(?<=室|校|厅|馆)\s|(?<=\d)\s(?!\d)|$"),
    "kind": re.compile(r"[,;\s]|$"),
    "title": re.compile(rf"[,;]|\s+(?={_CLAUSE})|$"),
    "note": re.compile(rf"[,;\s]+(?={_CLAUSE})|$"),
    "subject": re.compile(rf"[,;\s]+(?={_CLAUSE})|$"),
}
_AT = re.compile(
    rf"(?<![正存所现])在(?P<value>[^,;:\s\0]{{0,18}}?{_ROOM}(?:{_INSIDE}{_ROOM})*)(?![和及与、][^,;\s]{{0,6}}[楼室厅馆校])"
)
_KINDS: dict[str, Kind] = {
    "党小组会": "meeting", "会议": "meeting", "开会": "meeting", "党费": "dues", "收党费": "dues", "总结": "report",
    "工作总结": "report", "学习": "study", "其他": "custom", "提醒": "custom",
}  # fmt: skip


@dataclass(frozen=True)
class Labelled:
    """rest: the folded text with what was taken blanked out, and typed likewise. kind: as written, or "".

    subject: what it is about, which may be its title too (内容：党小组会) or part of the note.
    """

    rest: str
    typed: str
    place: str = ""
    note: str = ""
    subject: str = ""
    title: str = ""
    kind: str = ""


def labelled(folded: str, typed: str) -> Labelled:
    """Both texts are of one length; values are cut out of the typed one."""
    masked = mask_quotes(folded)
    found: dict[str, list[str]] = {}
    taken: list[tuple[int, int]] = []
    at = 0
    while head := _HEAD.search(masked, at):
        key = _KEYS[head["name"] or head["bare"]]
        at = _end_of_value(masked, head.end(), key)
        found.setdefault(key, []).append(_value(typed[head.end() : at]))
        taken.append((head.start(), at))
        masked = _blanked(masked, head.start(), at)
    if "place" not in found and (place := _AT.search(masked)):
        found["place"] = [_value(typed[place.start("value") : place.end()])]
        taken.append(place.span())
    joined = {name: "；".join(value for value in values if value) for name, values in found.items()}
    for start, end in taken:
        mark = " " if folded[start] == "在" else ","
        folded, typed = _blanked(folded, start, end, mark), _blanked(typed, start, end, mark)
    return Labelled(folded, typed, **joined)


def kind_named(written: str) -> Kind | None:
    return _KINDS.get(written)


def _end_of_value(masked: str, start: int, key: str) -> int:
    quoted = _QUOTED.match(masked, start)
    if quoted:
        return quoted.end()
    end = _ENDS[key].search(masked, start)
    return end.start() if end else len(masked)


def _value(written: str) -> str:
    return unquoted(written.strip(" \t\n,，;；。、"))


def _blanked(text: str, start: int, end: int, mark: str = ",") -> str:
    """A comma in its place: what stood before and after it are clauses of their own."""
    return text[:start] + mark * (end - start) + text[end:]
