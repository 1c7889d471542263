"""Groups that are declared in config.yaml."""

import asyncio
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from commands.declared import keep_in_step, load_declared
from sandbox import Sandbox
from scheduler.delivery import ChatMoved
from scheduler.workdays import Workdays
from storage import Stores, open_stores
from tests.conftest import ROOT, FakeClock
from tests.declaring import DAY, HOUR, MINUTE, NOW, one, started, written
from tests.scheduler.kit import FakeSender, Scene
from tests.test_program import environment
from tests.test_program_stops import TOKEN, until

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
        (
            "groups:\n  - chat: -12\n    topic: 5\n    reminders:\n      - when: 每天9点学习\n"
            "  - chat: -12\n    topic: 7\n    reminders:\n      - when: 每天9点学习\n",
            9,
            "都叫",
        ),
        *(
            (f"groups:\n  - chat: -12\n    {line}\n    reminders:\n      - when: 每天9点学习\n", 3, words)
            for line, words in (
                ("leader: 张三", "整数"),
                ("leader: 51234567890123456789012", "位数"),
                ("leader: -1001234567890", "正数"),
                ("leader: 0", "正数"),
                ("topic: -3", "正数"),
                ("topic: 99999999999", "太大"),
                ("zone: [Asia/Shanghai]", "时区"),
                ("zone: {a: b}", "时区"),
                ("title: [党小组]", "文字"),
                (f"title: {'长' * 300}", "太长"),
            )
        ),
        *(
            (f"groups:\n  - chat: -12\n    reminders:\n      - when: 每天9点学习\n        {line}\n", 5, words)
            for line, words in (
                (f"place: {'楼' * 101}", "最多 100 个字"),
                (f"note: {'长' * 501}", "最多 500 个字"),
                ("note: [一, 二]", "文字"),
                ("name: {a: b}", "文字"),
            )
        ),
        ("groups:\n  - chat: -10012345678901234567890\n    reminders:\n      - when: 每天9点学习\n", 2, "位数"),
        (f"groups:\n  - chat: -12\n    reminders:\n      - when: 每天9点“{'学' * 61}”\n", 4, "60个字"),
        (f"groups:\n  - chat: -12\n    reminders:\n      - when: 每天9点学习，议程：{'学' * 501}\n", 4, "个字"),
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
        await keep_in_step(stores, declared, problems, workdays=Workdays(), now=NOW)
        first = await stores.rules.all()
        later = NOW.replace(day=20)
        declared, problems = load_declared(written(tmp_path, GOOD), now=later)
        await keep_in_step(stores, declared, problems, workdays=Workdays(), now=later)
        assert await stores.rules.all() == first  # a restart changes nothing, not even the first date
        declared, problems = load_declared(written(tmp_path, GOOD.replace("三楼", "五楼")), now=later)
        await keep_in_step(stores, declared, problems, workdays=Workdays(), now=later)
        assert [r.rule.place for r in await stores.rules.all()] == ["五楼会议室", ""]
        await keep_in_step(stores, declared[:1], problems, workdays=Workdays(), now=later)
        assert [r.rule.kind for r in await stores.rules.all()] == ["meeting"]


async def test_nothing_is_deleted_while_the_file_is_broken(tmp_path: Path) -> None:
    async with open_stores(f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}", tmp_path / "key") as stores:
        declared, problems = load_declared(written(tmp_path, GOOD), now=NOW)
        await keep_in_step(stores, declared, problems, workdays=Workdays(), now=NOW)
        declared, problems = load_declared(written(tmp_path, GOOD.replace("收党费", "，每")), now=NOW)
        assert problems
        await keep_in_step(stores, declared, problems, workdays=Workdays(), now=NOW)
        assert len(await stores.rules.all()) == 2


async def test_what_a_broken_group_had_stays_as_it_was(stores: Stores, tmp_path: Path) -> None:
    declared, problems = load_declared(written(tmp_path, GOOD), now=NOW)
    await keep_in_step(stores, declared, problems, workdays=Workdays(), now=NOW)
    before = await stores.rules.all()
    for wrong in ("leader: 张三", "leader: 5123456789\n    zone: 北京"):
        declared, problems = load_declared(written(tmp_path, GOOD.replace("leader: 5123456789", wrong)), now=NOW)
        await keep_in_step(stores, declared, problems, workdays=Workdays(), now=NOW)
        assert problems and await stores.rules.all() == before


