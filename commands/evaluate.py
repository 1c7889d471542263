"""bot.py evaluate: figures for question sets."""

import argparse
import json
import sys
from pathlib import Path

from knowledge import KnowledgeBase, KnowledgeInvalid
from knowledge.evaluate import by_tag, confusions, figures, read_questions
from knowledge.evaluate import run as ask_all


def declare(command: argparse.ArgumentParser) -> None:
    command.add_argument("files", nargs="+", type=Path, metavar="文件", help="问题集（.tsv 或 .jsonl）")
    command.add_argument("--json", action="store_true", help="输出 JSON")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    base = KnowledgeBase(arguments.knowledge, arguments.cache)
    try:
        report = {str(f): _report(base, f) for f in arguments.files}
    except (KnowledgeInvalid, ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    if arguments.json:
        print(json.dumps(report, ensure_ascii=False, indent=2))
        return 0
    for name, found in report.items():
        _print(name, found)
    return 0


def _report(base: KnowledgeBase, path: Path) -> dict[str, object]:
    conversations = read_questions(path)
    base.ask("党小组长", None)
    outcomes = ask_all(conversations, base.ask)
    return {
        "figures": figures(outcomes),
        "tags": by_tag(outcomes),
        "confusions": confusions(outcomes),
    }


def _print(name: str, report: dict[str, object]) -> None:
    print(f"== {name}")
    print(json.dumps(report["figures"], ensure_ascii=False))
    tags, wrong = report["tags"], report["confusions"]
    if isinstance(tags, dict):
        for tag, found in tags.items():
            shown = {
                k: v
                for k, v in found.items()
                if k in {"questions", "top1", "right", "precision", "asked", "served", "both"}
            }
            print(f"  {tag:12} {json.dumps(shown)}")
    if isinstance(wrong, list):
        for expect, got, question in wrong:
            print(f"  错答 {expect} -> {got}：{question}")
