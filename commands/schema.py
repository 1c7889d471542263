"""bot.py schema: write the JSON Schema that editors complete from."""

import argparse

from knowledge.schema import SCHEMA_FILE, schema_text


def declare(command: argparse.ArgumentParser) -> None:
    command.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    SCHEMA_FILE.write_text(schema_text(), "utf-8")
    print(f"已更新 {SCHEMA_FILE.name}")
    return 0
