"""An understanding -> what to tell the member: plain text and the entries to offer. No Telegram here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal, assert_never

from knowledge.check import Knowledge
from knowledge.claim import verdict
from knowledge.conversation import Understanding
from knowledge.decide import Answer, AskBack, Refuse, SmallTalk
from knowledge.entry import Entry, Evidence, Source

Kind = Literal["answer", "ask_back", "refuse", "small_talk"]

_ASK_ONE = "我不太确定你问的是哪一件，是这个吗？"
_ASK_MANY = "我不太确定你问的是哪一件，点一下："
_UNKNOWN = "这个我这里没有收录，不敢乱答。可以问问所在党支部。"
_HALF = "另外那一问我没有把握，不敢乱答。可以写全了单独问我，或者问问所在党支部。"


@dataclass(frozen=True)
class Reply:
    """entries: ids answered, offered, or the boundary that was recognised. offers: ids for buttons under the reply."""

    kind: Kind
    text: str
    entries: tuple[str, ...]
    offers: tuple[str, ...]


def reply_to(understood: Understanding, knowledge: Knowledge) -> Reply:
    match understood.decision:
        case Answer(entries=ids, unanswered=rest):
            texts = [entry_text(knowledge.entries[i], knowledge.sources) for i in ids]
            if len(ids) == 1 and not rest:
                texts = [_verdict(understood, knowledge.entries[ids[0]]) + texts[0]]
            tail = [_HALF] if rest else []
            return Reply("answer", "\n\n———\n\n".join([*texts, *tail]), ids, related(ids, knowledge))
        case AskBack(choices=ids):
            lead = _ASK_ONE if len(ids) == 1 else _ASK_MANY
            return Reply(
                "ask_back",
                "\n".join([lead, *(f"· {knowledge.entries[i].title}" for i in ids)]),
                ids,
                ids,
            )
        case Refuse(boundary=boundary, nearest=ids):
            return _refusal(knowledge.boundaries.get(boundary or ""), ids, knowledge)
        case SmallTalk(id=talk):
            question = understood.rankings[0].question if understood.rankings else ""
            return Reply("small_talk", _picked(knowledge.small_talk[talk].replies, question), (), ())
        case other:
            assert_never(other)


def _verdict(understood: Understanding, entry: Entry) -> str:
    """Only when the whole message was read as it stands: 对 to half a message may be wrong."""
    return verdict(understood.asked, entry.claims) if entry.claims is not None else ""


def _refusal(boundary: Entry | None, nearest: tuple[str, ...], knowledge: Knowledge) -> Reply:
    if boundary is None:
        return Reply("refuse", _UNKNOWN, (), nearest)
    offers = tuple(r for r in boundary.related if r in knowledge.entries) or nearest
    return Reply("refuse", boundary.answer, (boundary.id,), offers)


def entry_text(entry: Entry, sources: Mapping[str, Source]) -> str:
    """The answer, the supplement if any, and where each comes from."""
    parts = [entry.answer.strip()]
    if entry.evidence:
        parts.append("出处：" + cited(entry.evidence, sources))
    if entry.supplement is not None:
        parts.append("补充：" + entry.supplement.text.strip())
        parts.append("补充的出处：" + cited(entry.supplement.evidence, sources))
    return "\n\n".join(parts)


def cited(evidence: Sequence[Evidence], sources: Mapping[str, Source]) -> str:
    """Section titles with line numbers for the source text, title and article for documents."""
    found: dict[str, None] = {}
    for name in dict.fromkeys(e.source for e in evidence):
        items = [e for e in evidence if e.source == name]
        lines = {n for e in items for n in e.lines}
        for section in sources[name].sections:
            if inside := sorted(lines & set(section.range)):
                found[f"资料「{section.title}」第{_runs(inside)}行"] = None
        found.update(dict.fromkeys(sources[name].title + e.article for e in items if not e.lines))
    return "；".join(found)


def _runs(numbers: Sequence[int]) -> str:
    """[3, 4, 5, 9] -> 3—5、9. Sorted numbers."""
    runs: list[list[int]] = []
    for n in numbers:
        if runs and n == runs[-1][-1] + 1:
            runs[-1].append(n)
        else:
            runs.append([n])
    return "、".join(str(r[0]) if len(r) == 1 else f"{r[0]}{'、' if len(r) == 2 else '—'}{r[-1]}" for r in runs)


def related(ids: Sequence[str], knowledge: Knowledge) -> tuple[str, ...]:
    """Up to three entries that a member would want next."""
    near = dict.fromkeys(
        r for i in ids for r in knowledge.entries[i].related if r not in ids and r in knowledge.entries
    )
    return tuple(near)[:3]


def _picked(replies: Sequence[str], question: str) -> str:
    """The same words always get the same reply."""
    digest = blake2b(question.encode(), digest_size=2).digest()
    return replies[int.from_bytes(digest, "big") % len(replies)]
