"""bot.py suggest: what members asked in vain, grouped, as YAML to paste."""

import argparse
import sys
from pathlib import Path

from knowledge import KnowledgeBase, KnowledgeInvalid
from knowledge.suggest import as_yaml, suggest


def declare(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", type=Path, metavar="文件", help="一行一个问题")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    base = KnowledgeBase(arguments.knowledge, arguments.cache)
    try:
        questions = arguments.file.read_text("utf-8").splitlines()
        groups = suggest(base, questions)
    except (KnowledgeInvalid, OSError, UnicodeDecodeError) as error:
        print(error, file=sys.stderr)
        return 1
    print(as_yaml(groups, base) if groups else "# 这些问题都答得上来。")
    return 0
