"""bot.py calibrate: refit the certainty after large edits of the phrasings."""

import argparse
import sys

from knowledge import KnowledgeInvalid
from knowledge.calibrate import calibrate


def declare(command: argparse.ArgumentParser) -> None:
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    try:
        found = calibrate(arguments.knowledge)
    except KnowledgeInvalid as invalid:
        print(invalid, file=sys.stderr)
        return 1
    for voice, f in found.items():
        print(
            f"没见过的语气 {voice}：首选正确 {f.top1:.3f}，直接答对 {f.right:.3f}，"
            f"答的里面对的 {f.precision:.3f}，门槛 {f.threshold:.2f}"
        )
    return 0
