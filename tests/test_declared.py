"""Groups that are declared in config.yaml."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from commands.declared import keep_in_step, load_declared
from storage import open_stores

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
GOOD = """
groups:
  - chat: -1001234567890
    title: 第一党小组
    leader: 5123456789
    topic: 12
    reminders:
      - when: 每月第一个周五晚上7点半开党小组会，提前3天和当天早上提醒
        place: 三楼会议室
      - name: 党费
        when: 每月最后一个工作日9点收党费
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "config.yaml"
    path.write_text(text, "utf-8")
    return path


def test_groups_are_read(tmp_path: Path) -> None:
    declared, problems = load_declared(written(tmp_path, GOOD), now=NOW)
    assert problems == []
    assert [(d.rule.kind, d.thread_id, d.leader_id, d.chat.chat_id) for d in declared] == [
        ("meeting", 12, 5123456789, -1001234567890),
        ("dues", 12, 5123456789, -1001234567890),
    ]
    assert declared[0].rule.place == "三楼会议室"
    assert all(len(d.name) <= 64 for d in declared)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("groups: 一个\n", 1, "一列群"),
        ("groups:\n  - chat: 12\n    reminders: []\n", 2, "负数"),
        ("groups:\n  - chat: -12\n", 2, "没有写提醒"),
        ("groups:\n  - chat: -12\n    chats: 1\n    reminders:\n      - when: 每天9点学习\n", 3, "不认识的键 chats"),
        ("groups:\n  - chat: -12\n    zone: 北京\n    reminders:\n      - when: 每天9点学习\n", 3, "时区"),
        ("groups:\n  - chat: -12\n    reminders:\n      - what: 每天9点学习\n", 4, "缺少 when"),
        ("groups:\n  - chat: -12\n    reminders:\n      - when: 明天下午三点交材料\n", 4, "一次性"),
        ("groups:\n  - chat: -12\n    reminders:\n      - when: 每月第九个周五开会\n", 4, ""),
        ("groups:\n  - chat: -12\n    reminders:\n      - when: 每天9点学习\n      - when: 每天10点学习\n", 5, "都叫"),
        ("groups:\n  - chat: -12\n    leader: 张三\n    reminders:\n      - when: 每天9点学习\n", 3, "整数"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    _, problems = load_declared(written(tmp_path, text), now=NOW)
    assert [p.line for p in problems] == [line]
    assert words in str(problems[0]) and problems[0].hint


def test_one_bad_reminder_does_not_take_the_others_along(tmp_path: Path) -> None:
    declared, problems = load_declared(
        written(tmp_path, GOOD.replace("每月最后一个工作日9点", "每月第九个周一")), now=NOW
    )
    assert len(declared) == 1 and len(problems) == 1


async def test_the_data_base_keeps_in_step(tmp_path: Path) -> None:
    async with open_stores(f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}", tmp_path / "key") as stores:
        declared, problems = load_declared(written(tmp_path, GOOD), now=NOW)
        await keep_in_step(stores.rules, declared, problems, now=NOW)
        first = await stores.rules.all()
        later = NOW.replace(day=20)
        declared, problems = load_declared(written(tmp_path, GOOD), now=later)
        await keep_in_step(stores.rules, declared, problems, now=later)
        assert await stores.rules.all() == first  # a restart changes nothing, not even the first date
        declared, problems = load_declared(written(tmp_path, GOOD.replace("三楼", "五楼")), now=later)
        await keep_in_step(stores.rules, declared, problems, now=later)
        assert [r.rule.place for r in await stores.rules.all()] == ["五楼会议室", ""]
        await keep_in_step(stores.rules, declared[:1], problems, now=later)
        assert [r.rule.kind for r in await stores.rules.all()] == ["meeting"]


async def test_nothing_is_deleted_while_the_file_is_broken(tmp_path: Path) -> None:
    async with open_stores(f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}", tmp_path / "key") as stores:
        declared, problems = load_declared(written(tmp_path, GOOD), now=NOW)
        await keep_in_step(stores.rules, declared, problems, now=NOW)
        declared, problems = load_declared(written(tmp_path, GOOD.replace("收党费", "，每")), now=NOW)
        assert problems
        await keep_in_step(stores.rules, declared, problems, now=NOW)
        assert len(await stores.rules.all()) == 2
