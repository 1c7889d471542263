"""What the reminder is about: the words that are left, when none of them still looks like time."""

import re
from itertools import takewhile

from scheduler.phrase.fold import fold
from scheduler.phrase.outcome import Refused
from scheduler.phrase.scraps import refuse_scraps
from scheduler.phrase.tokens import Token
from scheduler.quotes import is_quoted, unquoted
from scheduler.rule import Kind

LONGEST = 60
_HARD = {
    "wday", "daynum", "date", "clock", "part", "relday", "every", "everyday", "other", "double", "oddweek", "parity",
    "workday", "monthend", "monthstart", "monthmid", "yearend", "yearstart", "qend", "qstart", "halfend", "vague",
    "count", "runs", "until", "noahead", "ahead", "eve", "roll", "ordmonth", "roughly", "sametime", "nonag",
}  # fmt: skip
_SOFT = {"month", "year", "relyear", "quarter", "half", "unit", "rel", "halfnum"}
_BARE = _SOFT | {"number", "hazy"}
_GLUE = {"blank", "join", "ge", "de", "range", "about", "beyond", "after", "halfnum"}
_AFTER_TIME = _HARD | _SOFT | {"festival"}
_OF_SPAN = {"number", "ge", "halfnum", "unit"}
_BREAKS = {"comma", "blank"}
_SEPARATES = _BREAKS | {"join", "range"}
_MARK = r"[,;:、\s。，；：！!?？~～…·—–-]"
_GREETING = (
    r"【[^】]{0,6}(?:提醒|通知)】|请?注意(?=[,:，：])|@(?:所有人|全体成员)|(?:各位|大家|你们|您|你)好|请(?!假|示|教|战|求|愿|客)|麻烦|帮(?:我们?|忙|大家)|给(?:我们?|大家)|记得|[别別]忘了?记?"
    r"|不要忘记?|(?>(?:我们?|咱们?)(?:组(?![织长员建成合]))?(?![和跟与及、]|们[和跟与及、])要?)|大家要?(?![和跟与及、])|要(?!求|点|闻)|需要|各位|同志们|同志(?=[,，:：])|通知(?=[:：])|那就|[嗯哦啊吧呢]"
)
_SETTING_UP = (
    r"设置?一?个?|设定|新建|添加|兹?定于|定一?个|来一?个|安排(?!好)|务必于?|最[晚迟]于?|截止(?:时间)?|(?:召开|举行|进行)(?=[,，])|于|了(?![解结却然])"
    r"|(?:会议|活动|开会)?时间(?=[,;:，；：\s]|$)|开始(?=[,，]|$)|(?:从今[往以]后|今后|往后|接下来|未来)(?=[,，\s]|$)"
)
_JOINING = r"的|得|到时候|时候?|并且?(?!购)|然后|再(?!审)|就|都|进行(?=学|开|总)|提醒|一次(?!性)"
_UNANSWERED = (
    r"(?:^|(?<=[,，\s]))(?:还?没有?|未)(?:回复?|答复|交|报名)的?(?:人|同志|党员|组员)?"  # 没回的提前1小时催一下
)
_LEADING = re.compile(rf"^(?:{_GREETING}|{_SETTING_UP}|{_JOINING}|{_MARK})+")
_TRAILING = re.compile(
    rf"(?:的|(?<=.)(?:(?:一般|通常|固定|都)?(?:放在|定在|安排在|选在)|一般|通常)|每次(?:都|均)?(?:是|在|定在|安排在)?|(?<=[开会习课谈论讲])[一1]次|兹?定于|(?<![关由对位鉴属至处等终定])于|(?<!小)时候|(?<![交办做写完])了|吧|哦|啊|哈|谢谢|和|并|(?:截止|(?<=会)|(?<=[,;:，；：\s]))时间(?:定?为|是)?|(?<=[,，])[上开学办收打]|{_UNANSWERED}|{_MARK})+$"
)
_OPENING = re.compile(
    r"(?:召开|召集|举行|开(?!展|会|个会|放|幕|学(?!习)|业|拓|创|播|门|始|工|通))(?:好|[一1]?个|[一1]次)?(?=[^\s,，;；、“”]+会(?:$|[\s,，;；、]))"
)
_BRACKETED = re.compile(r"[(（][^()（）]*\w[^()（）]*[)）]")
_MARKS = re.compile(r"\s*[,，](?:\s*[,，])+\s*")
_ONE_CHARACTER = re.compile(r"[\u4e00-\u9fff]")
_BLANKS = re.compile(r" {2,}")
_SERVANTS = re.compile(r"^(?:召?开|举行|进行|开展|一次|开一次|交|收|去|开始|截止|结束|时间|坚持|暂定)$")
_WHO = re.compile(r"(?:请|让|叫|通知)?[^\s,;:()开会习课费]{2,8}")
_COMES = re.compile(
    r"来|去|到|把|将|参加|前[来往]|过来|汇报|交(?!流)|上交|提交|值班|做|写|带|打扫|准备|发言|主持|讲(?!话|座)|给|向|[和跟与](?!$)|领|值日"
)
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


