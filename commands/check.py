"""bot.py check: all that is wrong with settings, knowledge, working days and declared groups, by line."""

import argparse
import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime

from commands.declared import load_declared
from commands.workdays import WORKDAYS, load_workdays
from knowledge import Knowledge, Problem, check_source, errors, inspect
from knowledge.lint import lint
from settings import CONFIG, SettingsInvalidError, load_settings

SHOWN = 8  # reminders about phrasings, the gravest first


def declare(command: argparse.ArgumentParser) -> None:
    command.add_argument("--format", choices=["text", "json", "github"], default="text", help="输出格式")
    command.add_argument("--source", type=argparse.FileType("r", encoding="utf-8"), help="资料原文，用来核对 evidence")
    command.add_argument("--all", action="store_true", help="问法的提醒全部列出来")
    command.add_argument("--fast", action="store_true", help="不查问法之间的混淆（那要十几秒）")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    knowledge, problems = inspect(arguments.knowledge)
    if knowledge is not None and arguments.source is not None:
        problems = [*problems, *check_source(knowledge, arguments.source.read().splitlines())]
    config = arguments.config or CONFIG
    try:
        workdays = load_settings(config, is_needed=arguments.config is not None).workdays_file or WORKDAYS
    except SettingsInvalidError as error:
        print(error, file=sys.stderr)
        return 1
    _, wrong = load_declared(config, now=datetime.now(UTC))
    problems = [*problems, *load_workdays(workdays)[1], *wrong]
    report = None if arguments.fast or knowledge is None or errors(problems) else lint(knowledge)
    warnings = report.problems if report is not None else ()
    shown = warnings if arguments.all or arguments.format != "text" else warnings[:SHOWN]
    problems = [*sorted(set(problems)), *shown]
    for line in _rendered(problems, arguments.format):
        print(line)
    if arguments.format == "text" and knowledge is not None:
        print(_summary(len(errors(problems)), knowledge))
        if report is not None:
            more = f"，还有 {len(warnings) - len(shown)} 条用 --all 看" if len(shown) < len(warnings) else ""
            print(f"没学过的问法里，{report.found:.1%} 认得出是哪一条（提醒不影响使用{more}）。")
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


def _summary(wrong: int, knowledge: Knowledge) -> str:
    sizes = len(knowledge.entries), len(knowledge.boundaries), len(knowledge.phrasings)
    size = "{} 条答案，{} 个范围之外的话题，{} 种问法".format(*sizes)
    return f"共 {wrong} 个错误，改好再试。（{size}）" if wrong else f"没有错误。（{size}）"
