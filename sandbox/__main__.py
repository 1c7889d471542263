"""python -m sandbox: the stand-in in a process of its own, for tests that kill and restart the bot.

The first line of the output is the address, the second a JSON list with the ids of the extra groups.
"""

import argparse
import asyncio
import json
import signal
import sys

from sandbox import Sandbox, SandboxError

OWNER, MEMBERS = "张组长", ("王小明", "李雷")


def main() -> int:
    try:
        asyncio.run(_serve(_arguments()))
    except SandboxError as error:
        print(error, file=sys.stderr)  # noqa: T201  this is its command line
        return 1
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="本地沙盒，单独一个进程")
    parser.add_argument("--port", type=int, default=8081, help="0：任意空闲端口")
    parser.add_argument("--token", required=True, help="机器人的 token，两边一致即可")
    parser.add_argument("--latency", type=float, default=0.0, help="每次回答前等几秒")
    parser.add_argument("--groups", type=int, default=0, help="另外建几个有机器人的群")
    return parser.parse_args()


async def _serve(arguments: argparse.Namespace) -> None:
    box = Sandbox(arguments.token, latency=arguments.latency)
    groups = [_added(box, number) for number in range(1, arguments.groups + 1)]
    box.forget_updates()
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    _say(await box.start(port=arguments.port))
    _say(json.dumps(groups))
    await stopped.wait()
    await box.stop()


def _added(box: Sandbox, number: int) -> int:
    return box.world.add_group(f"党小组{number}", OWNER, *MEMBERS, kind="supergroup")


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201  whoever started it reads this


if __name__ == "__main__":
    sys.exit(main())
