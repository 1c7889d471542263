"""bot.py reminders: plain text in and out; in its own process where the process matters."""

import argparse
import asyncio
import io
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from commands import reminders as command
from scheduler.rule import Lead, Rule, Schedule
from storage import open_stores
from tests.conftest import ROOT

NOW = ("--now", "2026-11-20T08:00")


def reminders(*arguments: str, lines: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "bot.py", "reminders", *arguments], cwd=ROOT, input=lines, capture_output=True, check=False
    )


def run(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str], list[str]]:
    """Status, lines out, lines of complaint, of the command in this process."""
    parser = argparse.ArgumentParser()
    parser.set_defaults(config=None)  # bot.py's own option
    command.declare(parser)
    try:
        parsed_arguments = parser.parse_args(arguments)
        status = parsed_arguments.run(parsed_arguments)
    except SystemExit as leaving:
        status = leaving.code
    out, err = capsys.readouterr()
    return status, out.splitlines(), err.splitlines()


def parsed(*lines: str, options: tuple[str, ...] = NOW) -> list[dict[str, object]]:
    done = reminders("--parse", *options, lines="".join(f"{line}\n" for line in lines).encode())
    assert (done.returncode, done.stderr) == (0, b"")
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            "RRULE:FREQ=MONTHLY;BYMONTHDAY=1 --start 2026-01-01T09:00 --roll next --count 2 --now 2026-10-01T00:00",
            "2026-10-08T09:00 2026-11-02T09:00",
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=7 --start 2026-01-07T09:00 --roll previous --count 1 --now 2026-10-01T00:00",
            "2026-11-06T09:00",
        ),
        (
            "FREQ=WEEKLY;BYDAY=SA --start 2026-09-05T10:30 --roll skip --count 2 --now 2026-09-05T10:30",
            "2026-10-10T10:30",
        ),
        (
            "FREQ=DAILY --start 2026-03-07T02:30 --zone America/New_York --count 2 --now 2026-03-08T00:00",
            "2026-03-08T03:30 2026-03-09T02:30",
        ),
        (
            "FREQ=DAILY;COUNT=2 --start 2026-03-07T02:30:15 --count 9 --now 2026-03-01T00:00",
            "2026-03-07T02:30:15 2026-03-08T02:30:15",
        ),
        ("FREQ=DAILY;COUNT=2 --start 2026-03-07T02:30 --now 2026-04-01", ""),
        (
            "FREQ=YEARLY --start 2024-02-29T09:00 --count 6 --now 2026-01-01T00:00",
            "2028-02-29T09:00 2032-02-29T09:00 2036-02-29T09:00 2040-02-29T09:00 2044-02-29T09:00 2048-02-29T09:00",
        ),
    ],
)
def test_a_rule_is_listed_in_local_time(arguments: str, expected: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--rrule", *arguments.split()], capsys) == (0, expected.split(), [])


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ("--rrule FREQ=DAILY", "缺少 --start"),
        ("--rrule FREQ=DAILY --start tomorrow", "--start：“tomorrow”读不懂"),
        ("--rrule FREQ=DAILY --start 2026-02-30T09:00", "读不懂"),
        ("--rrule FREQ=DAILY --start 2026-01-01T09:00Z", "带了时区"),
        ("--rrule FREQ=DAILY --start 0001-01-01T09:00", "太远"),
        ("--rrule --start 2026-01-01T09:00", "--rrule"),
        ("--rrule FREQ=HOURLY --start 2026-01-01T09:00", "太频繁"),
        ("--rrule FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30 --start 2026-01-01T09:00", "永远不会"),
        ("--rrule FREQ=DAILY --start 2026-01-01T09:00 --roll up", "--roll：“up”不认识"),
        ("--rrule FREQ=DAILY --start 2026-01-01T09:00 --zone Asia/Peking", "没有“Asia/Peking”"),
        ("--rrule FREQ=DAILY --start 2026-01-01T09:00 --zone ../etc/passwd", "时区"),
        ("--rrule FREQ=DAILY --start 2026-01-01T09:00 --zone", "时区"),
        ("--rrule FREQ=DAILY --start 2026-01-01T09:00 --count 0", "--count：“0”不对"),
        ("--rrule FREQ=DAILY --start 2026-01-01T09:00 --count -3", "--count：“-3”不对"),
        ("--rrule FREQ=DAILY --start 2026-01-01T09:00 --count ten", "--count：“ten”不对"),
        ("--rrule FREQ=DAILY --start 2026-01-01T09:00 --now", "--now"),
        ("--parse --now yesterday", "--now：“yesterday”读不懂"),
        ("--parse --rrule FREQ=DAILY", "命令写得不对"),
    ],
)
def test_a_bad_argument_gets_one_clear_line_and_status_2(
    arguments: str, part: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("每周一上午九点开会\n"))
    status, out, complaints = run(arguments.split(), capsys)
    assert (status, out, len(complaints)) == (2, [], 1)
    assert part in complaints[0]


def test_the_program_passes_status_and_streams_on() -> None:
    good = reminders("--rrule", "FREQ=DAILY", "--start", "2026-03-07T02:30", "--count", "1", *NOW)
    bad = reminders("--rrule", "FREQ=HOURLY", "--start", "2026-03-07T02:30")
    assert (good.returncode, good.stdout, good.stderr) == (0, b"2026-11-21T02:30\n", b"")
    assert (bad.returncode, bad.stdout, bad.stderr.count(b"\n")) == (2, b"", 1)


