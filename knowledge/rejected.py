"""A rejected value -> a problem in words that whoever edits the YAML understands."""

import difflib
from collections.abc import Iterable

from pydantic_core import ErrorDetails

from knowledge.dues import Bracket, DuesGroup, DuesTable, FixedRange
from knowledge.entry import Entry, Evidence
from knowledge.located import Document, Keys, NotText
from knowledge.problems import Problem


def only_seems_short(error: ErrorDetails) -> bool:
    """Pydantic calls a list too short when its items are wrong; that is no news."""
    written = error["input"]
    least = (error.get("ctx") or {}).get("min_length", 0)
    return error["type"] == "too_short" and isinstance(written, list) and len(written) >= least


_ADVICE = {
    "list_type": ("这里要写成列表", "每项一行，前面加“- ”"),
    "tuple_type": ("这里要写成列表", "每项一行，前面加“- ”"),
    "dict_type": ("这里要写成“键: 值”", "照着旁边的写"),
    "model_type": ("这里要写成“键: 值”", "照着旁边的写"),
    "bool_type": ("这里只能写 true 或 false", ""),
    "int_type": ("这里要写整数", "例如 48"),
    "dues_money": ("这里要写金额", "只写数字，例如 3000 或 0.2，不带“元”，不能是负数"),
    "dues_rate": ("这里要写比例", "写成 0.5% 这样，要大于 0"),
    "dues_word": ("这里要写一个词", "只用汉字或英文字母，最多 12 个字"),
    "string_too_short": ("这里不能空着", ""),
    "string_pattern_mismatch": ("写法不对", "编号用小写英文、数字和短横；行号范围写成 1-17"),
}


def translated(document: Document, error: ErrorDetails) -> Problem:
    path: Keys = tuple(error["loc"])
    name = str(path[-1]) if path else ""
    match error["type"]:
        case "missing":
            near = _similar(name, _present(document, path[:-1]))
            return document.problem(
                path[:-1],
                f"缺少 {name}",
                f"第 {near[1]} 行的 {near[0]} 是不是想写 {name}？" if near else "补上这一项",
            )
        case "extra_forbidden":
            known = [k for k in _KEYS if k not in {p for p, _ in _present(document, path[:-1])}]
            guess = difflib.get_close_matches(name, known, 1, 0.6)
            return document.problem(
                path,
                f"不认识的键 {name}",
                f"是不是想写 {guess[0]}？" if guess else "删掉它，或看看编辑指南里的写法",
            )
        case "string_type":
            value = error["input"]
            written = value.written if isinstance(value, NotText) else str(value)
            shown = "" if isinstance(value, (dict, list)) or value is None else f"，{written} 会被 YAML 当成别的类型"
            return document.problem(path, f"这里要写文字{shown}", "用英文双引号括起来" if shown else "补上文字")
        case "too_short":
            return document.problem(
                path,
                f"{name} 太少，至少 {(error.get('ctx') or {}).get('min_length', 1)} 项",
                "再补几项",
            )
        case "too_long" | "string_too_long":
            return document.problem(
                path,
                f"{name} 太多或太长，最多 {(error.get('ctx') or {}).get('max_length')}",
                "删减一些",
            )
        case kind:
            message, hint = _ADVICE.get(kind, ("写法不对", "照着旁边的条目写"))
            return document.problem(path, f"{message}（{name}）" if name else message, hint)


_KEYS = tuple(
    dict.fromkeys(
        (
            *Entry.model_fields,
            *Evidence.model_fields,
            "text",
            "entries",
            "sources",
            "title",
            "sections",
            *DuesTable.model_fields,
            *DuesGroup.model_fields,
            *Bracket.model_fields,
            *FixedRange.model_fields,
        )
    )
)


def _present(document: Document, path: Keys) -> list[tuple[str, int]]:
    return [(str(p[-1]), at[0]) for p, at in document.places.items() if len(p) == len(path) + 1 and p[:-1] == path]


def _similar(name: str, present: Iterable[tuple[str, int]]) -> tuple[str, int] | None:
    unknown = {k: line for k, line in present if k not in _KEYS}
    found = difflib.get_close_matches(name, list(unknown), 1, 0.6)
    return (found[0], unknown[found[0]]) if found else None
