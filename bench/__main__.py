"""make bench: the engine, the start, and the whole bot over HTTP."""

import asyncio

from bench import engine, start, throughput


def main() -> None:
    for line in (*engine.measured(), *start.measured(), *asyncio.run(throughput.measured())):
        print(line)


if __name__ == "__main__":
    main()
