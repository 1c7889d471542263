"""/next and /calendar: what comes, however much or little, and what is said when it can't be shown."""

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from conftest import GROUP, LEADER, WANG, Chatting
from standing import new_rule

from sandbox.errors import ApiError
from sandbox.model import Document
from scheduler.rule import DEFAULT_ZONE, GroupRule, Lead, Rule, Schedule
from scheduler.workdays import SpecialDay, Workdays


async def daily(chatting: Chatting, title: str = "学习", place: str = "") -> GroupRule:
    now = datetime.now(UTC)
    start = now.astimezone(ZoneInfo(DEFAULT_ZONE)).replace(tzinfo=None, microsecond=0) + timedelta(hours=1)
    rule = Rule("study", title, Schedule(start, "FREQ=DAILY"), (Lead(),), place=place)
    leader = chatting.world.user(LEADER).id
    return await chatting.stores.rules.add(rule, chat_id=chatting.world.chat(GROUP).id, leader_id=leader, now=now)


async def test_next_answers_also_when_there_is_much_to_say(chatting: Chatting) -> None:
    await daily(chatting, "学" * 60, "楼" * 100)
    said = (await chatting.ask(WANG, GROUP, "/next")).text
    shown = said.count("· ")
    assert 10 < shown < 30 and f"……还有 {30 - shown} 次" in said


async def test_a_holiday_named_with_a_sign_of_html_leaves_next_alone(chatting: Chatting) -> None:
    rule = (await new_rule(chatting)).rule
    calendar = Workdays({rule.schedule.start.date(): SpecialDay("holiday", "春节<预>")})
    object.__setattr__(chatting.application.bot_data, "workdays", lambda: calendar)
    assert "春节<预>放假" in (await chatting.ask(WANG, GROUP, "/next")).text


async def test_a_calendar_without_a_day_is_said_and_not_sent(chatting: Chatting) -> None:
    rule = await daily(chatting)
    await chatting.stores.rules.pause(rule.id)
    said = await chatting.ask(WANG, GROUP, "/calendar")
    assert not isinstance(said.content, Document) and "都停着" in said.text
    await chatting.stores.rules.resume(rule.id, now=datetime.now(UTC))
    over = replace(rule.rule, schedule=Schedule(datetime(2026, 1, 5, 9)))
    await chatting.stores.rules.change(rule.id, over, now=datetime.now(UTC))
    assert "没有安排" in (await chatting.ask(WANG, GROUP, "/calendar")).text


async def test_next_says_that_all_is_paused(chatting: Chatting) -> None:
    rule = await daily(chatting)
    await chatting.stores.rules.pause(rule.id)
    assert "都停着" in (await chatting.ask(WANG, GROUP, "/next")).text


@pytest.mark.parametrize("words", ["not enough rights to send documents to the chat", "CHAT_SEND_DOCS_FORBIDDEN"])
async def test_a_calendar_that_may_not_be_sent_is_said(chatting: Chatting, words: str) -> None:
    await daily(chatting)
    chatting.world.fail_next(ApiError(400, f"Bad Request: {words}"), method="sendDocument")
    assert "发文件" in (await chatting.ask(WANG, GROUP, "/calendar")).text


@pytest.mark.parametrize("command", ["/next", "/calendar"])
async def test_a_failing_data_base_is_said(chatting: Chatting, tmp_path: Path, command: str) -> None:
    rows = sqlite3.connect(tmp_path / "bot.db", isolation_level=None)
    rows.execute("ALTER TABLE rules RENAME TO away")
    try:
        assert "过一会儿再发一次" in (await chatting.ask(WANG, GROUP, command)).text
    finally:
        rows.execute("ALTER TABLE away RENAME TO rules")
        rows.close()


async def test_a_single_event_that_was_skipped_is_taken_out_of_the_phones_too(chatting: Chatting) -> None:
    rule = await new_rule(chatting)
    await chatting.stores.rules.skip(rule.id, rule.rule.schedule.start, now=datetime.now(UTC))
    sent = await chatting.ask(LEADER, GROUP, "/calendar")
    assert isinstance(sent.content, Document)
    stored = chatting.world.files.get(sent.content.file_id)
    assert stored is not None and b"STATUS:CANCELLED" in stored.body
