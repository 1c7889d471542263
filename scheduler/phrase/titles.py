"""What the reminder is about: the words that are left, when none of them still looks like time."""

import re

from scheduler.phrase.outcome import Refused
from scheduler.phrase.tokens import Token
from scheduler.quotes import is_quoted, unquoted
from scheduler.rule import Kind

LONGEST = 60
_HARD = {
    "wday", "daynum", "date", "clock", "part", "relday", "every", "everyday", "other", "double", "oddweek", "parity",
    "workday", "monthend", "monthstart", "monthmid", "yearend", "yearstart", "qend", "qstart", "halfend", "vague",
    "count", "runs", "until", "noahead", "ahead", "eve", "roll", "ordmonth",
}  # fmt: skip
_SOFT = {"month", "year", "relyear", "quarter", "half", "unit", "rel", "halfnum"}
_AFTER_TIME = _HARD | _SOFT | {"festival"}
_BREAKS = {"comma", "blank"}
_SEPARATES = _BREAKS | {"join", "range"}
_LEADING = re.compile(
    r"^(?:请(?!假|示|教|战|求|愿|客)|麻烦|帮(?:我们?|忙|大家)|给(?:我们?|大家)|记得|别忘了?记?|不要忘记?|我们?要?|咱们?|大家要?|大家|要(?!求|点|闻)|需要"
    r"|设置?一?个?|设定|新建|添加|定一?个|来一?个|安排|的|得|到时候|时候?|,|;|:|、|\s|和(?!平|谐)|并且?(?!购)|然后|再(?!审)|就|都|进行(?=学|开|总)|提醒|各位|同志们|一次(?!性)|[。，；：！!?？）)(（])+"
)
_TRAILING = re.compile(r"(?:的|(?<!小)时候|了|吧|哦|啊|哈|谢谢|,|;|:|、|\s|和|并|[。，；：！!~?？])+$")
_SERVANTS = re.compile(r"^(?:召?开|举行|进行|开展|一次|开一次|交|收|去)$")
_DUES = re.compile(r"党费")
_MEETING = re.compile(
    r"开会|会议(?!室|精神|记录|纪要)|(?<![全学社机工协理体领委])会(?=$|[,，;；、])"
    r"|(?:小组|支部|党员|支委|组织生活|民主生活|例|班|总结|座谈|碰头|部署|动员|专题|分析|评议|推进|工作|谈心|汇报|交流)会(?![议员计场])"
)
_REPORT = re.compile(r"小结|总结|汇报|述职|(?<!学习)(?<!听)(?:写|交|提交|上交|报送?)[^,，]*报告")
_STUDY = re.compile(r"学习|党课|党日|自学|读书|研讨|研学|培训")


def kind_of(folded_title: str) -> Kind:
    if _DUES.search(folded_title):
        return "dues"
    if _MEETING.search(folded_title):
        return "meeting"
    if _REPORT.search(folded_title):
        return "report"
    return "study" if _STUDY.search(folded_title) else "custom"


def title_of(pieces: list[list[Token]], typed: str) -> str:
    """As typed; pieces are runs of tokens that no rule took."""
    texts = [_cleaned("".join(typed[t.start : t.end] for t in piece)) for piece in pieces]
    texts = [text for text in texts if text]
    if len(texts) > 1:
        texts = [text for text in texts if not _SERVANTS.match(text)] or texts[:1]
    title = unquoted("，".join(texts))
    if not re.search(r"\w", title):
        return ""
    if len(title) > LONGEST:
        raise Refused(f"要做的事太长了，最多{LONGEST}个字；细节写在“议程：”后面", title[:20] + "……")
    return title


def _cleaned(text: str) -> str:
    text = text.strip()
    if is_quoted(text):
        return text
    text = _TRAILING.sub("", _LEADING.sub("", text))
    for left, right in (("（", "）"), ("(", ")")):
        if text.count(left) != text.count(right):
            text = text.strip(left + right + " ")
    return text


def time_words(piece: list[Token]) -> list[str]:
    """Words of time that are left over and are no part of a title."""
    return joined([token for place, token in enumerate(piece) if _is_left_over(piece, place)])


def joined(tokens: list[Token]) -> list[str]:
    """Their texts; neighbours are one word."""
    texts: list[str] = []
    end = -1
    for token in tokens:
        if token.start == end:
            texts[-1] += token.text
        else:
            texts.append(token.text)
        end = token.end
    return texts


def _is_left_over(piece: list[Token], place: int) -> bool:
    token = piece[place]
    before = piece[place - 1] if place else None
    after = piece[place + 1] if place + 1 < len(piece) else None
    if token.kind == "ahead":
        return not _is_advice(piece[place + 1 :])
    if token.kind in _HARD:
        return True
    if token.kind == "ord":
        return after is not None and after.kind in {"wday", "unit", "workday", "daynum"}
    if token.kind in {"beyond", "after", "about"}:
        return before is not None and before.kind in _AFTER_TIME
    if token.kind not in _SOFT:
        return False
    return not _belongs(before, after, token)


def _is_advice(rest: list[Token]) -> bool:
    """提前10分钟到场: a span that goes on into words."""
    after = next((token for token in rest if token.kind not in {"number", "ge", "halfnum", "unit"}), None)
    return after is not None and after.kind in {"char", "word", "range"}


def _belongs(before: Token | None, after: Token | None, token: Token) -> bool:
    """五月份的党费, 培训三天: a period that says something about its neighbour."""
    if after is not None and after.kind in {"unit", "half", "quarter", "month"} | {"year"}:
        return True
    if after is not None and after.kind not in _SEPARATES:
        return True
    alone = before is None or before.kind in _BREAKS
    return not alone and token.kind == "unit"
