"""What is typed for the page on which a reminder is set up, as replies to the bot's prompts. Pure."""

import unicodedata
from dataclasses import replace
from datetime import datetime, time

from handlers.proposals import TYPED, at_hour, with_leads
from scheduler.phrase import Understood, parse
from scheduler.rule import DEFAULT_LEADS, DEFAULT_TITLES, Kind, Lead, Roll, Rule, Schedule
from scheduler.words import names_workdays

NAMES = TYPED | {"when": "日子", "at": "钟点", "ahead": "提前提醒"}
LONGEST = {"title": 60, "place": 100, "note": 500}
_ASKED = {
    "when": "哪天，比如 12月5日、下周三，或 每月10号和25号",
    "at": "钟点，比如 19:15 或 晚上7点一刻",
    "ahead": "什么时候提醒，比如 提前2天晚上8点，或 当天早上7点",
}
_UNREAD = {
    "when": "没看懂，这里只写哪天，比如 12月5日、下周三，或 每月10号和25号；别的点上面的按钮改。再回复一次。",
    "at": "没看懂，这里只写一个钟点，比如 19:15 或 晚上7点一刻；别的点上面的按钮改。再回复一次。",
    "ahead": "没看懂，这里只写什么时候提醒，比如 提前2天晚上8点，或 当天早上7点；别的点上面的按钮改。再回复一次。",
    "title": "标题不能空着，再回复一次。",
}
_NOTHING = "无"
_JOINER = "\u200d"  # holds an emoji of several parts together
_STAND_INS: tuple[tuple[str, Kind], ...] = (("事", "custom"), ("学习", "study"))  # of kinds that differ in their leads
_LATEST = time(23, 59)


def prompt(what: str) -> str:
    """How the message that is to be replied to ends."""
    if what in _ASKED:
        return f"回复这条消息，写{_ASKED[what]}："
    none = "" if what == "title" else f"；写“{_NOTHING}”就是不要"
    return f"回复这条消息，写{NAMES[what]}（{LONGEST[what]}字以内{none}）："


def is_prompt(text: str) -> bool:
    return any(text.endswith(prompt(what)) for what in NAMES)


def plain(text: str) -> str:
    """Without marks that are not seen or that change the direction of writing; lines stay lines."""
    lines = ("".join(c for c in line if c == _JOINER or unicodedata.category(c)[0] != "C") for line in text.split("\n"))
    return "\n".join(lines).strip(f" {_JOINER}\n")


def tidied(rule: Rule) -> tuple[Rule, tuple[str, ...]]:
    """The rule as it may stand in messages; remarks on what had to be cut."""
    texts = {name: plain(getattr(rule, name)) for name in LONGEST}
    texts["title"] = " ".join(texts["title"].split()) or DEFAULT_TITLES[rule.kind]
    remarks = tuple(f"{NAMES[n]}太长，只留前{LONGEST[n]}字" for n, text in texts.items() if len(text) > LONGEST[n])
    title, place, note = (text[: LONGEST[name]] for name, text in texts.items())
    return replace(rule, title=title, place=place, note=note), remarks


def with_typed(rule: Rule, what: str, words: str, *, now: datetime) -> Rule | str:
    """The rule with what was typed, all of it, or what to say when that can't be done. now: naive local."""
    match what:
        case "when":
            return _when(rule, plain(words), now)
        case "at":
            return _at(rule, plain(words), now)
        case "ahead":
            return _ahead(rule, plain(words), now)
        case _:
            return _with_text(rule, what, plain(words))


def _with_text(rule: Rule, what: str, text: str) -> Rule | str:
    if what == "title":
        text = " ".join(text.split())
    elif text == _NOTHING:
        text = ""
    if len(text) > LONGEST[what]:
        return f"{NAMES[what]}最多{LONGEST[what]}字，这里有{len(text)}字，短一点再回复一次。"
    match what:
        case "title":
            return replace(rule, title=text) if text else _UNREAD[what]
        case "place":
            return replace(rule, place=text)
        case _:
            return replace(rule, note=text)


def _when(rule: Rule, words: str, now: datetime) -> Rule | str:
    """At its own hour, unless another one is said too."""
    title, kind = _STAND_INS[0]
    start, zone = rule.schedule.start, rule.schedule.zone
    for hour in (f" {start:%H:%M}", ""):
        read = parse(f"{words}{hour}“{title}”", now=now, zone=zone)
        if isinstance(read, Understood) and not read.remarks:
            schedule = read.rule.schedule
            is_at_own_hour = schedule.start.time() == start.time()  # which 下午 makes another one
            if read.rule == Rule(kind, title, schedule, DEFAULT_LEADS[kind]) and (is_at_own_hour or not hour):
                return replace(rule, schedule=_rolling(schedule, rule.schedule.roll))
    return _UNREAD["when"]


def _rolling(schedule: Schedule, roll: Roll) -> Schedule:
    """On holidays as it was so far, where the words for the days don't say so themselves."""
    as_before = replace(schedule, roll=roll)
    return schedule if schedule.roll != "none" or names_workdays(as_before) else as_before


def _at(rule: Rule, words: str, now: datetime) -> Rule | str:
    zone = rule.schedule.zone
    hours = set()
    for title, kind in _STAND_INS:
        found = parse(f"每天{words}“{title}”", now=now, zone=zone)
        if not isinstance(found, Understood) or any(remark.startswith("没写") for remark in found.remarks):
            return _UNREAD["at"]
        start = found.rule.schedule.start
        if found.rule != Rule(kind, title, Schedule(start, "FREQ=DAILY", zone=zone), DEFAULT_LEADS[kind]):
            return _UNREAD["at"]
        hours.add(start.time())
    return at_hour(rule, hours.pop()) if len(hours) == 1 else _UNREAD["at"]


def _ahead(rule: Rule, words: str, now: datetime) -> Rule | str:
    """Of an event so late that no lead on its day comes after it: whether it fits this one is seen afterwards."""
    zone = rule.schedule.zone
    found: set[tuple[Lead, ...]] = set()
    for title, kind in _STAND_INS:
        read = parse(f"每月28号{_LATEST:%H:%M}“{title}”，{words.removesuffix('提醒')}提醒", now=now, zone=zone)
        if not isinstance(read, Understood) or read.remarks:
            return _UNREAD["ahead"]
        leads, start = read.rule.leads, read.rule.schedule.start
        asked = Rule(kind, title, Schedule(start, "FREQ=MONTHLY;BYMONTHDAY=28", zone=zone), leads)
        if read.rule != asked or start.time() != _LATEST:
            return _UNREAD["ahead"]
        found.add(leads)
    if len(found) != 1:  # the usual ones of each kind: none was typed
        return _UNREAD["ahead"]
    return with_leads(rule, tuple(dict.fromkeys((*rule.leads, *found.pop()))))
