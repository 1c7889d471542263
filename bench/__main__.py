"""make bench: the engine, the start, the whole bot over HTTP, and the engine at other sizes."""

import asyncio

from bench import engine, sizes, start, throughput


def main() -> None:
    for line in (*engine.measured(), *start.measured(), *asyncio.run(throughput.measured()), *sizes.measured()):
        print(line)


if __name__ == "__main__":
    main()
