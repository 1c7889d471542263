"""bot.py check: everything that is wrong with the knowledge, by line."""

import argparse
import json
from dataclasses import asdict

from knowledge import Problem, check_source, errors, inspect


def declare(command: argparse.ArgumentParser) -> None:
    command.add_argument("--format", choices=["text", "json", "github"], default="text", help="输出格式")
    command.add_argument("--source", type=argparse.FileType("r", encoding="utf-8"), help="资料原文，用来核对 evidence")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    knowledge, problems = inspect(arguments.knowledge)
    if knowledge is not None and arguments.source is not None:
        problems = [*problems, *check_source(knowledge, arguments.source.read().splitlines())]
    for line in _rendered(sorted(set(problems)), arguments.format):
        print(line)
    if arguments.format == "text" and knowledge is not None:
        print(
            _summary(
                len(errors(problems)),
                len(knowledge.entries),
                len(knowledge.boundaries),
                len(knowledge.phrasings),
            )
        )
    return 1 if errors(problems) else 0


def _rendered(problems: list[Problem], style: str) -> list[str]:
    if style == "json":
        return [json.dumps([asdict(p) for p in problems], ensure_ascii=False, indent=2)]
    if style == "github":
        return [
            f"::{p.severity} file={p.file},line={p.line},col={p.column}::{p.message}。{p.hint}".replace("\n", "%0A")
            for p in problems
        ]
    return [str(p) for p in problems]


def _summary(wrong: int, entries: int, boundaries: int, phrasings: int) -> str:
    size = f"{entries} 条答案，{boundaries} 个范围之外的话题，{phrasings} 种问法"
    return f"共 {wrong} 个错误，改好再试。（{size}）" if wrong else f"没有错误。（{size}）"
