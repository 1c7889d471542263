"""make bench: the engine, the start, the whole bot over HTTP, and the engine at other sizes."""

import asyncio
import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as bot.py does, before numpy is loaded

from bench import engine, sizes, start, throughput


def main() -> None:
    for line in (*engine.measured(), *start.measured(), *asyncio.run(throughput.measured()), *sizes.measured()):
        print(line)


if __name__ == "__main__":
    main()
