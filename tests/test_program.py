"""The program from outside: its own process, its command line, edits while it runs."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.conftest import ROOT

ADMIN = 10002  # 王小明 in the sandbox


@dataclass
class Running:
    process: subprocess.Popen[str]
    address: str
    knowledge: Path

    def messages(self, chat_id: int = ADMIN) -> list[str]:
        found = httpx.get(f"{self.address}/ui/state").json()["messages"]
        return [m["html"] for m in found if m["chat_id"] == chat_id and m["from"]["is_bot"]]

    def ask(self, text: str) -> str:
        before = len(self.messages())
        httpx.post(
            f"{self.address}/ui/send", json={"chat_id": ADMIN, "user_id": ADMIN, "text": text}
        ).raise_for_status()
        self.until(lambda: len(self.messages()) > before)
        return self.messages()[-1]

    def until(self, holds: Callable[[], bool]) -> None:
        end = time.monotonic() + 40
        while not holds():
            assert time.monotonic() < end, "waited in vain"
            assert self.process.poll() is None, "the bot has stopped"
            time.sleep(0.05)


def environment() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith("BOT_")}


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    knowledge = tmp_path / "knowledge"
    shutil.copytree(ROOT / "knowledge", knowledge, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    config = tmp_path / "config.yaml"
    config.write_text(f"data_folder: {tmp_path / 'data'}\nadmins: [{ADMIN}]\nsandbox_port: 0\n", "utf-8")
    bot = subprocess.Popen(
        [sys.executable, "bot.py", "--config", str(config), "--knowledge", str(knowledge), "run"],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=(tmp_path / "log").open("w"),
        text=True,
    )
    assert bot.stdout is not None
    found = re.search(r"http://127\.0\.0\.1:\d+", bot.stdout.readline())
    assert found, (tmp_path / "log").read_text()
    yield Running(bot, found.group(), knowledge)
    bot.send_signal(signal.SIGTERM)
    assert bot.wait(30) == 0


def test_an_edit_is_live_and_a_broken_one_is_told_to_the_admins(running: Running) -> None:
    assert "正式党员" in running.ask("预备党员能当党小组长吗")
    about = running.knowledge / "entries" / "about.yaml"
    good = about.read_text("utf-8")
    about.write_text(good.replace("我是党小组助手", "我是改过的助手"), "utf-8")
    running.until(lambda: "改过的助手" in running.ask("/about"))
    about.write_text(good.replace("answer:", "anwser:", 1), "utf-8")
    running.until(lambda: any("about.yaml:" in m and "answer" in m for m in running.messages()))
    assert "改过的助手" in running.ask("/about")
    about.write_text(good, "utf-8")
    running.until(lambda: any("改好了" in m for m in running.messages()))


def test_a_folder_that_is_replaced_is_watched_again(running: Running, tmp_path: Path) -> None:
    assert "党小组助手" in running.ask("/about")
    shutil.copytree(running.knowledge, tmp_path / "next")
    about = tmp_path / "next" / "entries" / "about.yaml"
    about.write_text(about.read_text("utf-8").replace("我是党小组助手", "我是第二版助手"), "utf-8")
    running.knowledge.rename(tmp_path / "old")
    (tmp_path / "next").rename(running.knowledge)
    running.until(lambda: "第二版助手" in running.ask("/about"))
    about = running.knowledge / "entries" / "about.yaml"
    about.write_text(about.read_text("utf-8").replace("第二版", "第三版"), "utf-8")
    running.until(lambda: "第三版助手" in running.ask("/about"))


def test_two_on_one_port_is_a_clear_error(running: Running, tmp_path: Path) -> None:
    port = running.address.rpartition(":")[2]
    (tmp_path / "other.yaml").write_text(f"data_folder: {tmp_path / 'other'}\n", "utf-8")
    second = subprocess.run(
        [sys.executable, "bot.py", "--config", str(tmp_path / "other.yaml"), "sandbox", "--port", port],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert second.returncode == 1
    assert port in second.stderr and "Traceback" not in second.stderr


def run(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "bot.py", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environment(), input=given, capture_output=True, text=True, timeout=120
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check", "--foo"], "不认识 --foo"),
        (["nonsense"], "没有 'nonsense' 这一种"),
        (["evaluate"], "缺少 文件"),
        (["--knowledge"], "--knowledge 后面少了内容"),
    ],
)
def test_a_wrong_command_line_is_refused_in_chinese(arguments: list[str], words: str) -> None:
    refused = run(*arguments)
    assert refused.returncode == 2 and words in refused.stderr and "error" not in refused.stderr


def test_json_answers_come_line_by_line() -> None:
    asked = ["预备党员能当吗", "", "支部书记的职责有哪些", "你好", "党费"]
    done = run("ask", "--json", given="\n".join(asked) + "\n")
    replies = [json.loads(line) for line in done.stdout.splitlines()]
    assert [r["question"] for r in replies] == asked
    assert set(replies[0]) == {"question", "decision", "entries", "ranked", "confidence", "text"}
    assert (replies[0]["decision"], replies[0]["entries"]) == ("answer", ["probationary-member"])
    assert replies[1]["decision"] == "refuse"
    assert (replies[2]["decision"], replies[2]["entries"]) == ("refuse", ["secretary-duties"])
    assert replies[3]["decision"] == "small_talk"
    assert all(len(r["ranked"]) <= 5 for r in replies)


def test_a_dialogue_is_parted_by_blank_lines() -> None:
    done = run("ask", "--json", "--dialogue", given="在职党员党费交多少\n退休的呢\n\n退休的呢\n")
    replies = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(replies) == 3
    assert replies[1]["entries"][0] == "dues-retired"


def test_why_shows_the_candidates() -> None:
    done = run("ask", "--why", "预备党员能当吗")
    assert "probationary-member" in done.stdout and "决定：直接回答" in done.stdout


def test_check_exits_with_1_on_errors(tmp_path: Path) -> None:
    assert run("check", "--fast").returncode == 0
    copy = tmp_path / "knowledge"
    shutil.copytree(ROOT / "knowledge", copy, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    (copy / "entries" / "about.yaml").write_text("entries:\n  - id: x\n", "utf-8")
    found = run("--knowledge", str(copy), "check", "--format", "json")
    assert found.returncode == 1
    assert {p["line"] for p in json.loads(found.stdout)} == {2}
    assert run("--knowledge", str(copy), "check", "--format", "github").stdout.startswith("::error file=")


def test_a_wrong_setting_stops_the_start_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("bot_tokn: a\n", "utf-8")
    done = run("--config", str(tmp_path / "config.yaml"), "run")
    assert done.returncode == 1
    assert "config.yaml:1:1" in done.stderr and "bot_token" in done.stderr


def test_evaluate_prints_figures(tmp_path: Path) -> None:
    (tmp_path / "q.tsv").write_text("预备党员能当吗\tprobationary-member\tshort\n驾照怎么换\t-\tfar-oos\n", "utf-8")
    done = run("evaluate", "--json", str(tmp_path / "q.tsv"))
    assert next(iter(json.loads(done.stdout).values()))["figures"]["right"] == 1.0
    (tmp_path / "bad.tsv").write_text("没有制表符\n", "utf-8")
    assert "bad.tsv:1" in run("evaluate", str(tmp_path / "bad.tsv")).stderr
