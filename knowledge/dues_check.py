"""What is wrong with a dues table beyond its shape, and where it contradicts the answers."""

import difflib
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

from knowledge.amounts import percent, plain
from knowledge.dues import DuesGroup, DuesTable
from knowledge.entry import Entry
from knowledge.located import Document, Keys
from knowledge.problems import Problem
from knowledge.text import normalise


def dues_problems(
    document: Document, table: DuesTable, entries: Mapping[str, Entry], closing: str
) -> Iterator[Problem]:
    """closing: what the table's own closing has to contain. entries: empty when they could not be read."""
    if closing not in table.closing:
        yield document.problem(("closing",), "少了结尾", f"最后加上“{closing}。”")
    if table.cap == 0:
        yield document.problem(("cap",), "上限不能是 0", "没有上限就删掉这一行")
    yield from _shared_words(document, table)
    for group_id, group in table.groups.items():
        at: Keys = ("groups", group_id)
        yield from _rule_problems(document, at, group)
        if entries and group.entry is not None:
            yield from _contradictions(document, at, group, group.entry, entries)


def _shared_words(document: Document, table: DuesTable) -> Iterator[Problem]:
    owners: dict[str, str] = {}
    for group_id, group in table.groups.items():
        places: list[Keys] = [("name",), *(("words", i) for i in range(len(group.words)))]
        for word, place in zip((group.name, *group.words), places, strict=True):
            other = owners.setdefault(normalise(word), group_id)
            if other != group_id:
                where = document.place(("groups", other))[0]
                yield document.problem(
                    ("groups", group_id, *place), f"“{word}”已经指 {other}（第 {where} 行）", "一个词只能指一类"
                )


def _rule_problems(document: Document, at: Keys, group: DuesGroup) -> Iterator[Problem]:
    fixed = group.fixed
    if bool(group.rates) == (fixed is not None):
        yield document.problem(at, "rates 和 fixed 要写一样，也只写一样", "按比例的写 rates，固定数额的写 fixed")
    if fixed is not None and not 0 < fixed.least <= fixed.most:
        yield document.problem((*at, "fixed"), "least 要大于 0，且不超过 most", "核对两个数，一样也行")
    if group.rates:
        yield from _bracket_problems(document, (*at, "rates"), group)


def _bracket_problems(document: Document, at: Keys, group: DuesGroup) -> Iterator[Problem]:
    *lower, last = group.rates
    if last.up_to is not None:
        yield document.problem((*at, len(lower)), f"{last.up_to} 元以上没有比例", "最后加一档，只写 rate")
    for i, bracket in enumerate(lower):
        if bracket.up_to is None:
            yield document.problem((*at, i), "缺少 up_to，后面的档都用不上", "只有最后一档不写 up_to")
        elif bracket.up_to == 0:
            yield document.problem((*at, i, "up_to"), "up_to 要大于 0", "写这一档最高多少元")
    for i, (one, two) in enumerate(pairwise(group.rates), 1):
        if one.up_to is not None and two.up_to is not None and two.up_to <= one.up_to:
            message = "和上一档重叠" if two.up_to == one.up_to else "比上一档还低"
            yield document.problem((*at, i, "up_to"), f"up_to {two.up_to} {message}", "从低到高写，每档只写一次")
        if two.rate <= one.rate:
            place = document.place((*at, i, "rate"))
            yield Problem(document.file, *place, "比例没有比上一档高", "核对一下，是不是写反了", "warning")


def _contradictions(
    document: Document, at: Keys, group: DuesGroup, entry_id: str, entries: Mapping[str, Entry]
) -> Iterator[Problem]:
    entry = entries.get(entry_id)
    if entry is None:
        guess = difflib.get_close_matches(entry_id, sorted(entries), 1, 0.6)
        hint = f"是不是想写 {guess[0]}？" if guess else "改成已有的编号"
        yield document.problem((*at, "entry"), f"没有编号为 {entry_id} 的条目", hint)
        return
    for path, figure in _figures(group):
        if not re.search(rf"(?<![0-9.]){re.escape(figure)}(?![0-9]|\.[0-9])", entry.answer):
            place = document.place((*at, *path))
            hint = "两边改成一样的数"
            yield Problem(document.file, *place, f"{entry.id} 的答案里没有 {figure}", hint, "warning")


def _figures(group: DuesGroup) -> Iterator[tuple[Keys, str]]:
    """Where each figure stands, and how an answer writes it."""
    for i, bracket in enumerate(group.rates):
        if bracket.up_to is not None:
            yield ("rates", i, "up_to"), f"{plain(bracket.up_to)}元"
        yield ("rates", i, "rate"), percent(bracket.rate)
    if group.fixed is not None:
        yield ("fixed", "least"), f"{plain(group.fixed.least)}元"
        yield ("fixed", "most"), f"{plain(group.fixed.most)}元"
