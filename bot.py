"""Command line and composition root: read the settings, build, wire, run. Nobody imports this file."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from commands import ask, check, evaluate, serve

ROOT = Path(__file__).parent


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status: 0 fine, 1 something a person has to mend, 2 a wrong command line."""
    parsed = _parser().parse_args(arguments)
    try:
        return int(parsed.run(parsed))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bot.py", description="党小组助手")
    parser.add_argument("--config", type=Path, default=ROOT / "config.yaml", help="设置文件，默认 config.yaml")
    parser.add_argument("--knowledge", type=Path, default=ROOT / "knowledge", help="知识库文件夹")
    parser.add_argument("--cache", type=Path, default=ROOT / ".cache", help="学习结果的缓存文件夹")
    commands = parser.add_subparsers(required=True, metavar="命令")
    for module in (serve, ask, check, evaluate):
        module.add_commands(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
