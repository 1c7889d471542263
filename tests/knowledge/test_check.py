"""What admins get wrong in YAML, and what they are told."""

import shutil
from collections import Counter
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge import KnowledgeBase, KnowledgeInvalid, Problem, check_source, inspect
from knowledge.base import _unpickled
from knowledge.schema import SCHEMA_FILE, schema_text
from tests.conftest import ROOT

ENTRY = """entries:
  - id: first
    title: 第一条
    answer: 这是答案。
    phrasings: [甲一问, 甲二问, 甲三问, 甲四问, 甲五问, 甲六问, 甲七问, 甲八问]
    evidence:
      - lines: [3]
        terms: [党小组长]
"""
DUES = """closing: 以所在党组织的最新规定和通知为准。
groups:
  working:
    name: 在职
    base: 月工资
    rates:
      - rate: 1%
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("words.yaml", "sources.yaml", "small_talk.yaml"):
        shutil.copy(ROOT / "knowledge" / name, tmp_path)
    (tmp_path / "dues.yaml").write_text(DUES, "utf-8")
    (tmp_path / "entries").mkdir()
    (tmp_path / "phrasings").mkdir()
    (tmp_path / "entries" / "duties.yaml").write_text(ENTRY, "utf-8")
    return tmp_path


def problems(folder: Path, text: str | bytes, name: str = "entries/duties.yaml") -> list[Problem]:
    (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return inspect(folder)[1]


def test_the_shipped_knowledge_has_no_problem() -> None:
    knowledge, found = inspect(ROOT / "knowledge")
    assert found == []
    assert knowledge is not None


def test_a_good_file_has_no_problem(folder: Path) -> None:
    assert inspect(folder)[1] == []


@pytest.mark.parametrize(
    ("before", "after", "line", "words"),
    [
        ("answer:", "anwser:", 2, "缺少 answer"),
        ("answer:", "anwser:", 4, "是不是想写 answer"),
        ("title: 第一条", "title：第一条", 3, "中文冒号"),
        ("title: 第一条", "title:第一条", 3, "少一个空格"),
        ("[甲一问, 甲二问", "[甲一问，甲二问", 5, "中文逗号"),
        ("    title", "\ttitle", 3, "制表符"),
        ("answer: 这是答案。", "answer: yes", 4, "这里要写文字，yes"),
        ("answer: 这是答案。", "answer: 2026-01-01", 4, "英文双引号"),
        ("answer: 这是答案。", "answer: 12", 4, "这里要写文字，12"),
        ("answer: 这是答案。", "answer: on", 4, "这里要写文字，on"),
        ("answer: 这是答案。", "answer: “这是答案。”", 4, "中文引号"),
        ("answer: 这是答案。", "answer: 长" + "长" * 400, 4, "太长"),
        ("title: 第一条", "title: 第一条\n    title: 又一条", 4, "写了两遍"),
        ("lines: [3]", "lines: [300]", 7, "行号 300 不在资料里"),
        ("lines: [3]", "lines: [三]", 7, "整数"),
        ("      - lines: [3]", "      - source: nowhere\n        lines: [3]", 7, "sources.yaml 里没有 nowhere"),
        ("    evidence:", "    related: [fist]\n    evidence:", 6, "是不是想写 first"),
        ("[甲一问, 甲二问, 甲三问, 甲四问, 甲五问, 甲六问, 甲七问, 甲八问]", "[甲一问]", 5, "至少 3"),
        (
            "[甲一问, 甲二问, 甲三问, 甲四问, 甲五问, 甲六问, 甲七问, 甲八问]",
            "[甲一问, 甲二问, 甲三问]",
            5,
            "只有 3 种问法",
        ),
        ("id: first", "id: 第一", 2, "写法不对"),
    ],
)
def test_a_slip_is_told_with_its_line(folder: Path, before: str, after: str, line: int, words: str) -> None:
    assert before in ENTRY
    found = problems(folder, ENTRY.replace(before, after))
    assert any(p.line == line and words in str(p) for p in found), [str(p) for p in found]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "空的"),
        ("entries:\n".encode("utf-16"), "UTF-8"),
        (ENTRY.encode("gbk"), "UTF-8"),
        (b"\xef\xbb\xbf" + ENTRY.encode(), "BOM"),
        (ENTRY.replace("\n", "\r\n").encode(), "CRLF"),
        (b"a: &a [1]\nb: *a\n", "引用"),
        (b"x" * 2_100_000, "2 MB"),
        (b"entries: [\n", "YAML"),
        (b"- a\n", "键: 值"),
    ],
)
def test_a_broken_file_is_told(folder: Path, raw: bytes, words: str) -> None:
    assert any(words in str(p) for p in problems(folder, raw))


def test_an_alias_bomb_is_refused_at_once(folder: Path) -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [*{chr(97 + i)}, *{chr(97 + i)}]\n" for i in range(20)
    )
    assert any("引用" in str(p) for p in problems(folder, bomb))


def test_all_problems_come_at_once(folder: Path) -> None:
    found = problems(folder, ENTRY.replace("answer:", "anwser:").replace("id: first", "id: first\n    colour: red"))
    assert len({p.message for p in found}) >= 3


def test_one_phrasing_in_two_entries_is_told_with_both_places(folder: Path) -> None:
    second = (
        ENTRY.replace("entries:\n", "").replace("first", "second").replace("甲", "乙").replace("乙一问", "甲 一问？")
    )
    found = problems(folder, ENTRY + second)
    assert any("甲 一问" in p.message and "duties.yaml:5" in p.message for p in found)


def test_two_entries_with_one_id_are_told(folder: Path) -> None:
    found = problems(folder, ENTRY + ENTRY.replace("entries:\n", "").replace("甲", "乙"))
    assert any("已经用在" in p.message for p in found)


def test_regulations_need_their_closing_sentence(folder: Path) -> None:
    found = problems(folder, ENTRY.replace("first", "other").replace("甲", "乙"), "entries/regulations.yaml")
    assert any("以所在党组织的最新规定和通知为准" in p.hint for p in found)


def test_phrasings_of_an_unknown_entry_are_told(folder: Path) -> None:
    found = problems(folder, "frist:\n  - 丙一问\n", "phrasings/duties.yaml")
    assert any("是不是想写 first" in str(p) and p.line == 1 for p in found)


def test_a_broken_edit_keeps_the_old_answers(folder: Path) -> None:
    base = KnowledgeBase(folder)
    second = ENTRY.replace("entries:\n", "").replace("first", "second").replace("甲", "乙")
    more = "".join(second.replace("second", f"e{i}").replace("乙", f"第{i}") for i in range(4))
    (folder / "entries" / "duties.yaml").write_text(ENTRY + more, "utf-8")
    (folder / "entries" / "boundaries.yaml").write_text(ENTRY.replace("first", "out").replace("甲", "外"), "utf-8")
    before = base.current
    (folder / "entries" / "duties.yaml").write_text("entries: 坏了", "utf-8")
    with pytest.raises(KnowledgeInvalid):
        base.reload()
    assert base.current is before


def test_the_cited_lines_hold_their_terms(base: KnowledgeBase, shared: Path) -> None:
    text = next((shared / "source").glob("000_*.txt")).read_text("utf-8")
    assert check_source(base.knowledge, text.splitlines()) == []


def test_a_wrong_line_is_told(base: KnowledgeBase, shared: Path) -> None:
    text = next((shared / "source").glob("000_*.txt")).read_text("utf-8")
    assert check_source(base.knowledge, [""] * len(text.splitlines())) != []


def test_the_schema_is_fresh() -> None:
    assert SCHEMA_FILE.read_text("utf-8") == schema_text()


@pytest.mark.fuzz
def test_mutated_yaml_is_never_a_crash(folder: Path) -> None:
    import os

    @settings(max_examples=int(os.environ.get("FUZZ", "60")), deadline=None)
    @given(st.integers(0, len(ENTRY) - 1), st.integers(0, 12), st.text(max_size=6))
    def mutate(at: int, cut: int, put: str) -> None:
        text = ENTRY[:at] + put + ENTRY[at + cut :]
        for p in problems(folder, text.encode("utf-8", "surrogatepass")):
            assert p.line >= 1 and p.message

    mutate()


@pytest.mark.parametrize("content", [b"", b"\x80\x04junk", b"cos\nsystem\n", bytes(range(256))])
def test_a_damaged_cache_is_learnt_again(tmp_path: Path, content: bytes) -> None:
    tmp_path.chmod(0o700)
    (tmp_path / "x.model").write_bytes(content)
    assert _unpickled(tmp_path / "x.model") is None


def test_an_answer_without_a_source_is_a_reminder(folder: Path) -> None:
    (told,) = problems(folder, ENTRY[: ENTRY.index("    evidence")])
    assert (told.severity, told.line) == ("warning", 2) and "出处" in told.message


def test_every_entry_and_boundary_is_asked_in_many_ways(base: KnowledgeBase) -> None:
    counts = Counter(v.phrasing.label for v in base.knowledge.phrasings)
    assert min(counts[i] for i in base.knowledge.entries) >= 45
    assert len(base.knowledge.boundaries) >= 120
    assert min(counts[i] for i in base.knowledge.boundaries) >= 10
    assert all(3 <= len(e.phrasings) <= 12 for e in base.knowledge.entries.values())


def test_the_entries_are_those_of_the_catalogue(base: KnowledgeBase, shared: Path) -> None:
    catalogue = yaml.safe_load((shared / "catalogue.yaml").read_text("utf-8"))["entries"]
    assert set(base.knowledge.entries) == {e["id"] for e in catalogue}
    for entry in catalogue:
        assert base.knowledge.parts[entry["id"]] == entry["part"]
