"""One sentence -> a rule, or the reason why not. All of it is understood, or none."""

import re
from datetime import datetime, timedelta

from scheduler.phrase.dates import Moment
from scheduler.phrase.fold import fold
from scheduler.phrase.labels import Labelled, kind_named, labelled
from scheduler.phrase.leads import fitted
from scheduler.phrase.numerals import NUMERAL as N
from scheduler.phrase.numerals import number
from scheduler.phrase.outcome import NoDay, NotUnderstood, Parsed, Refused, Understood
from scheduler.phrase.places import place_of
from scheduler.phrase.reading import tokenise
from scheduler.phrase.rewording import swapped, whole_words
from scheduler.phrase.said import Said
from scheduler.phrase.scan import scan
from scheduler.phrase.schedules import Present, Timed, timed
from scheduler.phrase.titles import LONGEST, kind_of, time_words, title_of
from scheduler.quotes import mask_quotes
from scheduler.rule import DEFAULT_LEADS, DEFAULT_TITLES, DEFAULT_ZONE, Kind, Lead, Rule
from scheduler.workdays import Workdays

LONGEST_PHRASE = 500
_AS_ANNOUNCED = Workdays()
_COMMAND = re.compile(r"^\s*/[a-z_]+(?:@\w+)?\s*", re.IGNORECASE)
_BOT = re.compile(r"(?<![a-z0-9_.@])@[a-z0-9_]*bot(?![a-z0-9_])")
_MINUTES_OR_PEOPLE = "前面的数是几分还是人数，中间请加个逗号"
_REASONS = {
    "非": "反过来的说法还不会算，请直接写要提醒的日子",
    "不是": "反过来的说法还不会算，请直接写要提醒的日子",
    "节假日": "遇到节假日，可以说照常、顺延到下一个工作日、提前到上一个工作日、跳过",
    "周末": "周末请写明是周六还是周日",
    "旬": "请写明是几号",
    "下班": "请写明是几点",
    "饭": "请写明是几点",
    "最近": "说的是哪一天",
    "有空": "说的是哪一天",
    "人": _MINUTES_OR_PEOPLE,
    "名": _MINUTES_OR_PEOPLE,
    "位": _MINUTES_OR_PEOPLE,
    "同一|同样|这个[时点]|这会儿|这一?时|此[时刻]|[老原定]时间": "请写明是几点",
    "催": "还要说提前多久催，例如“提前2小时催一次”",
    "过期": "过后再提醒还不会，可以写“提前2小时催一次”",
    rf"{N}[次回]": "请写明每次是什么时候，例如“每月5号和20号”“每天9点和18点”",
    "^(?:[之以过]?后|前)(?=.)": "从哪天数起不知道，请直接写日期",
    "内": "这是个期限，请写成哪天几点",
    "提醒": "还要说什么时候提醒，例如“提前3天、1天和当天提醒”；不要提前的请写“不用提前提醒”",
}
_WITHIN = re.compile(rf"(?P<days>{N})[天日][之以]?内")
_MOST_DAYS = 300
_NOT_NEW = re.compile(
    r"^[\s,;:]*(?:请|帮我|麻烦|给我)*(?:取消|删除|删掉|撤[销消]|停止|停掉|关闭|关掉|暂停|[别別](?!忘|的|墅)|不要(?!忘)|不用|不必"
    r"|把[^,;]*(?:改|挪|推迟|提前|调整?|换)[到至成为])"
)
EXAMPLES = ("每月第一个周五晚上7点半开党小组会，提前3天和当天早上提醒", "明天下午3点 交学习心得")


def parse(text: str, *, now: datetime, zone: str = DEFAULT_ZONE, workdays: Workdays = _AS_ANNOUNCED) -> Parsed:
    """now: naive local time in `zone`. A rule that is understood has an event to come, by these working days."""
    present = Present(now.replace(microsecond=0, tzinfo=None), zone, workdays)
    try:
        return _understood(text, present)
    except Refused as refused:
        return _refusal(refused, text, present)


def _refusal(refused: Refused, text: str, present: Present) -> NotUnderstood:
    words = tuple(dict.fromkeys(whole_words(word.strip(), text) for word in refused.words if word.strip()))
    named = "".join(f"“{word}”" for word in words)
    about = f"没听懂{named}：" if named else ""
    rewritten = [other for other in swapped(refused.swaps, _COMMAND.sub("", text)) if _is_understood(other, present)]
    shown = "，或者".join(f"“{example}”" for example in rewritten or EXAMPLES)
    return NotUnderstood(f"{about}{refused.reason}。可以这样写：{shown}。", words)


def _is_understood(text: str, present: Present) -> bool:
    try:
        _understood(text, present)
    except Refused:
        return False
    return True


