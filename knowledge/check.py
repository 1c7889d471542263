"""Files -> Knowledge, or all problems at once."""

import difflib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from knowledge.dues import DuesTable
from knowledge.dues_check import dues_problems
from knowledge.entry import (
    MAX_ANSWER,
    Entry,
    EntryFile,
    Source,
    SourceFile,
    Talk,
    TalkFile,
    WordsFile,
)
from knowledge.index import Phrasing
from knowledge.located import Document, Keys, read
from knowledge.problems import KnowledgeInvalid, Problem, errors
from knowledge.rejected import only_seems_short, translated
from knowledge.text import key

CLOSING = "以所在党组织的最新规定和通知为准"
BOUNDARIES = "boundaries"
REGULATIONS = "regulations"
ABOUT = "about"
MIN_PHRASINGS = 8  # with those of knowledge/phrasings; below it an entry is hard to find
_VOICE = re.compile(r"^\s*#\s*语气[:：]\s*(\S+)")

_Model = TypeVar("_Model", bound=BaseModel)
_Phrasings: TypeAdapter[dict[str, list[str]]] = TypeAdapter(dict[str, list[str]])


@dataclass(frozen=True)
class Voiced:
    """A phrasing, the voice that its comment line names ("" when none), and where it stands."""

    phrasing: Phrasing
    voice: str
    file: str = ""
    line: int = 0


@dataclass(frozen=True)
class Knowledge:
    """All that the files say, valid. parts: id -> name of its file without .yaml."""

    entries: Mapping[str, Entry]
    boundaries: Mapping[str, Entry]
    small_talk: Mapping[str, Talk]
    sources: Mapping[str, Source]
    words: WordsFile
    phrasings: tuple[Voiced, ...]
    parts: Mapping[str, str]
    dues: DuesTable
    warnings: tuple[Problem, ...] = ()


def load(folder: Path) -> Knowledge:
    """Raises KnowledgeInvalid with every problem of every file."""
    knowledge, problems = inspect(folder)
    if knowledge is None or errors(problems):
        raise KnowledgeInvalid(sorted(problems))
    return knowledge


def inspect(folder: Path) -> tuple[Knowledge | None, list[Problem]]:
    """What could be read, and all problems; None when some file is not even the right shape."""
    reader = _Reader(folder, [])
    words = reader.model("words.yaml", WordsFile)
    sources = reader.model("sources.yaml", SourceFile)
    talk = reader.model("small_talk.yaml", TalkFile)
    dues = reader.model("dues.yaml", DuesTable)
    parts: dict[str, EntryFile] = {}
    for path in sorted((folder / "entries").glob("*.yaml")):
        found = reader.model(f"entries/{path.name}", EntryFile)
        if found is not None:
            parts[path.stem] = found
    further = {p.stem: reader.phrasings(f"phrasings/{p.name}") for p in sorted((folder / "phrasings").glob("*.yaml"))}
    if not parts and not reader.problems:
        reader.problems.append(Problem("entries", 1, 1, "一个条目文件也没有", "至少要有 entries/duties.yaml"))
    problems = _cross_checked(reader, parts, further, sources)
    complete = not any(p.severity == "error" for p in reader.problems)
    if dues is not None:
        entries = _answers(parts) if complete else {}
        problems += dues_problems(reader.documents["dues.yaml"], dues, entries, CLOSING)
    if words is None or sources is None or talk is None or dues is None or not complete:
        return None, problems
    return _assemble(reader, words, sources, talk, dues, parts, further, problems), problems


def _answers(parts: Mapping[str, EntryFile]) -> dict[str, Entry]:
    return {e.id: e for part, file in parts.items() if part != BOUNDARIES for e in file.entries}


def _assemble(  # noqa: PLR0913  one argument a file kind
    reader: "_Reader",
    words: WordsFile,
    sources: SourceFile,
    talk: TalkFile,
    dues: DuesTable,
    parts: Mapping[str, EntryFile],
    further: Mapping[str, list[tuple[Voiced, Keys]]],
    problems: Sequence[Problem],
) -> Knowledge:
    where = {e.id: part for part, file in parts.items() for e in file.entries}
    voiced = [v for found in further.values() for v, _ in found]
    known = {(v.phrasing.label, key(v.phrasing.text)) for v in voiced}
    typical = [
        reader.voiced(e.id, t, "典型", f"entries/{part}.yaml", ("entries", i, "phrasings", n))
        for part, file in parts.items()
        for i, e in enumerate(file.entries)
        for n, t in enumerate(e.phrasings)
    ]
    typical += [
        reader.voiced(t.id, p, "闲聊", "small_talk.yaml", ("small_talk", i, "phrasings", n))
        for i, t in enumerate(talk.small_talk)
        for n, p in enumerate(t.phrasings)
    ]
    return Knowledge(
        entries=_answers(parts),
        boundaries={e.id: e for part, f in parts.items() if part == BOUNDARIES for e in f.entries},
        small_talk={t.id: t for t in talk.small_talk},
        sources={s.id: s for s in sources.sources},
        words=words,
        phrasings=(
            *voiced,
            *(v for v in typical if (v.phrasing.label, key(v.phrasing.text)) not in known),
        ),
        parts=where,
        dues=dues,
        warnings=tuple(p for p in problems if p.severity == "warning"),
    )