def test_a_place_that_looks_like_a_number_or_a_date_is_taken_as_it_is_written(tmp_path: Path) -> None:
    for place in ("301", "2026-03-02", "on"):
        declared, problems = load_declared(written(tmp_path, GOOD.replace("三楼会议室", place)), now=NOW)
        assert (declared[0].rule.place, problems) == (place, [])


async def test_a_group_that_became_a_supergroup_keeps_what_it_had_and_its_new_number_is_told(
    stores: Stores, tmp_path: Path
) -> None:
    small, new = GOOD.replace("-1001234567890", "-12345"), -100777
    declared, problems = load_declared(written(tmp_path, small), now=NOW)
    assert await keep_in_step(stores, declared, problems, workdays=Workdays(), now=NOW) == []
    before = await stores.rules.declared()
    await stores.rules.skip(before[0].id, before[0].rule.schedule.start, now=NOW)
    for _ in range(2):
        await stores.chats.move(-12345, new, now=NOW)
    # the next start, with the same file
    (told,) = await keep_in_step(stores, declared, problems, workdays=Workdays(), now=NOW)
    after = await stores.rules.declared()
    assert [(r.id, r.chat_id, len(r.skipped)) for r in after] == [(before[0].id, new, 1), (before[1].id, new, 0)]
    assert (told.file, told.line, told.severity) == ("config.yaml", 3, "warning")
    assert "-12345" in told.message and str(new) in told.hint
    assert await stores.chats.get(-12345) is None


async def test_of_an_old_and_a_new_number_in_the_file_the_new_one_counts(stores: Stores, tmp_path: Path) -> None:
    small = GOOD.replace("-1001234567890", "-12345")
    declared, problems = load_declared(written(tmp_path, small), now=NOW)
    await keep_in_step(stores, declared, problems, workdays=Workdays(), now=NOW)
    await stores.chats.move(-12345, -100777, now=NOW)
    both = small + small.replace("groups:\n", "").replace("-12345", "-100777").replace("三楼", "五楼")
    declared, problems = load_declared(written(tmp_path, both), now=NOW)
    assert problems == []
    (told,) = await keep_in_step(stores, declared, problems, workdays=Workdays(), now=NOW)
    assert "-12345" in told.message
    assert [(r.chat_id, r.rule.place) for r in await stores.rules.declared()] == [
        (-100777, "五楼会议室"),
        (-100777, ""),
    ]


async def test_replicas_that_start_together_add_a_reminder_once(stores: Stores, tmp_path: Path) -> None:
    declared, problems = load_declared(written(tmp_path, GOOD), now=NOW)
    await asyncio.gather(*(keep_in_step(stores, declared, problems, workdays=Workdays(), now=NOW) for _ in range(4)))
    assert len(await stores.rules.all()) == 2


async def test_a_place_changed_while_the_machine_was_down_loses_no_reminder(
    stores: Stores, clock: FakeClock, tmp_path: Path
) -> None:
    scene = Scene(stores, clock, FakeSender())
    for place in ("三楼", "五楼"):
        declared, problems = load_declared(written(tmp_path, GOOD.replace("三楼", place)), now=scene.clock())
        await keep_in_step(scene.stores, declared, problems, workdays=Workdays(), now=scene.clock())
        if place == "三楼":
            await scene.runner.settled()
            scene.clock.now = datetime(2026, 3, 3, 1, 30, tzinfo=UTC)  # half an hour after three days before the 6th
    scene.runner = scene.new_runner()
    await scene.runner.settled()
    (parcel,) = [p for p in scene.sender.sent if p.first.planned.purpose == "remind"]
    assert [r.rule.place for r in parcel.group_rules.values()] == ["五楼会议室"]


def three(*places: str) -> str:
    """At most three reminders, 甲, 乙 and 丙, in one group."""
    said = "".join(
        f"      - name: {'甲乙丙'[i]}\n        when: 每天9点学习\n        place: {p}\n" for i, p in enumerate(places)
    )
    return f"groups:\n  - chat: -12\n    reminders:\n{said}"


async def places(stores: Stores) -> list[str]:
    return [r.rule.place for r in await stores.rules.declared()]