def _understood(text: str, present: Present) -> Understood:
    text = _COMMAND.sub("", _without_bots(text))
    if not text.strip():
        raise Refused("什么时候、做什么，都还没写")
    if len(text) > LONGEST_PHRASE:
        raise Refused(f"太长了，最多{LONGEST_PHRASE}个字")
    folded = fold(text)
    if change := _NOT_NEW.match(folded):
        raise Refused("这里只设新的提醒；要改、停、删，请发 /reminders 点按钮；是要做的事，请加上引号", change[0])
    found = labelled(folded, text)
    try:
        return _read(found, present, is_guarded=True)
    except NoDay:
        return _read(found, present, is_guarded=False)


def _without_bots(text: str) -> str:
    """Blanks in place of @dangxiaozu_bot, which says no more than whom it is said to."""
    spans = [found.span() for found in _BOT.finditer(mask_quotes(fold(text)))]
    return "".join(" " if any(start <= at < end for start, end in spans) else char for at, char in enumerate(text))


def _read(found: Labelled, present: Present, *, is_guarded: bool) -> Understood:
    said = scan(tokenise(found.rest, is_guarded=is_guarded), present.now)
    left_over = [word for piece in said.pieces for word in time_words(piece)]
    if left_over:
        raise Refused(_reason(left_over), *left_over, swaps=_deadlines(left_over, present))
    if said.zone and present.zone != DEFAULT_ZONE:
        raise Refused("这个群设的不是北京时间，请换算好再写", said.zone)
    when = timed(said, present)
    if said.just_once and when.schedule.rrule:
        raise Refused("前面说的是一次次重复的，和“只一次”对不上", said.just_once)
    return _rule(found, said, when)


def _reason(left_over: list[str]) -> str:
    known = (reason for word, reason in _REASONS.items() if any(re.search(word, left) for left in left_over))
    return next(known, "这里的时间说法还看不懂；要是要做的事里的话，请加上引号")


def _deadlines(left_over: list[str], present: Present) -> tuple[tuple[str, str], ...]:
    """三天内: the last of these days, at the end of the afternoon."""
    found = [_WITHIN.fullmatch(word) for word in left_over]
    spans = [(match[0], number(match["days"])) for match in found if match]
    days = [(word, present.now + timedelta(days=count)) for word, count in spans if count and count < _MOST_DAYS]
    return tuple((word, f"{day.month}月{day.day}日下午6点前") for word, day in days)


def _rule(found: Labelled, said: Said, when: Timed) -> Understood:
    place, said.pieces = (found.place, said.pieces) if found.place else place_of(said.pieces, found.typed)
    title, note = _title_and_note(found, said, every=when.every)
    kind = _kind(found.kind, title)
    leads, nag, about_leads = _leads(said, kind, when)
    remarks = (*when.remarks, *about_leads, *([] if title else ["没写要做什么，先叫“提醒”。"]))
    rule = Rule(kind, title or DEFAULT_TITLES[kind], when.schedule, leads, place, note, nag)
    return Understood(rule, tuple(dict.fromkeys(remarks)))


def _title_and_note(found: Labelled, said: Said, *, every: int) -> tuple[str, str]:
    """The subject is the title when nothing else is, and part of the note otherwise."""
    is_timed = any(hour.times for hour in said.hours) or any(isinstance(day, Moment) for day, _ in said.days)
    title = title_of(said.pieces, found.typed, every=every, is_timed=is_timed)
    if title and found.title:
        raise Refused("要做的事写了两遍", title, found.title)
    title = title or found.title[:LONGEST]
    if not title and len(found.subject) <= LONGEST:
        return found.subject, found.note
    return title, "；".join(part for part in (found.subject, found.note) if part)


def _kind(written: str, title: str) -> Kind:
    if not written:
        return kind_of(fold(title))
    kind = kind_named(written)
    if kind is None:
        raise Refused("类别只有会议、党费、总结、学习、其他", written)
    return kind


def _leads(said: Said, kind: Kind, when: Timed) -> tuple[tuple[Lead, ...], Lead | None, tuple[str, ...]]:
    asked = tuple(lead for found in said.leads for lead in found.leads)
    nags = [found.nag for found in said.leads if found.nag is not None]
    if len(nags) > 1:
        raise Refused("催只能催一次", *(found.words for found in said.leads if found.nag))
    if nags and said.no_nag:
        raise Refused("要不要催，前后说的不一样", *(found.words for found in said.leads if found.nag), said.no_nag)
    nag = nags[0] if nags else None
    if not asked:
        return DEFAULT_LEADS[kind], nag, ()
    leads, remarks = fitted(asked, when.schedule.start)
    return leads, nag, remarks
