"""One sentence -> a rule, or the reason why not. All of it is understood, or none."""

import re
from datetime import datetime

from scheduler.phrase.fold import fold
from scheduler.phrase.labels import Labelled, kind_named, labelled
from scheduler.phrase.leads import fitted
from scheduler.phrase.outcome import NoDay, NotUnderstood, Parsed, Refused, Understood
from scheduler.phrase.reading import tokenise
from scheduler.phrase.scan import Said, scan
from scheduler.phrase.schedules import Present, Timed, timed
from scheduler.phrase.titles import LONGEST, kind_of, time_words, title_of
from scheduler.rule import DEFAULT_LEADS, DEFAULT_TITLES, DEFAULT_ZONE, Kind, Lead, Rule
from scheduler.workdays import Workdays

LONGEST_PHRASE = 500
_AS_ANNOUNCED = Workdays()
_COMMAND = re.compile(r"^\s*/[a-z_]+(?:@\w+)?\s*", re.IGNORECASE)
_REASONS = {
    "节假日": "遇到节假日，可以说照常、顺延到下一个工作日、提前到上一个工作日、跳过",
    "周末": "周末请写明是周六还是周日",
    "旬": "请写明是几号",
    "下班": "请写明是几点",
}
_NOT_NEW = re.compile(
    r"^[\s,;:]*(?:请|帮我|麻烦|给我)*(?:取消|删除|删掉|撤[销消]|停止|停掉|关闭|关掉|暂停|[别別](?!忘|的|墅)|不要(?!忘)|不用|不必"
    r"|把[^,;]*(?:改|挪|推迟|提前|调整?|换)[到至成为])"
)
EXAMPLES = ("每月第一个周五晚上7点半开党小组会，提前3天和当天早上提醒", "明天下午3点 交学习心得")


def parse(text: str, *, now: datetime, zone: str = DEFAULT_ZONE, workdays: Workdays = _AS_ANNOUNCED) -> Parsed:
    """now: naive local time in `zone`. A rule that is understood has an event to come, by these working days."""
    try:
        return _understood(text, Present(now.replace(microsecond=0, tzinfo=None), zone, workdays))
    except Refused as refused:
        return _refusal(refused, text)


def _refusal(refused: Refused, text: str) -> NotUnderstood:
    words = tuple(dict.fromkeys(_as_typed(word.strip(), text) for word in refused.words if word.strip()))
    named = "".join(f"“{word}”" for word in words)
    about = f"没听懂{named}：" if named else ""
    first, second = EXAMPLES
    return NotUnderstood(f"{about}{refused.reason}。可以这样写：“{first}”，或者“{second}”。", words)


def _as_typed(word: str, text: str) -> str:
    """It was read in the folded text, which is as long."""
    place = fold(text).find(word)
    return text[place : place + len(word)] if place >= 0 else word


def _understood(text: str, present: Present) -> Understood:
    text = _COMMAND.sub("", text)
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


def _read(found: Labelled, present: Present, *, is_guarded: bool) -> Understood:
    said = scan(tokenise(found.rest, is_guarded=is_guarded), present.now)
    left_over = [word for piece in said.pieces for word in time_words(piece)]
    if left_over:
        raise Refused(_reason(left_over), *left_over)
    when = timed(said, present)
    return _rule(found, said, when, present.now)


def _reason(left_over: list[str]) -> str:
    known = (reason for word, reason in _REASONS.items() if any(word in left for left in left_over))
    return next(known, "这里的时间说法还看不懂；要是要做的事里的话，请加上引号")


def _rule(found: Labelled, said: Said, when: Timed, now: datetime) -> Understood:
    title = title_of(said.pieces, found.typed)
    if title and found.title:
        raise Refused("要做的事写了两遍", title, found.title)
    title = title or found.title[:LONGEST]
    kind = _kind(found.kind, title)
    leads, nag, about_leads = _leads(said, kind, when, now)
    remarks = (*when.remarks, *about_leads, *([] if title else ["没写要做什么，先叫“提醒”。"]))
    rule = Rule(kind, title or DEFAULT_TITLES[kind], when.schedule, leads, found.place, found.note, nag)
    return Understood(rule, tuple(dict.fromkeys(remarks)))


def _kind(written: str, title: str) -> Kind:
    if not written:
        return kind_of(fold(title))
    kind = kind_named(written)
    if kind is None:
        raise Refused("类别只有会议、党费、总结、学习、其他", written)
    return kind


def _leads(said: Said, kind: Kind, when: Timed, now: datetime) -> tuple[tuple[Lead, ...], Lead | None, tuple[str, ...]]:
    asked = tuple(lead for found in said.leads for lead in found.leads)
    nags = [found.nag for found in said.leads if found.nag is not None]
    if len(nags) > 1:
        raise Refused("催只能催一次", *(found.words for found in said.leads if found.nag))
    nag = nags[0] if nags else None
    if not asked:
        return DEFAULT_LEADS[kind], nag, ()
    leads, remarks = fitted(asked, when.schedule.start)
    is_late = not when.schedule.rrule and any(lead.local(when.schedule.start) < now for lead in leads)
    return leads, nag, (*remarks, *(["有的提醒时间已经过了，那一次不会发。"] if is_late else []))