async def test_a_reminder_that_the_data_base_refuses_is_told_and_the_others_are_taken(
    stores: Stores, tmp_path: Path
) -> None:
    await started(stores, tmp_path, three("一楼", "二楼", "三楼"))
    async with stores.rules.engine.begin() as connection:
        await connection.execute(text("CREATE UNIQUE INDEX one_for_each_place ON rules (place)"))
    (told,) = await started(stores, tmp_path, three("一楼", "一楼", "五楼"))
    assert await places(stores) == ["一楼", "二楼", "五楼"]
    assert (told.file, told.line, told.severity) == ("config.yaml", 7, "error")
    assert "乙" in told.message and "IntegrityError" in told.message and told.hint


async def test_the_bot_starts_and_tells_of_a_reminder_that_the_data_base_refuses(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    async with open_stores(f"sqlite+aiosqlite:///{data / 'bot.db'}", data / "pseudonyms.key") as stores:
        await started(stores, tmp_path, three("一楼", "二楼"))
        async with stores.rules.engine.begin() as connection:
            await connection.execute(text("CREATE UNIQUE INDEX one_for_each_place ON rules (place)"))
    config = written(tmp_path, f"{three('一楼', '一楼')}data_folder: {data}\n")
    box = Sandbox(TOKEN)
    program = (sys.executable, "bot.py", "--config", str(config), "run")
    reached = environment() | {"BOT_TOKEN": TOKEN, "BOT_API_URL": await box.start(port=0)}
    bot = await asyncio.create_subprocess_exec(*program, cwd=ROOT, env=reached, stderr=subprocess.PIPE)
    await until(lambda: box.is_polled or bot.returncode is not None)
    assert bot.returncode is None
    bot.terminate()
    _, said = await asyncio.wait_for(bot.communicate(), 30)
    assert bot.returncode == 0 and "没存下“乙”" in said.decode()
    await box.stop()


async def test_nothing_is_deleted_when_one_of_the_others_is_refused(stores: Stores, tmp_path: Path) -> None:
    """It may be there under another name, and not be written yet."""
    await started(stores, tmp_path, three("一楼", "二楼", "三楼"))
    async with stores.rules.engine.begin() as connection:
        await connection.execute(text("CREATE UNIQUE INDEX one_for_each_place ON rules (place)"))
    assert len(await started(stores, tmp_path, three("一楼", "三楼"))) == 1
    assert await places(stores) == ["一楼", "二楼", "三楼"]
    assert await started(stores, tmp_path, three("一楼", "二楼")) == []
    assert await places(stores) == ["一楼", "二楼"]


async def test_a_deletion_that_the_data_base_refuses_is_told_of_the_file_that_was_read(
    stores: Stores, tmp_path: Path
) -> None:
    for file in (three("一楼"), "groups: []\n", three("一楼")):
        assert await started(stores, tmp_path, file) == []
    async with stores.rules.engine.begin() as connection:
        await connection.execute(text("CREATE UNIQUE INDEX one_for_each_state ON rules (state, place)"))
    declared, problems = load_declared(written(tmp_path, "groups: []\n"), now=NOW)
    (told,) = await keep_in_step(stores, declared, problems, workdays=Workdays(), now=NOW, file="other.yaml")
    assert (told.file, told.severity) == ("other.yaml", "error") and "IntegrityError" in told.message
    assert await places(stores) == ["一楼"]


@pytest.mark.parametrize("edited", [{"leader": 6}, {"place": "五楼"}])
@pytest.mark.parametrize("roll", ["", "，遇节假日顺延"])
async def test_an_edit_while_the_bot_is_down_loses_nothing_overdue(
    stores: Stores, clock: FakeClock, tmp_path: Path, edited: dict[str, str | int], roll: str
) -> None:
    clock.now = NOW
    scene = Scene(stores, clock, FakeSender())
    when = f"每周五19点半开党小组会，当天早上提醒{roll}"
    await started(stores, tmp_path, one(when))
    await scene.until(NOW + 10 * DAY)
    scene.sender.sent.clear()
    clock.now = datetime(2026, 3, 13, 2, 0, tzinfo=UTC)  # down since yesterday; two hours after this morning's
    await started(stores, tmp_path, one(when, **edited), clock.now)  # type: ignore[arg-type]
    scene.runner = scene.new_runner()
    await scene.until(clock.now + HOUR, step=MINUTE)
    assert [p.nominal for p in scene.sender.of("remind")] == [datetime(2026, 3, 13, 19, 30)]


@pytest.mark.parametrize("left", [None, "", "admins: [5]\n", "groups:\n", "groups: null\n"])
async def test_a_file_that_says_nothing_of_groups_deletes_none_and_that_is_told(
    stores: Stores, tmp_path: Path, left: str | None
) -> None:
    await started(stores, tmp_path, one())
    before = await stores.rules.declared()
    path = written(tmp_path, left or "")
    if left is None:
        path.unlink()
    declared, problems = load_declared(path, now=NOW)
    (told,) = await keep_in_step(stores, declared, problems, workdays=Workdays(), now=NOW)
    assert await stores.rules.declared() == before
    assert (told.file, told.severity) == ("config.yaml", "warning") and "groups: []" in told.hint


def test_the_sandbox_says_that_it_does_not_use_declared_groups(tmp_path: Path) -> None:
    config = written(tmp_path, f"{one()}data_folder: {tmp_path / 'data'}\n")
    program = [sys.executable, "-u", "bot.py", "--config", str(config), "sandbox", "--port", "0"]
    with subprocess.Popen(program, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as bot:
        assert bot.stdout is not None and bot.stderr is not None
        assert bot.stdout.readline().startswith("沙盒已启动")
        bot.terminate()
        assert "接上 Telegram 才用" in bot.stderr.read()


async def test_who_never_declared_a_group_is_told_nothing(stores: Stores, tmp_path: Path) -> None:
    assert await started(stores, tmp_path, "admins: [5]\n") == []


async def test_an_empty_list_of_groups_removes_all(stores: Stores, tmp_path: Path) -> None:
    await started(stores, tmp_path, one())
    assert await started(stores, tmp_path, "groups: []\n") == []
    assert await stores.rules.declared() == []


@pytest.mark.parametrize("bad", ["  - chat: 错\n", "  - 一\n", "  - chat: -13\n    reminders: []\n"])
async def test_a_bad_group_beside_others_deletes_none_of_theirs(stores: Stores, tmp_path: Path, bad: str) -> None:
    other = one(chat=-13).removeprefix("groups:\n")
    await started(stores, tmp_path, one() + other)
    before = await stores.rules.declared()
    await started(stores, tmp_path, one() + bad)
    assert await stores.rules.declared() == before


async def test_a_reminder_that_is_there_twice_is_there_once_after_the_next_start(
    stores: Stores, clock: FakeClock, tmp_path: Path
) -> None:
    clock.now = NOW
    twice = one("每周五19点半开会").replace("会\n", "别\n", 1) + one("每周五20点开会").split("reminders:\n")[1]
    await started(stores, tmp_path, twice)
    first, second = await stores.rules.declared()
    await stores.rules.change(first.id, first.rule, now=NOW, declared=first.declared.replace("别", "会"))
    scene = Scene(stores, clock, FakeSender())
    await scene.runner.settled()
    await started(stores, tmp_path, one("每周五20点开会"))
    (kept,) = await stores.rules.declared()
    assert (kept.id, kept.rule.schedule.start.hour, kept.declared) == (first.id, 20, second.declared)
    await scene.until(NOW + 6 * DAY)
    assert {p.rule_id for p in scene.sender.of("remind")} == {first.id}


async def test_a_group_declared_by_both_numbers_still_moves(stores: Stores, clock: FakeClock, tmp_path: Path) -> None:
    clock.now = NOW
    scene = Scene(stores, clock, FakeSender())
    await scene.add(chat_id=-12)
    await started(
        stores, tmp_path, one("每周五19点半开会") + one("每周五20点开会", chat=-1012).removeprefix("groups:\n")
    )
    scene.sender.outcome = lambda parcel: ChatMoved(-1012) if parcel.first.planned.chat_id == -12 else None
    await scene.until(NOW + 6 * DAY)
    assert {p.chat_id for p in scene.sender.of("remind")} == {-1012}
    assert [r.rule.schedule.start.hour for r in await stores.rules.of_chat(-1012)] == [19, 20]
    assert await stores.rules.of_chat(-12) == []
