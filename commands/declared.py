"""Groups and reminders declared in config.yaml: read with the line of everything that is wrong, and kept in step.

A declared reminder is known by its group and name; while its text stays the same it is never touched, and another
text is counted on from where the old one began, so that "every other Friday" keeps its Fridays over restarts and edits.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from commands.declared_days import counted_on
from knowledge import Problem
from knowledge.located import Document, NotText, read
from scheduler.phrase import NotUnderstood, Understood, parse
from scheduler.rule import DEFAULT_ZONE, GroupRule, Rule
from scheduler.workdays import Workdays
from settings import CONFIG
from storage import Chat, RuleStore, StoreError, Stores, bare_name

_GROUP_KEYS = {"chat", "title", "leader", "zone", "topic", "reminders"}
_REMINDER_KEYS = {"name", "when", "place", "note"}
_LONGEST_NAME = 40
_LONGEST = {"title": 255, "place": 100, "note": 500}  # characters; no more is taken in the chat either
_BITS = 52  # of Telegram's numbers
_LARGEST_TOPIC = 2**31 - 1
_EXAMPLE = "例如 when: 每月第一个周五晚上7点半开党小组会，提前3天和当天早上提醒"
_COPY = "从 Telegram 那里抄编号"
_KEPT = "以前写在文件里的群和提醒照旧"
_TRY_AGAIN = "文件不用改，重启一次再试；还是这样，就看看数据库和磁盘"
_HOW_TO_REMOVE = "要全部去掉，写 groups: []"
_SAID = 8  # characters of a fingerprint that stand for `when` and the zone alone
Keys = tuple[str | int, ...]


@dataclass(frozen=True)
class Declared:
    """One reminder of one group. name: its name and the fingerprint of its text, at most 64 characters.

    when: as it is written. place: file, line and column of the group's number. own_place: of the reminder itself.
    """

    chat: Chat
    leader_id: int
    thread_id: int | None
    name: str
    rule: Rule
    when: str
    own_place: tuple[str, int, int]
    place: tuple[str, int, int]


@dataclass(frozen=True)
class Unsaid:
    """The file is not there, or says nothing of groups: no reason to delete any. warning: for who had declared some."""

    warning: Problem


def load_declared(path: Path, *, now: datetime) -> tuple[Sequence[Declared] | Unsaid, list[Problem]]:
    """Those that are in order, and every problem of the others. now: aware, UTC."""
    if not path.exists():
        message = f"没有这个文件，{_KEPT}"
        return Unsaid(Problem(path.name, 1, 1, message, f"把它放回来；{_HOW_TO_REMOVE}", "warning")), []
    document, _ = read(path, path.name)  # what is wrong with the file as a whole is said by the settings
    groups = document.value.get("groups") if isinstance(document.value, dict) else None
    if groups is None:
        place = document.place(("groups",))
        return Unsaid(Problem(path.name, *place, f"没有写群（groups），{_KEPT}", _HOW_TO_REMOVE, "warning")), []
    reader = _Reader(document, now)
    return list(reader.groups(groups)), reader.problems


async def keep_in_step(  # noqa: PLR0913
    stores: Stores,
    wanted: Sequence[Declared] | Unsaid,
    problems: Sequence[Problem],
    *,
    now: datetime,
    workdays: Workdays,
    file: str = CONFIG.name,
) -> list[Problem]:
    """Add what is new, change what reads otherwise, delete what is no longer declared, or is there twice.

    While anything is wrong with the file nothing else is deleted: what is missing may be what could not be read, or
    not be written. A problem for each reminder that the data base refuses; the others are taken. A warning for each
    group that is a supergroup now and is still declared by its old number, and for a file that says nothing of groups
    though some were declared. workdays: the calendar in force.
    file: its name, for what is wrong with it as a whole. Raises StoreError when the data
    base can't be read at all.
    """
    stored = await stores.rules.declared()
    if isinstance(wanted, Unsaid):
        return [wanted.warning] if stored else []
    moved = await stores.chats.moved()
    known = _by_name(stored)
    refused: list[Problem] = []
    for declared in _by_new_numbers(wanted, moved):
        same = known.pop((declared.chat.chat_id, bare_name(declared.name)), [])
        refused += await _taken(stores, declared, same, now, workdays)
    if not problems and not refused:
        refused += await _cleared(stores.rules, [rule for same in known.values() for rule in same], file, now)
    return [*refused, *sorted({_renumbered(d, moved[d.chat.chat_id]) for d in wanted if d.chat.chat_id in moved})]


def _by_name(stored: Sequence[GroupRule]) -> dict[tuple[int, str], list[GroupRule]]:
    """Oldest first. Two of one name: what replicas that read different files had left."""
    known: dict[tuple[int, str], list[GroupRule]] = {}
    for rule in stored:
        known.setdefault((rule.chat_id, bare_name(rule.declared)), []).append(rule)
    return known


async def _taken(
    stores: Stores, declared: Declared, same: Sequence[GroupRule], now: datetime, workdays: Workdays
) -> list[Problem]:
    try:
        await stores.chats.describe(declared.chat)
        await _delete(stores.rules, same[1:], now)  # first: no two may have one name and text
        await _keep(stores.rules, declared, same[0] if same else None, now, workdays)
    except StoreError as error:
        message = f"数据库没存下“{bare_name(declared.name)}”这条提醒（{error}），这次的改动没生效"
        return [Problem(*declared.own_place, message, _TRY_AGAIN)]
    return []


async def _cleared(store: RuleStore, unwanted: Sequence[GroupRule], file: str, now: datetime) -> list[Problem]:
    try:
        await _delete(store, unwanted, now)
    except StoreError as error:
        message = f"文件里去掉了的提醒，数据库没能全删掉（{error}）"
        return [Problem(file, 1, 1, message, _TRY_AGAIN)]
    return []


async def _delete(store: RuleStore, unwanted: Sequence[GroupRule], now: datetime) -> None:
    for rule in unwanted:
        await store.delete(rule.id, now=now)


def _by_new_numbers(wanted: Sequence[Declared], moved: Mapping[int, int]) -> list[Declared]:
    """Where the file has both the old and the new number of a group, what stands under the new one counts."""
    new = {d.chat.chat_id for d in wanted} - moved.keys()
    current = [d for d in wanted if moved.get(d.chat.chat_id) not in new]
    return [replace(d, chat=replace(d.chat, chat_id=moved.get(d.chat.chat_id, d.chat.chat_id))) for d in current]


def _renumbered(declared: Declared, new: int) -> Problem:
    old = declared.chat.chat_id
    message = f"这个群升级成超级群了，编号 {old} 已经不用"
    return Problem(*declared.place, message, f"改成 chat: {new}（提醒已经跟过去了）", "warning")


async def _keep(
    store: RuleStore, declared: Declared, stored: GroupRule | None, now: datetime, workdays: Workdays
) -> None:
    rule, thread_id, leader_id, name = declared.rule, declared.thread_id, declared.leader_id, declared.name
    if stored is None:
        chat_id = declared.chat.chat_id
        await store.declare(rule, name, chat_id=chat_id, leader_id=leader_id, now=now, thread_id=thread_id)
    elif (stored.declared, stored.thread_id, stored.leader_id) != (name, thread_id, leader_id):
        rule = _rule_of(declared, stored, now)
        await store.change(
            stored.id, rule, now=now, workdays=workdays, declared=name, thread_id=thread_id, leader_id=leader_id
        )


def _rule_of(declared: Declared, stored: GroupRule, now: datetime) -> Rule:
    if stored.declared == declared.name:
        return stored.rule
    old, new = stored.rule.schedule, declared.rule.schedule
    if _fingerprint(stored.declared)[:_SAID] == _fingerprint(declared.name)[:_SAID]:
        return replace(declared.rule, schedule=old)
    return replace(declared.rule, schedule=counted_on(old, new, when=declared.when, now=now))


def _fingerprint(name: str) -> str:
    return name.rpartition("#")[2]


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass
class _Reader:
    """Reads on after a problem, to find them all."""

    document: Document
    now: datetime
    problems: list[Problem] = field(default_factory=list)
    seen: set[tuple[int, str]] = field(default_factory=set)

    def groups(self, groups: Any) -> Iterator[Declared]:
        if not isinstance(groups, list):
            self._problem(("groups",), "groups 要写成一列群", "每个群以“- chat: 群的编号”开头")
            return
        for place, group in enumerate(groups):
            yield from self._group(("groups", place), group)

    def _group(self, path: Keys, group: Any) -> Iterator[Declared]:
        """Nothing of a group about which something is wrong: what was stored of it stays as it was."""
        if not isinstance(group, dict):
            self._problem(path, "这里要写一个群", "以“- chat: 群的编号”开头")
            return
        self._unknown(path, group, _GROUP_KEYS)
        chat_id = self._integer(path, group, "chat")
        if chat_id is None or chat_id >= 0:
            if chat_id is not None or group.get("chat") is None:
                self._problem((*path, "chat"), "缺少 chat，或不是群的编号", "群的编号是负数，例如 chat: -1001234567890")
            return
        before = len(self.problems)
        chat = Chat(chat_id, self._text(path, group, "title") or "", self._zone(path, group))
        leader, topic = self._leader(path, group), self._topic(path, group)
        is_sound = len(self.problems) == before
        reminders = group.get("reminders")
        if not isinstance(reminders, list) or not reminders:
            self._problem((*path, "reminders"), "这个群没有写提醒", f"在 reminders 下面一条一条写，{_EXAMPLE}")
            return
        place = (self.document.file, *self.document.place((*path, "chat")))
        found = [self._reminder((*path, "reminders", i), reminder, chat) for i, reminder in enumerate(reminders)]
        if is_sound:
            yield from (Declared(chat, leader, topic, *named, place) for named in found if named is not None)

    def _leader(self, path: Keys, group: dict[str, Any]) -> int:
        """0: nobody."""
        leader = self._integer(path, group, "leader")
        if leader is not None and leader <= 0:
            self._problem((*path, "leader"), "leader 应该是正数", "写组长本人的编号，不是群的编号；没有就不写")
        return leader or 0

    def _topic(self, path: Keys, group: dict[str, Any]) -> int | None:
        topic = self._integer(path, group, "topic")
        if topic is not None and topic <= 0:
            self._problem((*path, "topic"), f"topic 应该是正数，不是 {topic}", "话题链接里最后那个数；不用话题就不写")
        elif topic is not None and topic > _LARGEST_TOPIC:
            self._problem((*path, "topic"), "topic 太大了", "话题链接里最后那个数")
        return topic

    def _reminder(self, path: Keys, reminder: Any, chat: Chat) -> tuple[str, Rule, str, tuple[str, int, int]] | None:
        if not isinstance(reminder, dict) or not isinstance(reminder.get("when"), str):
            self._problem(path, "缺少 when（什么时候提醒什么）", _EXAMPLE)
            return None
        self._unknown(path, reminder, _REMINDER_KEYS)
        before = len(self.problems)
        rule = self._rule((*path, "when"), reminder["when"], chat.zone)
        name, place, note = (self._text(path, reminder, key) for key in ("name", "place", "note"))
        if rule is None or len(self.problems) > before:
            return None
        name = (name or rule.title)[:_LONGEST_NAME].replace("#", "＃")
        if (chat.chat_id, name) in self.seen:
            self._problem(path, f"这个群里有两条提醒都叫“{name}”", "给每一条加上不同的 name")
            return None
        self.seen.add((chat.chat_id, name))
        when = reminder["when"]
        text = "\n".join(str(reminder.get(key)) for key in sorted(_REMINDER_KEYS)) + chat.zone
        fingerprint = _hashed(f"{when}\n{chat.zone}")[:_SAID] + _hashed(text)[:12]
        own_place = (self.document.file, *self.document.place(path))
        rule = replace(rule, place=place or rule.place, note=note or rule.note)
        return f"{name}#{fingerprint}", rule, when, own_place

    def _text(self, path: Keys, found: dict[str, Any], key: str) -> str | None:
        """As it is written; None for nothing, and for what is a problem."""
        value = found.get(key)
        value = value.written if isinstance(value, NotText) else str(value) if isinstance(value, int) else value
        if value is None or (isinstance(value, str) and len(value) <= _LONGEST.get(key, len(value))):
            return value
        if isinstance(value, str):
            self._problem((*path, key), f"{key} 太长了，最多 {_LONGEST[key]} 个字", "写短一点")
        else:
            self._problem((*path, key), f"{key} 要写成一段文字", f"例如 {key}: 三楼会议室")
        return None

    def _rule(self, path: Keys, phrase: str, zone: str) -> Rule | None:
        local = self.now.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        match parse(phrase, now=local, zone=zone):
            case Understood(rule) if long := [k for k in ("place", "note") if len(getattr(rule, k)) > _LONGEST[k]]:
                self._problem(path, f"{long[0]} 太长了，最多 {_LONGEST[long[0]]} 个字", "写短一点")
            case Understood(rule) if rule.schedule.rrule:
                return rule
            case Understood():
                self._problem(path, "这是一次性的提醒", "文件里只写重复的；一次性的在群里用 /remind")
            case NotUnderstood(problem):
                self._problem(path, problem.splitlines()[0], _EXAMPLE)
        return None

    def _zone(self, path: Keys, group: dict[str, Any]) -> str:
        zone = group.get("zone") or DEFAULT_ZONE
        if isinstance(zone, str) and zone in available_timezones():
            return zone
        self._problem((*path, "zone"), f"没有“{str(zone)[:40]}”这个时区", f"例如 {DEFAULT_ZONE}")
        return DEFAULT_ZONE

    def _integer(self, path: Keys, group: dict[str, Any], key: str) -> int | None:
        value = group.get(key)
        value = value.written if isinstance(value, NotText) else value
        if value is None:
            return None
        try:
            number = int(str(value))
        except ValueError:
            self._problem((*path, key), f"{key} 应该是整数", _COPY)
            return None
        if number.bit_length() <= _BITS:
            return number
        self._problem((*path, key), f"{key} 的位数太多了", _COPY)
        return None

    def _unknown(self, path: Keys, found: dict[str, Any], known: set[str]) -> None:
        for key in found.keys() - known:
            self._problem((*path, key), f"不认识的键 {key}", f"可用的键：{'、'.join(sorted(known))}")

    def _problem(self, path: Keys, message: str, hint: str) -> None:
        self.problems.append(self.document.problem(path, message, hint))