@dataclass
class _Reader:
    """Reads files of one folder and collects what is wrong with them."""

    folder: Path
    problems: list[Problem]

    def __post_init__(self) -> None:
        self.documents: dict[str, Document] = {}

    def document(self, name: str) -> Document:
        document, problems = read(self.folder / name, f"{self.folder.name}/{name}")
        self.problems += problems
        self.documents[name] = document
        return document

    def model(self, name: str, kind: type[_Model]) -> _Model | None:
        found: _Model | None = self._validated(self.document(name), kind.model_validate)
        return found

    def phrasings(self, name: str) -> list[tuple[Voiced, Keys]]:
        document = self.document(name)
        found = self._validated(document, lambda v: _Phrasings.validate_python(v, strict=True))
        pairs = [(i, n, t) for i, texts in (found or {}).items() for n, t in enumerate(texts)]
        voices = _voices(document)
        return [(self.voiced(i, t, voices(document.place((i, n))[0]), name, (i, n)), (i, n)) for i, n, t in pairs]

    def voiced(self, label: str, text: str, voice: str, name: str, path: Keys) -> Voiced:
        document = self.documents[name]
        return Voiced(Phrasing(label, text), voice, document.file, document.place(path)[0])

    def _validated(self, document: Document, validate: Callable[[Any], Any]) -> Any:
        if document.value is None:
            return None
        try:
            return validate(document.value)
        except ValidationError as error:
            found = [e for e in error.errors() if not only_seems_short(e)]
            self.problems += [translated(document, e) for e in found]
            return None


def _voices(document: Document) -> Callable[[int], str]:
    """Line -> the voice named by the nearest comment line above it, within the same id."""
    named: list[str] = [""]
    for line in document.lines:
        found = _VOICE.match(line)
        if found:
            named.append(found.group(1))
        elif line and not line.startswith((" ", "#", "-")):
            named.append("")
        else:
            named.append(named[-1])
    return lambda line: named[min(line, len(named) - 1)]


def _cross_checked(
    reader: _Reader,
    parts: Mapping[str, EntryFile],
    further: Mapping[str, list[tuple[Voiced, Keys]]],
    sources: SourceFile | None,
) -> list[Problem]:
    """What no single file can show, added to what is known."""
    placed = [
        _Placed(reader.documents[f"entries/{part}.yaml"], ("entries", i), part, e)
        for part, file in parts.items()
        for i, e in enumerate(file.entries)
    ]
    found = [*reader.problems, *_duplicate_ids(placed)]
    complete = not any(p.severity == "error" for p in found)  # or what is missing follows from that
    counts: dict[str, int] = {}
    asked: dict[str, tuple[str, str]] = {}
    for text, label, document, path in _all_phrasings(reader, placed, further):
        counts[label] = counts.get(label, 0) + 1
        other = asked.setdefault(key(text), (label, f"{document.file}:{document.place(path)[0]}"))
        if other[0] != label:
            found.append(document.problem(path, f"“{text}”在 {other[0]}（{other[1]}）里也有", "只留在答得更准的那一条"))
    known = {p.entry.id for p in placed}
    for p in placed:
        found += _entry_problems(p, known if complete else None, sources, counts.get(p.entry.id, 0))
    if complete:
        found += _orphans(reader, further, known)
    return found


@dataclass(frozen=True)
class _Placed:
    document: Document
    path: Keys
    part: str
    entry: Entry


def _duplicate_ids(placed: Sequence[_Placed]) -> Iterator[Problem]:
    first: dict[str, _Placed] = {}
    for p in placed:
        other = first.setdefault(p.entry.id, p)
        if other is not p:
            at = f"{other.document.file}:{other.document.place((*other.path, 'id'))[0]}"
            yield p.document.problem((*p.path, "id"), f"编号 {p.entry.id} 已经用在 {at}", "换一个编号，或合成一条")


