"""What is wrong with a knowledge file, in words that its author understands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, order=True)
class Problem:
    """file: as the author knows it. line, column: from 1. hint: what to do about it."""

    file: str
    line: int
    column: int
    message: str
    hint: str = ""
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        mark = "" if self.severity == "error" else "提醒："
        tail = f" —— {self.hint}" if self.hint else ""
        return f"{self.file}:{self.line}:{self.column}: {mark}{self.message}{tail}"


class KnowledgeInvalid(Exception):
    """知识库有错，没有启用。problems 里是全部问题，至少一条 severity 是 error。"""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


def errors(problems: Sequence[Problem]) -> list[Problem]:
    return [p for p in problems if p.severity == "error"]
