"""What comes: /next for the next 30 days, /calendar as a file for other calendars."""

import io
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from telegram import InputFile, Message, Update
from telegram.constants import ChatType, ParseMode
from telegram.error import BadRequest, Forbidden

from handlers.proposals import dated
from handlers.reminder_texts import fitting, safe
from handlers.rights import IN_GROUP
from handlers.services import Context
from scheduler.coming import coming
from scheduler.icalendar import calendar
from scheduler.rule import GroupRule, Occurrence
from scheduler.workdays import Workdays
from storage import StoreError

_NEAR, _FAR = timedelta(days=30), timedelta(days=365)
_LISTED = 30
_ROOM = 3500  # for the lines, in Telegram's units
NOTHING = "这个群还没有提醒。群主或管理员发 /setup，半分钟就能设一个。"
_ALL_PAUSED = "这个群的提醒都停着。到 /reminders 里点“恢复”，再发一次。"
_NOTHING_COMES = "往后一年没有安排，日历里没有日子可放。"
_NOTHING_SOON = "往后30天没有安排。"
_NOT_NOW = "这会儿查不了，过一会儿再发一次。"
_NO_FILES = "这个群不让我发文件。请管理员打开我发文件的权限，再发一次 /calendar；往后30天的，/next 就能看。"
_FORBIDDEN = ("not enough rights", "forbidden", "have no rights")
_log = logging.getLogger(__name__)
_FILE = "党小组日历.ics"


async def on_next(update: Update, context: Context) -> None:
    message = update.effective_message
    if message is None or not await _in_group(message):
        return
    services = context.services
    now, workdays = services.clock(), services.workdays()
    rules = await _rules(message, context)
    if rules is None:
        return
    events = coming(rules, workdays, now=now, until=now + _NEAR)
    if not events:
        await message.reply_text(_why_empty(rules, _NOTHING_SOON))
        return
    lines = [_line(group_rule, event, workdays) for group_rule, event in events[:_LISTED]]
    shown = fitting(lines, _ROOM)
    rest = [f"……还有 {len(events) - shown} 次"] if len(events) > shown else []
    text = "\n".join(["<b>往后30天：</b>", *lines[:shown], *rest])
    await message.reply_text(text, parse_mode=ParseMode.HTML)


def _line(group_rule: GroupRule, event: Occurrence, workdays: Workdays) -> str:
    rule = group_rule.rule
    place = f"，{safe(rule.place)}" if rule.place else ""
    return f"· {dated(event, workdays, rule.schedule)} {safe(rule.title)}{place}"


async def on_calendar(update: Update, context: Context) -> None:
    message = update.effective_message
    if message is None or not await _in_group(message):
        return
    rules = await _rules(message, context)
    if rules is None:
        return
    now, workdays = context.services.clock(), context.services.workdays()
    unskipped = [replace(rule, skipped=frozenset()) for rule in rules]  # the file takes out what was skipped
    if not coming(unskipped, workdays, now=now, until=now + _FAR):
        await message.reply_text(_why_empty(rules, _NOTHING_COMES))
        return
    await _post(message, calendar(rules, workdays, context.bot.id, now=now, until=now + _FAR))


def _why_empty(rules: Sequence[GroupRule], otherwise: str) -> str:
    if not rules:
        return NOTHING
    return _ALL_PAUSED if all(r.state == "paused" for r in rules) else otherwise


async def _post(message: Message, body: bytes) -> None:
    try:
        await message.reply_document(
            InputFile(io.BytesIO(body), filename=_FILE),
            caption="往后一年的日子，点开就能加进手机日历；改了安排再发一次 /calendar。",
        )
    except (BadRequest, Forbidden) as error:
        if not any(words in str(error).lower() for words in _FORBIDDEN):
            raise
        await message.reply_text(_NO_FILES)


async def _rules(message: Message, context: Context) -> Sequence[GroupRule] | None:
    """Those of the group; None after a kind word when the data base fails."""
    try:
        return await context.services.stores.rules.of_chat(message.chat_id)
    except StoreError as error:
        _log.error("store.failed %s", error)
        await message.reply_text(_NOT_NOW)
        return None


async def _in_group(message: Message) -> bool:
    if message.chat.type != ChatType.PRIVATE:
        return True
    await message.reply_text(IN_GROUP)
    return False
