"""Command line and composition root: read the settings, build, wire, run. Nobody imports this file."""

import argparse
import importlib
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).parent
os.environ.setdefault(
    "OPENBLAS_NUM_THREADS", "1"
)  # a question is a few small products: more threads only get in the way
COMMANDS = {
    "run": ("commands.serve", "启动机器人（没有 token 时启动本地沙盒）"),
    "sandbox": ("commands.serve", "启动本地沙盒，在浏览器里试"),
    "ask": ("commands.ask", "在终端里提问"),
    "check": ("commands.check", "检查知识库"),
    "schema": ("commands.schema", "重新生成 knowledge/schema.json"),
    "evaluate": ("commands.evaluate", "用问题集打分"),
    "suggest": ("commands.suggest", "把没答上来的问题分组，给出可以粘贴的 YAML"),
    "reminders": ("commands.reminders", "接下来有哪些提醒，某条规则、某句话落在哪一天"),
    "calibrate": ("commands.calibrate", "重新拟合把握（大改问法之后，约一分钟）"),
}
_MISTAKES = {
    r"unrecognized arguments: (.+)": r"不认识 \1",
    r".*invalid choice: ('[^']*').*": r"没有 \1 这一种",
    r"the following arguments are required: (.+)": r"缺少 \1",
    r"argument ([^:]+): expected .*": r"\1 后面少了内容",
    r"argument ([^:]+): (?:invalid .*: )?(.+)": r"\1 写得不对：\2",
}


class _Parser(argparse.ArgumentParser):
    """Speaks Chinese where it refuses, too."""

    def error(self, message: str) -> NoReturn:
        for mistake, words in _MISTAKES.items():
            if found := re.fullmatch(mistake, message, re.DOTALL):
                message = found.expand(words)
                break
        self.exit(2, f"命令没写对：{message}。写法见 {self.prog} --help\n")


def main(arguments: Sequence[str]) -> int:
    """The exit status: 0 fine, 1 something a person has to mend, 2 a wrong command line."""
    chosen = next((a for a in arguments if a in COMMANDS), None)
    parsed = _parser(chosen).parse_args(arguments)
    try:
        return int(parsed.run(parsed))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 0


def _parser(chosen: str | None) -> argparse.ArgumentParser:
    """Only the chosen command's module is imported: `ask` starts without Telegram."""
    parser = _Parser(prog="bot.py", description="党小组助手")
    parser.add_argument("--config", type=Path, help="设置文件，默认 config.yaml（没有也行）")
    parser.add_argument("--knowledge", type=Path, default=ROOT / "knowledge", help="知识库文件夹")
    parser.add_argument("--cache", type=Path, default=ROOT / ".cache", help="学习结果的缓存文件夹")
    commands = parser.add_subparsers(required=True, metavar="命令", dest="command")
    for name, (module, what) in COMMANDS.items():
        command = commands.add_parser(name, help=what, description=what)
        if name == chosen:
            importlib.import_module(module).declare(command)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
