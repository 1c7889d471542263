"""bot.py evaluate: figures for question sets."""

import argparse
import json
import sys
from pathlib import Path

from knowledge import KnowledgeBase, KnowledgeInvalid
from knowledge.evaluate import Outcome, by_tag, confusions, figures, read_questions
from knowledge.evaluate import run as ask_all
from knowledge.report import named, page

_BY_TAG = ("questions", "top1", "right", "precision", "asked", "served", "both", "near_answered", "far_answered")


def declare(command: argparse.ArgumentParser) -> None:
    command.add_argument("files", nargs="+", type=Path, metavar="文件", help="问题集（.tsv 或 .jsonl）")
    command.add_argument("--json", action="store_true", help="输出 JSON")
    command.add_argument("--report", type=Path, metavar="网页", help="把全部结果画成一个网页")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    base = KnowledgeBase(arguments.knowledge, arguments.cache)
    try:
        found = {str(f): _asked(base, f) for f in arguments.files}
        if arguments.report is not None:
            arguments.report.write_text(page([o for outcomes in found.values() for o in outcomes], base), "utf-8")
    except (KnowledgeInvalid, ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    if arguments.json:
        print(json.dumps({name: _report(o) for name, o in found.items()}, ensure_ascii=False, indent=2))
        return 0
    for name, outcomes in found.items():
        _print(name, outcomes)
    return 0


def _asked(base: KnowledgeBase, path: Path) -> list[Outcome]:
    conversations = read_questions(path)
    base.ask("党小组长", None)
    return ask_all(conversations, base.ask)


def _report(outcomes: list[Outcome]) -> dict[str, object]:
    return {"figures": figures(outcomes), "tags": by_tag(outcomes), "confusions": confusions(outcomes)}


def _print(name: str, outcomes: list[Outcome]) -> None:
    print(f"== {name}")
    for label, value in named(figures(outcomes)).items():
        print(f"  {label} {value}")
    for tag, found in by_tag(outcomes).items():
        shown = {k: v for k, v in found.items() if k in _BY_TAG}
        print(f"  〔{tag}〕" + "，".join(f"{k} {v}" for k, v in named(shown).items()))
    for expect, got, question in confusions(outcomes):
        print(f"  错答 {expect} -> {got}：{question}")