def test_a_phrase_gives_its_rule_and_the_next_five_times() -> None:
    found = parsed("每月第一个周五晚上7点半开党小组会，提前3天和当天早上提醒")[0]
    assert (found["ok"], found["problem"]) == (True, None)
    assert found["next"] == [
        f"{day}T19:30" for day in ("2026-12-04", "2027-01-01", "2027-02-05", "2027-03-05", "2027-04-02")
    ]
    rule = found["rule"]
    assert isinstance(rule, dict)
    assert (rule["kind"], rule["zone"], len(rule["leads"])) == ("meeting", "Asia/Shanghai", 2)


def test_each_line_gets_its_own_answer_in_order_and_empty_ones_are_not_ok() -> None:
    lines = ("每周二周四上午九点学习", "", "   ", "呵呵", "明天下午三点交学习心得")
    found = parsed(*lines)
    assert [f["phrase"] for f in found] == list(lines)
    assert [f["ok"] for f in found] == [True, False, False, False, True]
    assert all(set(f) == {"phrase", "ok", "rule", "next", "problem"} for f in found)
    assert all(f["problem"] and f["rule"] is None and f["next"] == [] for f in found if not f["ok"])
    assert found[4]["next"] == ["2026-11-21T15:00"]


def test_the_zone_of_a_phrase_is_the_one_asked_for() -> None:
    found = parsed("明天下午三点交学习心得", options=(*NOW, "--zone", "Europe/Berlin"))[0]
    assert isinstance(found["rule"], dict) and found["rule"]["zone"] == "Europe/Berlin"
    assert found["next"] == ["2026-11-21T15:00"]


def test_bytes_that_are_no_text_do_not_stop_the_lines_after_them() -> None:
    done = reminders("--parse", *NOW, lines="\n\xff\xfe\x00\n".encode("latin-1") + "每周一上午九点开会".encode())
    assert done.returncode == 0
    assert [json.loads(line)["ok"] for line in done.stdout.splitlines()] == [False, False, True]


def test_neither_telegram_nor_the_learner_is_loaded() -> None:
    program = (
        "import sys, bot; bot.main(['reminders', '--rrule', 'FREQ=DAILY', '--start', '2026-01-01T09:00']);"
        "sys.exit(bool(sys.modules.keys() & {'telegram', 'knowledge.learner', 'sqlalchemy', 'jieba.posseg'}))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, check=False)
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 5)


def test_what_is_stored_is_listed_and_explained(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(f"data_folder: {tmp_path / 'data'}\n", "utf-8")
    rule = Rule(
        "dues", "收党费", Schedule(datetime(2026, 1, 31, 9), "FREQ=MONTHLY;BYMONTHDAY=-1", "previous"), (Lead(),)
    )
    asyncio.run(_store(rule, tmp_path / "data"))
    command = [sys.executable, "bot.py", "--config", str(config), "reminders"]
    shown = subprocess.run([*command, "--days", "60", "--json"], cwd=ROOT, capture_output=True, text=True, timeout=60)
    found = [json.loads(line) for line in shown.stdout.splitlines()]
    assert found and {(f["chat"], f["rule"]["title"]) for f in found} == {(-12, "收党费")}
    why = subprocess.run([*command, "--explain", "1"], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert why.returncode == 0 and "按规则" in why.stdout
    none = subprocess.run([*command, "--explain", "9"], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert none.returncode == 2 and "没有编号 9" in none.stderr
    bad = subprocess.run([*command, "--days", "很多"], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert bad.returncode == 2 and "不是整数" in bad.stderr


async def _store(rule: Rule, folder: Path) -> None:
    folder.mkdir()
    async with open_stores(f"sqlite+aiosqlite:///{folder / 'bot.db'}", folder / "pseudonyms.key") as stores:
        await stores.rules.add(rule, chat_id=-12, leader_id=0, now=datetime.now(UTC))


def with_own_days(folder: Path, days: str) -> Path:
    """A configuration with a calendar of its own."""
    (folder / "own.yaml").write_text(days, "utf-8")
    config = folder / "config.yaml"
    config.write_text(f"workdays_file: {folder / 'own.yaml'}\ndata_folder: {folder}\n", "utf-8")
    return config


def bot(config: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command_line = [sys.executable, "bot.py", "--config", str(config), *arguments]
    return subprocess.run(command_line, cwd=ROOT, capture_output=True, text=True, check=False)


def test_the_commands_go_by_the_calendar_that_the_bot_goes_by(tmp_path: Path) -> None:
    config = with_own_days(tmp_path, "announced: []\ndays: {2026-11-23: holiday}\n")
    monthly = ("FREQ=MONTHLY;BYMONTHDAY=23", "--start", "2026-11-23T09:00", "--roll", "next", "--count", "1")
    done = bot(config, "reminders", "--rrule", *monthly, *NOW)
    assert done.stdout.splitlines() == ["2026-11-24T09:00"], done.stderr


def test_what_is_wrong_with_that_calendar_is_said_by_every_command(tmp_path: Path) -> None:
    config = with_own_days(tmp_path, "announced: [2027]\ndays: {2027-13-01: holiday}\n")
    checked, listed = bot(config, "check", "--fast"), bot(config, "reminders")
    assert checked.returncode == 1 and "own.yaml" in checked.stdout and "2027-13-01" in checked.stdout
    assert listed.returncode == 2 and "2027-13-01" in listed.stderr


def test_settings_that_can_not_be_read_are_said_by_the_check(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("workday_file: x\n", "utf-8")
    for command_line in (("check", "--fast"), ("reminders",)):
        done = bot(config, *command_line)
        assert done.returncode == 1 and "workday_file" in done.stdout + done.stderr
        assert "Traceback" not in done.stderr
