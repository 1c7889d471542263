"""A place that nothing announces: ，三楼会议室， between commas, or 三楼 right before 开会."""

import re

from scheduler.phrase.fold import fold
from scheduler.phrase.numerals import NUMERAL as N
from scheduler.phrase.tokens import Token

_BREAKS = {"comma", "blank"}
_MOST = 16
_FLOOR = rf"{N}号?[楼层]"
_ROOM = r"会议室|活动室|办公室|接待室|阅览室|值班室|教室|礼堂|报告厅|多功能厅|大厅|食堂"
_NUMBER = r"[a-z]?\d{3,4}室?"
_ENDS = rf"(?:室|厅|馆|礼堂|食堂|中心|党校|之家|广场|操场|[村居]委会|{_FLOOR}|{_NUMBER})"
_ALONE = re.compile(rf"(?:[^,;\s\0]{{0,{_MOST}}}?)(?:{_ENDS})(?:{_NUMBER})?(?:门口|里面?|内)?")
_WORK = re.compile(
    "[参观去到看扫洁洗修布慰问打开召集学习交送领建设装搬查检整改借还订租退买关管收发用见等回出来进入游讨论理写做办议评讲听考报布置通知和与及、]|走访"
)
_BEFORE_MEETING = re.compile(
    rf"^(?:{_FLOOR}(?:[^,;\s\0]{{0,4}}(?:{_ROOM}))?|(?!办公室)(?:{_ROOM}))(?:{_NUMBER})?"
    r"(?=开(?!放|门)|召开|集合|学习|上党课|培训|座谈|讨论|聚餐)"
)


def place_of(pieces: list[list[Token]], typed: str) -> tuple[str, list[list[Token]]]:
    """The place, "" when there is none or more than one, and the pieces without it. Something else has to be left."""
    clauses = [clause for piece in pieces for clause in _clauses(piece)]
    alone = [clause for clause in clauses if _is_place(_folded(clause))]
    if len(alone) == 1 and len(clauses) > 1:
        taken = set(alone[0])
        return _typed(alone[0], typed), [[token for token in piece if token not in taken] for piece in pieces]
    for number, piece in enumerate(pieces):
        if not alone and (found := _BEFORE_MEETING.match(_folded(piece))):
            end = piece[0].start + found.end()
            rest = [token for token in piece if token.start >= end]
            return typed[piece[0].start : end], [*pieces[:number], rest, *pieces[number + 1 :]]
    return "", pieces


def _clauses(piece: list[Token]) -> list[list[Token]]:
    clauses: list[list[Token]] = [[]]
    for token in piece:
        clauses.append([]) if token.kind in _BREAKS else clauses[-1].append(token)
    return [clause for clause in clauses if re.search(r"\w", _folded(clause))]


def _is_place(text: str) -> bool:
    return len(text) <= _MOST and _ALONE.fullmatch(text) is not None and not _WORK.search(_without_rooms(text))


def _without_rooms(text: str) -> str:
    """会议室 and 办公室 are no work."""
    return re.sub(rf"{_ROOM}|办公楼|教学楼|图书馆|学校|文化馆|党群服务中心|[村居]委会", "", text)


def _folded(tokens: list[Token]) -> str:
    return fold("".join(token.text for token in tokens)).strip()


def _typed(tokens: list[Token], typed: str) -> str:
    return typed[tokens[0].start : tokens[-1].end].strip()
