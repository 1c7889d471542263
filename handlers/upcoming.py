"""What comes: /next for the next 30 days, /calendar as a file for other calendars."""

import io
from datetime import timedelta

from telegram import InputFile, Message, Update
from telegram.constants import ChatType, ParseMode

from handlers.proposals import dated
from handlers.reminder_texts import safe
from handlers.rights import IN_GROUP
from handlers.services import Context
from scheduler.coming import coming
from scheduler.icalendar import calendar

_NEAR, _FAR = timedelta(days=30), timedelta(days=365)
_LISTED = 30
NOTHING = "这个群还没有提醒。群主或管理员发 /setup，半分钟就能设一个。"
_FILE = "党小组日历.ics"


async def on_next(update: Update, context: Context) -> None:
    message = update.effective_message
    if message is None or not await _in_group(message):
        return
    services = context.services
    now, workdays = services.clock(), services.workdays()
    rules = await services.stores.rules.of_chat(message.chat_id)
    events = coming(rules, workdays, now=now, until=now + _NEAR)
    if not events:
        await message.reply_text("往后30天没有安排。" if rules else NOTHING)
        return
    lines = ["<b>往后30天：</b>"]
    for group_rule, event in events[:_LISTED]:
        rule = group_rule.rule
        place = f"，{safe(rule.place)}" if rule.place else ""
        lines.append(f"· {dated(event, workdays, rule.schedule.roll)} {safe(rule.title)}{place}")
    lines += [f"……还有 {len(events) - _LISTED} 次"] if len(events) > _LISTED else []
    await message.reply_text("\n".join(lines), parse_mode=ParseMode.HTML)


async def on_calendar(update: Update, context: Context) -> None:
    message = update.effective_message
    if message is None or not await _in_group(message):
        return
    services = context.services
    rules = await services.stores.rules.of_chat(message.chat_id)
    if not rules:
        await message.reply_text(NOTHING)
        return
    now = services.clock()
    body = calendar(rules, services.workdays(), now=now, until=now + _FAR)
    await message.reply_document(
        InputFile(io.BytesIO(body), filename=_FILE),
        caption="往后一年的日子，点开就能加进手机日历；改了安排再发一次 /calendar。",
    )


async def _in_group(message: Message) -> bool:
    if message.chat.type != ChatType.PRIVATE:
        return True
    await message.reply_text(IN_GROUP)
    return False
