"""Questions that the bot could not answer -> YAML to paste: new phrasings of what is there, or a new entry to write."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from knowledge.base import KnowledgeBase
from knowledge.check import BOUNDARIES
from knowledge.decide import Answer, Ranking, SmallTalk
from knowledge.explain import nearest
from knowledge.text import key

LIKELY = 0.1  # certainty at which the best entry is proposed
OUTSIDE = 0.5  # probability at which the best boundary is proposed
ALIKE = 55.0  # rapidfuzz's ratio, 0..100, at which two questions belong together


@dataclass(frozen=True)
class Group:
    """label: the entry or boundary that they seem to belong to; None when a new one is needed."""

    label: str | None
    questions: tuple[str, ...]


def suggest(base: KnowledgeBase, questions: Iterable[str]) -> list[Group]:
    """Groups of what is not answered at once, the largest first; each question once."""
    known: dict[str, list[str]] = defaultdict(list)
    strange: list[list[str]] = []
    for text in {key(q): q.strip() for q in questions if key(q)}.values():
        understood = base.ask(text)
        if isinstance(understood.decision, Answer | SmallTalk) or understood.rankings[0].exact:
            continue
        label = _label(understood.rankings[0], base)
        if label is not None:
            known[label].append(text)
        else:
            _joined(strange, text)
    groups = [Group(label, tuple(found)) for label, found in known.items()]
    groups += [Group(None, tuple(found)) for found in strange]
    return sorted(groups, key=lambda g: (g.label is None, -len(g.questions)))


def _label(ranking: Ranking, base: KnowledgeBase) -> str | None:
    if ranking.outside in base.knowledge.boundaries and ranking.outside_share >= OUTSIDE:
        return ranking.outside
    return ranking.candidates[0].id if ranking.certainty >= LIKELY else None


def _joined(groups: list[list[str]], text: str) -> None:
    for group in groups:
        if nearest(text, group)[0][1] >= ALIKE:
            group.append(text)
            return
    groups.append([text])


def as_yaml(groups: Sequence[Group], base: KnowledgeBase) -> str:
    """Comments say into which file each part goes. Whoever pastes it decides; nothing is changed by itself."""
    files: dict[str, list[Group]] = defaultdict(list)
    for group in groups:
        if group.label is not None:
            files[base.knowledge.parts[group.label]].append(group)
    lines: list[str] = []
    for part, found in files.items():
        outside = "（范围之外）" if part == BOUNDARIES else ""
        lines.append(f"# 加进 knowledge/phrasings/{part}.yaml{outside}，放在同一个编号下面，先看看是不是真的问这个")
        for group in found:
            lines += [f"{group.label}:", "  # 语气: 补充", *(f"  - {_quoted(q)}" for q in group.questions)]
    strange = [g for g in groups if g.label is None]
    if strange:
        lines += [
            "",
            "# 还没有归属：要回答的写成条目（entries/duties.yaml 等），不归这里答的写进 entries/boundaries.yaml",
        ]
    for number, group in enumerate(strange, 1):
        lines += [f"- id: new-{number}", "  title: ", "  topic: ", "  answer: |-", "    ", "  phrasings:"]
        lines += [f"    - {_quoted(q)}" for q in group.questions]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{" ".join(escaped.split())}"'