def title_of(pieces: list[list[Token]], typed: str, *, every: int, is_timed: bool) -> str:
    """As typed; pieces are runs of tokens that no rule took. Refuses words that can't belong to a title.

    every: days from one time to the next, 0 for once.
    """
    texts = [cleaned("".join(typed[t.start : t.end] for t in piece)) for piece in _reunited(pieces)]
    texts = [text for text in texts if re.search(r"\w", text)] or [text for text in texts if text]
    if len(texts) > 1:
        texts = [text for text in texts if not _SERVANTS.match(text)] or texts[:1]
    if odd := [text for text in texts if len(texts) > 1 and _ONE_CHARACTER.fullmatch(text)]:
        raise Refused("这个字没看懂；是要做的事，请和别的字连着写", *odd)
    left = _MARKS.sub("，", "，".join(texts))
    refuse_scraps(left, every=every, is_timed=is_timed)
    title = _BLANKS.sub(" ", unquoted(left))
    if not re.search(r"\w", title):
        return ""
    if len(title) > LONGEST:
        raise Refused(f"要做的事太长了，最多{LONGEST}个字；细节写在“议程：”后面", title[:20] + "……")
    return title


def _reunited(pieces: list[list[Token]]) -> list[list[Token]]:
    """张三 and 来谈话, between which only the time stood."""
    found: list[list[Token]] = []
    for piece in pieces:
        before = found[-1] if found else []
        who, what = ("".join(token.text for token in part) for part in (before, piece))
        if _WHO.fullmatch(who.strip()) and before[-1].kind not in _BREAKS and _COMES.match(what):
            found[-1] = [*before, *piece]
        else:
            found.append(piece)
    return found


def cleaned(text: str) -> str:
    text = text.strip()
    if is_quoted(text):
        return text
    text = _without_odd_brackets(text)
    text = _TRAILING.sub("", _LEADING.sub("", text))
    if opening := _OPENING.match(fold(text)):
        text = text[opening.end() :]
    return text


def _without_odd_brackets(text: str) -> str:
    """A comma for each that has lost its other half to the words of time."""
    pairs = list(_BRACKETED.sub(lambda found: "\0" * len(found[0]), text))
    return "".join("，" if mark in "()（）" else char for char, mark in zip(text, pairs, strict=True))


def time_words(piece: list[Token]) -> list[str]:
    """Words of time that are left over and are no part of a title."""
    bare = {token for clause in _clauses(piece) if _is_bare(clause) for token in clause} | _odd_spans(piece)
    return joined([token for place, token in enumerate(piece) if token in bare or _is_left_over(piece, place)])


def _odd_spans(piece: list[Token]) -> set[Token]:
    """2.5天后, 每1.5天; 前三天 right after the day."""
    found: set[Token] = set()
    for place, token in enumerate(piece):
        end = next((n for n in range(place + 1, len(piece)) if piece[n].kind not in _OF_SPAN), len(piece))
        is_after = end < len(piece) and piece[end].kind in {"after", "beyond"}
        is_every = place > 0 and piece[place - 1].kind in {"every", "other"}
        spans = end > place + 1 and any(part.kind == "unit" for part in piece[place + 1 : end])
        if token.kind == "decimal" and (is_after or is_every):
            found |= {*piece[place:end], *piece[end : end + is_after]}
        if spans and (token.kind == "after" or token.text == "前"):
            found |= {*piece[place:end]}
        if token.kind == "beyond" and "内" in token.text and place:
            found |= {token, *_span_before(piece[:place])}
    return found


def _span_before(piece: list[Token]) -> list[Token]:
    """The 三天 of 三天内."""
    return list(takewhile(lambda token: token.kind in _OF_SPAN | {"rel"}, reversed(piece)))


def _clauses(piece: list[Token]) -> list[list[Token]]:
    clauses: list[list[Token]] = [[]]
    for token in piece:
        clauses.append([]) if token.kind == "comma" else clauses[-1].append(token)
    return clauses


def _is_bare(clause: list[Token]) -> bool:
    """下个月 or 3、6、 with no word that it could be said of: part of the time after all."""
    kinds = {token.kind for token in clause}
    return bool(kinds & _BARE) and kinds <= _BARE | _GLUE


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
    if token.kind == "nag":
        return before is not None and (after is None or after.kind == "comma")
    if token.kind == "ahead":
        return not _is_advice(piece[place + 1 :])
    if token.kind in _HARD:
        return True
    if token.kind == "festival":
        return place == 1 and before is not None and before.kind == "join"
    if token.kind == "from":
        return after is None
    if token.kind == "ord":
        return after is not None and after.kind in {"wday", "unit", "workday", "daynum"}
    if token.kind in {"beyond", "after", "about"}:
        return before is not None and before.kind in _AFTER_TIME - ({"festival"} if token.kind == "about" else set())
    if token.kind not in _SOFT:
        return False
    if after is not None and after.kind in {"since", "endword"}:
        return True
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