def _all_phrasings(
    reader: _Reader, placed: Sequence[_Placed], further: Mapping[str, list[tuple[Voiced, Keys]]]
) -> Iterator[tuple[str, str, Document, Keys]]:
    for p in placed:
        for i, text in enumerate(p.entry.phrasings):
            yield text, p.entry.id, p.document, (*p.path, "phrasings", i)
    for part, voiced in further.items():
        document = reader.documents[f"phrasings/{part}.yaml"]
        for v, path in voiced:
            yield v.phrasing.text, v.phrasing.label, document, path


def _entry_problems(p: _Placed, known: set[str] | None, sources: SourceFile | None, count: int) -> Iterator[Problem]:
    entry, at = p.entry, p.path
    if len(entry.answer) > MAX_ANSWER:
        yield p.document.problem(
            (*at, "answer"),
            f"答案有 {len(entry.answer)} 字，手机上读着太长",
            f"缩到 {MAX_ANSWER} 字以内",
        )
    if p.part == REGULATIONS and CLOSING not in entry.answer[-30:]:
        yield p.document.problem((*at, "answer"), "法规类答案少了结尾", f"最后加上“{CLOSING}。”")
    if entry.supplement and CLOSING not in entry.supplement.text[-30:]:
        yield p.document.problem((*at, "supplement", "text"), "补充少了结尾", f"最后加上“{CLOSING}。”")
    if p.part not in (BOUNDARIES, ABOUT) and not entry.evidence:
        yield Problem(
            p.document.file,
            *p.document.place((*at, "id")),
            f"{entry.id} 没有写出处",
            "补上 evidence，成员要看到依据",
            "warning",
        )
    if count < MIN_PHRASINGS:
        place = p.document.place((*at, "phrasings"))
        yield Problem(
            p.document.file,
            *place,
            f"{entry.id} 只有 {count} 种问法",
            "再补几种，问得到才答得到",
            "warning",
        )
    for i, other in enumerate(entry.related):
        if known is not None and other not in known:
            guess = difflib.get_close_matches(other, sorted(known), 1, 0.6)
            hint = f"是不是想写 {guess[0]}？" if guess else "改成已有的编号，或删掉"
            yield p.document.problem((*at, "related", i), f"没有编号为 {other} 的条目", hint)
    if sources is not None:
        yield from _evidence_problems(p, sources)


def _evidence_problems(p: _Placed, sources: SourceFile) -> Iterator[Problem]:
    by_id = {s.id: s for s in sources.sources}
    groups = [("evidence", p.entry.evidence)]
    if p.entry.supplement:
        groups.append(("supplement", p.entry.supplement.evidence))
    for name, items in groups:
        for i, item in enumerate(items):
            path = (*p.path, "evidence", i) if name == "evidence" else (*p.path, "supplement", "evidence", i)
            source = by_id.get(item.source)
            if source is None:
                yield p.document.problem(
                    (*path, "source"),
                    f"sources.yaml 里没有 {item.source}",
                    "补上这份文件，或改成已有的编号",
                )
                continue
            for n, line in enumerate(item.lines):
                if not 1 <= line <= source.line_count:
                    yield p.document.problem(
                        (*path, "lines", n),
                        f"行号 {line} 不在资料里（共 {source.line_count} 行）",
                        "改成资料里的行号",
                    )


def _orphans(reader: _Reader, further: Mapping[str, list[tuple[Voiced, Keys]]], known: set[str]) -> Iterator[Problem]:
    for part, voiced in further.items():
        document = reader.documents[f"phrasings/{part}.yaml"]
        for label in dict.fromkeys(v.phrasing.label for v, _ in voiced):
            if label not in known:
                guess = difflib.get_close_matches(label, sorted(known), 1, 0.6)
                yield document.problem(
                    (label,),
                    f"没有编号为 {label} 的条目",
                    f"是不是想写 {guess[0]}？" if guess else "先在 entries 里加上这一条",
                )


def check_source(knowledge: Knowledge, lines: Sequence[str]) -> list[Problem]:
    """Whether the cited lines of the source text hold the terms that the entries claim."""
    problems = []
    for entry in knowledge.entries.values():
        for item in entry.evidence:
            cited = "".join(lines[n - 1] for n in item.lines if n <= len(lines))
            missing = [t for t in item.terms if t not in cited] if item.lines else []
            if missing:
                where = "、".join(map(str, item.lines))
                file = f"knowledge/entries/{knowledge.parts[entry.id]}.yaml"
                problems.append(
                    Problem(
                        file,
                        1,
                        1,
                        f"{entry.id}：资料第 {where} 行里没有“{'”“'.join(missing)}”",
                        "核对行号或关键词",
                    )
                )
    return problems
