"""YAML with the place of every value: safe, bounded, and strict about what hand-edited YAML gets wrong."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from knowledge.problems import Problem

MAX_BYTES = 2_000_000
MAX_DEPTH = 12

Place: TypeAlias = tuple[int, int]  # line and column, from 1
Keys: TypeAlias = tuple[str | int, ...]

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WIDE_COLON = re.compile(r"^\s*(?:- +)?[A-Za-z_-]+\s*：")
_NO_SPACE = re.compile(
    r"^\s*(?:- +)?(?:id|title|topic|answer|phrasings|evidence|related|supplement|text|lines|source):(?=[^\s])"
)
_WIDE_COMMA = re.compile(r"^\s*(?:- +)?[A-Za-z_-]+:\s*\[[^\]]*，")
_DASH = re.compile(r"^\s*-(?=[^\s-])")


@dataclass(frozen=True)
class Document:
    """value: plain Python, None for a file that could not be read. places: path of keys -> where it stands."""

    file: str
    value: Any
    places: dict[Keys, Place] = field(default_factory=dict)
    lines: tuple[str, ...] = ()

    def place(self, path: Keys) -> Place:
        """Where the value stands, or the nearest thing around it."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (1, 1))

    def problem(self, path: Keys, message: str, hint: str = "") -> Problem:
        return Problem(self.file, *self.place(path), message, hint)


def read(path: Path, name: str) -> tuple[Document, list[Problem]]:
    """The document and everything that is wrong with it as YAML. name: how to call the file in problems."""
    broken = Document(name, None)
    try:
        if path.stat().st_size > MAX_BYTES:
            return broken, [Problem(name, 1, 1, "文件超过 2 MB", "拆成几个条目少一点的文件")]
        raw = path.read_bytes()
    except OSError as error:
        return broken, [Problem(name, 1, 1, f"读不到这个文件（{error.strerror}）", "看看文件名和权限")]
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        return broken, [Problem(name, line, 1, "不是 UTF-8 编码", "在编辑器里另存为 UTF-8")]
    return parse(text, name)


def parse(text: str, name: str) -> tuple[Document, list[Problem]]:
    problems = list(_encoding(text, name))
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    problems += _habits(text, name)
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        if not problems:
            problems.append(Problem(name, line, column, "YAML 写法有误，读到这里读不下去了", _advice(error)))
        return Document(name, None), problems
    except (yaml.YAMLError, RecursionError, ValueError):
        return Document(name, None), [
            *problems,
            Problem(name, 1, 1, "YAML 写法有误", "看看有没有看不见的特殊字符"),
        ]
    if node is None:
        return Document(name, None), [
            *problems,
            Problem(name, 1, 1, "文件是空的", "照着旁边的文件写，或者删掉它"),
        ]
    builder = _Builder(name, problems)
    value = builder.build(node, ())
    return Document(name, value, builder.places, tuple(text.split("\n"))), problems


def _advice(error: yaml.MarkedYAMLError) -> str:
    what = str(error.problem or "")
    if "mapping values" in what:
        return "一行里有两个“: ”，把整段文字用英文双引号括起来"
    if "block end" in what or "block collection" in what or "block mapping" in what:
        return "缩进没对齐，和上下同类的行对齐（用空格）"
    if "quoted scalar" in what or "end of stream" in what:
        return "引号没有配对"
    if "cannot start any token" in what:
        return "文字以特殊符号开头，用英文双引号括起来"
    return "看看这一行和上一行的缩进、冒号和引号"


def _encoding(text: str, name: str) -> Iterator[Problem]:
    if text.startswith("\ufeff"):
        yield Problem(name, 1, 1, "文件开头有 BOM", "另存为“UTF-8 无 BOM”", "warning")
    if "\r\n" in text:
        line = text[: text.index("\r\n")].count("\n") + 1
        yield Problem(name, line, 1, "换行是 Windows 的 CRLF", "编辑器里改成 LF", "warning")


def _habits(text: str, name: str) -> Iterator[Problem]:
    """Slips of hand that YAML either reads as something else or reports in a way nobody understands."""
    block = -1  # indentation of the key whose block text we are in
    for number, line in enumerate(text.split("\n"), 1):
        indent = len(line) - len(line.lstrip(" "))
        if block >= 0 and (not line.strip() or indent > block):
            continue
        block = indent if re.search(r":\s*[|>][+-]?\s*$", line) else -1
        if line.lstrip().startswith("#"):
            continue
        yield from _line_habits(line, number, name)


def _line_habits(line: str, number: int, name: str) -> Iterator[Problem]:
    if "\t" in line[: len(line) - len(line.lstrip())]:
        yield Problem(name, number, line.index("\t") + 1, "缩进里有制表符(Tab)", "改成空格")
    if found := _WIDE_COLON.match(line):
        yield Problem(name, number, found.end(), "键后面是中文冒号“：”", "改成英文冒号加一个空格“: ”")
    if found := _NO_SPACE.match(line):
        yield Problem(name, number, found.end(), "冒号后面少一个空格", "写成“: ”")
    if found := _WIDE_COMMA.match(line):
        yield Problem(name, number, found.end(), "方括号里是中文逗号", "改成英文逗号加空格“, ”")
    if found := _DASH.match(line):
        yield Problem(name, number, found.end(), "短横后面少一个空格", "写成“- ”")


@dataclass
class _Builder:
    """Turns nodes into plain values, noting places and what plain YAML would swallow."""

    file: str
    problems: list[Problem]
    places: dict[Keys, Place] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)

    def build(self, node: yaml.Node, path: Keys) -> Any:
        self.places.setdefault(path, (node.start_mark.line + 1, node.start_mark.column + 1))
        if not isinstance(node, yaml.ScalarNode):
            if id(node) in self.seen or len(path) > MAX_DEPTH:
                self._report(node, "用了 & 和 * 引用，或者套得太深", "把内容直接写出来")
                return None
            self.seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(child, (*path, i)) for i, child in enumerate(node.value)]
        return self._scalar(node) if isinstance(node, yaml.ScalarNode) else None

    def _mapping(self, node: yaml.MappingNode, path: Keys) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else ""
            if not key:
                self._report(key_node, "键要写成一个词", "例如 answer:")
                continue
            if key in result:
                first = self.places[(*path, key)][0]
                self._report(
                    key_node,
                    f"{key} 写了两遍（第 {first} 行已有）",
                    "合成一处，YAML 只会留下后一个",
                )
            self.places[(*path, key)] = (
                key_node.start_mark.line + 1,
                key_node.start_mark.column + 1,
            )
            result[key] = self.build(value_node, (*path, key))
        return result

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        text = str(node.value)
        plain = not node.style  # the C loader says "" where the Python loader says None
        if plain and len(text) > 1 and text[0] in "“‘" and text[-1] in "”’":
            self._report(node, "两头是中文引号", "去掉，或改成英文双引号")
        if not plain or node.tag.endswith(":str"):
            return text
        return _plain(node.tag.rsplit(":", 1)[-1], text)

    def _report(self, node: yaml.Node, message: str, hint: str) -> None:
        mark = node.start_mark
        self.problems.append(Problem(self.file, mark.line + 1, mark.column + 1, message, hint))


@dataclass(frozen=True)
class NotText:
    """A plain scalar that YAML does not read as text: a date, a number, on/off."""

    written: str


def _plain(kind: str, text: str) -> Any:
    if kind == "int" and re.fullmatch(r"[0-9]{1,9}", text):
        return int(text)
    if kind == "bool" and text in {"true", "false"}:
        return text == "true"
    if kind == "null":
        return None
    return NotText(text)
