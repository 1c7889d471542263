"""bot.py suggest: what members asked in vain, grouped, as YAML to paste."""

import argparse
import asyncio
import sys
from pathlib import Path

from knowledge import KnowledgeBase, KnowledgeInvalid
from knowledge.suggest import as_yaml, suggest
from settings import CONFIG, SettingsInvalidError, load_settings, read_text
from storage import StoreError, open_stores

_ELSEWHERE = "（沙盒里问的不算，它另有一份数据，每次启动都是新的。）"


def declare(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", type=Path, nargs="?", metavar="文件", help="一行一个问题；不写就取机器人记下的")
    command.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    base = KnowledgeBase(arguments.knowledge, arguments.cache)
    try:
        questions = read_text(arguments.file).splitlines() if arguments.file else _stored(arguments.config)
        groups = suggest(base, questions)
    except (KnowledgeInvalid, SettingsInvalidError, StoreError) as error:
        print(error, file=sys.stderr)
        return 1
    nothing = "# 这些问题都答得上来。" if questions else f"# 还没有记下没答上来的问题。{_ELSEWHERE}"
    print(as_yaml(groups, base) if groups else nothing)
    return 0


def _stored(config: Path | None) -> list[str]:
    """What the bot has kept of questions asked in vain, the newest last."""
    settings = load_settings(config or CONFIG, is_needed=config is not None)
    return asyncio.run(_read(settings.store_url, settings.data_folder / "pseudonyms.key"))


async def _read(url: str, key: Path) -> list[str]:
    async with open_stores(url, key) as stores:
        return [miss.text for miss in await stores.misses.all()]
