"""make bench: the engine, the start, the whole bot over HTTP, the engine at other sizes, and the reminders."""

import argparse
import asyncio
import os
from collections.abc import Callable, Iterable

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as bot.py does, before numpy is loaded

from bench import claims, engine, lag, planning, sending, sizes, start, throughput

FULL, QUICK = 100_000, 10_000
PARTS: dict[str, Callable[[int], Iterable[str]]] = {
    "engine": lambda _: engine.measured(),
    "start": lambda _: start.measured(),
    "throughput": lambda _: asyncio.run(throughput.measured()),
    "sizes": lambda _: sizes.measured(),
    "planning": planning.measured,
    "claims": claims.measured,
    "sending": sending.measured,
    "lag": lag.measured,
}


def main() -> None:
    arguments = _arguments()
    for name in arguments.only or PARTS:
        for line in PARTS[name](QUICK if arguments.quick else FULL):
            print(line, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="测速，每项都带基线")
    parser.add_argument("--only", nargs="+", choices=PARTS, metavar="项目", help=f"只量这几项：{'、'.join(PARTS)}")
    parser.add_argument("--quick", action="store_true", help=f"提醒只用 {QUICK} 个群，不用 {FULL} 个")
    return parser.parse_args()


if __name__ == "__main__":
    main()
