"""bot.py evaluate: figures for question sets; bot.py calibrate: refit the certainty after large edits."""

import argparse
import json
import sys
from pathlib import Path

from knowledge import KnowledgeBase, KnowledgeInvalid
from knowledge.evaluate import by_tag, confusions, figures, read_questions
from knowledge.evaluate import run as ask_all


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    evaluate = commands.add_parser("evaluate", help="用问题集打分")
    evaluate.add_argument("files", nargs="+", type=Path, metavar="文件", help="问题集（.tsv 或 .jsonl）")
    evaluate.add_argument("--json", action="store_true", help="输出 JSON")
    evaluate.set_defaults(run=run)
    calibrate = commands.add_parser("calibrate", help="重新拟合把握（大改问法之后，约一分钟）")
    calibrate.set_defaults(run=_calibrate)


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


def _calibrate(arguments: argparse.Namespace) -> int:
    from knowledge.calibrate import calibrate

    print(calibrate(arguments.knowledge))
    return 0
