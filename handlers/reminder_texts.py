"""What reminders say, as Telegram HTML. Pure: values in, text out."""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

from handlers.render import units
from scheduler.by_hand import MOVED
from scheduler.delivery import Delivery
from scheduler.planning import BEGINNING
from scheduler.response import Answer, Member, Tally
from scheduler.rule import GroupRule, Kind
from scheduler.words import day_in_words, names_workdays
from scheduler.workdays import WEEKEND, Workdays

LISTED = 10  # events in one message, names in one mention
_NAMES = 800  # room for the names of one answer, in Telegram's units: four such lists fit into a message
_DOUBTFUL = "（可能重复：上次发送时断了线，不知道有没有发到。）"
_PROVISIONAL = "次年放假安排尚未公布，暂按周末计算。"
_DETOUR = "（原来的话题关了或删了，先发在这里。）"
_ASK: dict[Kind, str] = {
    "meeting": "能不能来，点一下：",
    "study": "能不能来，点一下：",
    "dues": "交了就点一下：",
    "report": "完成了就点一下：",
    "custom": "",
}
_ICONS: dict[Kind, str] = {"meeting": "🔔", "study": "📖", "dues": "💰", "report": "📝", "custom": "⏰"}
ANSWERED: dict[Answer, str] = {"join": "参加", "absent": "请假", "paid": "已交", "done": "已完成", "seen": "知道了"}
_MISSING: dict[Kind, str] = {
    "meeting": "未回复", "study": "未回复", "dues": "未交", "report": "未完成", "custom": "未回复",
}  # fmt: skip


@dataclass(frozen=True)
class Item:
    """One event in a reminder."""

    delivery: Delivery
    group_rule: GroupRule

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.group_rule.rule.schedule.zone)

    @property
    def event_at(self) -> datetime:
        return self.delivery.planned.event_at or self.delivery.planned.due_at

    @property
    def event(self) -> datetime:
        """Local, naive."""
        return self.event_at.astimezone(self.zone).replace(tzinfo=None)


def reminder(item: Item, calendar: Workdays, *, now: datetime) -> str:
    rule = item.group_rule.rule
    news = "（改时间了）" if item.delivery.planned.lead == MOVED else ""
    lines = [f"{_ICONS[rule.kind]} <b>{safe(rule.title)}</b>{news}", f"时间：{when(item, calendar, now=now)}"]
    lines += [_called_off(item)] if "was" in item.delivery.planned.payload else []
    lines += [remark for remark in remarks(item, calendar) if remark]
    lines += [f"地点：{safe(rule.place)}"] if rule.place else []
    lines += [f"{'议程' if rule.kind == 'meeting' else '备注'}：{safe(rule.note)}"] if rule.note else []
    lines += [_late(item)] if item.delivery.is_late(now) else []
    lines += [_DOUBTFUL] if item.delivery.is_doubtful else []
    lines += [_ASK[rule.kind]] if _ASK[rule.kind] and not is_over(item, now=now) else []
    return "\n".join(lines)


def _called_off(item: Item) -> str:
    days = [day_in_words(datetime.fromisoformat(was)) for was in item.delivery.planned.payload["was"]]
    return f"原来说的{'、'.join(days)}不算了，以这次为准。"


def is_over(item: Item, *, now: datetime) -> bool:
    """Nobody can be asked to come any more."""
    return item.group_rule.rule.kind in BEGINNING and item.event_at <= now


def reminders(items: Sequence[Item], calendar: Workdays, *, now: datetime) -> str:
    """Several late ones of a group in one message; the last lead of each event speaks for its earlier ones."""
    if len(items) == 1:
        return reminder(items[0], calendar, now=now)
    lines = ["⏰ 我停了一阵，这几条提醒晚到了："]
    for number, item in enumerate(items[:LISTED], 1):
        rule = item.group_rule.rule
        place = f"，{safe(rule.place)}" if rule.place else ""
        doubt = "（可能重复）" if item.delivery.is_doubtful else ""
        lines.append(
            f"({number}) {_ICONS[rule.kind]} <b>{safe(rule.title)}</b>：{when(item, calendar, now=now)}{place}{doubt}"
        )
    lines += [f"……还有 {len(items) - LISTED} 条，/next 看全部"] if len(items) > LISTED else []
    return "\n".join(lines)


def when(item: Item, calendar: Workdays, *, now: datetime) -> str:
    """The event's day and hour, how far off that is, and what is special about the day."""
    special = calendar.remark(item.event.date())
    notes = [how_far(item, now=now), *([safe(special)] if special and special != WEEKEND else [])]
    return f"{day_in_words(item.event)}（{'，'.join(notes)}）"


def how_far(item: Item, *, now: datetime) -> str:
    today = now.astimezone(item.zone).replace(tzinfo=None)
    return _distance(item.event, today, is_meeting=item.group_rule.rule.kind in BEGINNING)


def _distance(event: datetime, today: datetime, *, is_meeting: bool) -> str:
    days = (event.date() - today.date()).days
    if event < today - timedelta(minutes=1):
        return "已经过了"
    if days == 0 and is_meeting:
        return _soon(round((event - today) / timedelta(minutes=1)))
    if days == 0:
        return "就是今天"
    return {1: "明天", 2: "后天"}.get(days, f"还有{days}天")


def _soon(minutes: int) -> str:
    if minutes <= 10:
        return "马上开始"
    if minutes >= 120:
        return "就是今天"
    return "还有1小时" if minutes == 60 else f"还有{minutes}分钟"


def remarks(item: Item, calendar: Workdays) -> list[str]:
    schedule, nominal, event = item.group_rule.rule.schedule, item.delivery.planned.nominal, item.event
    if schedule.roll == "none" or nominal is None:
        return []
    reason = safe(calendar.remark(nominal.date())) or "休息日"
    moved = f"原定 {day_in_words(nominal)}，逢{reason}，{'顺延' if event > nominal else '提前'}到这一天。"
    is_moved = event != nominal and not names_workdays(schedule)
    return [moved if is_moved else "", "" if calendar.is_announced(event.year) else _PROVISIONAL]


def _late(item: Item) -> str:
    due = item.delivery.planned.due_at.astimezone(item.zone).replace(tzinfo=None)
    return f"（晚到了：本该 {day_in_words(due)} 提醒。）"


def detoured(text: str) -> str:
    return f"{text}\n{_DETOUR}"


def nag(item: Item, missing: Sequence[Member], *, now: datetime) -> str:
    rule = item.group_rule.rule
    names = "、".join(mention(m) for m in missing[:LISTED])
    rest = f"，还有 {len(missing) - LISTED} 位" if len(missing) > LISTED else ""
    ask = {"dues": "还没点“已交”", "report": "还没点“已完成”"}.get(rule.kind, "还没回复")
    event = f"{safe(rule.title)}（{day_in_words(item.event)}，{how_far(item, now=now)}）"
    lines = [f"{names}{rest}：{event}{ask}，方便时点一下，谢谢。"]
    lines += [_late(item)] if item.delivery.is_late(now) else []
    lines += [_DOUBTFUL] if item.delivery.is_doubtful else []
    return "\n".join(lines)


def mention(member: Member) -> str:
    name = safe(member.name)
    return f'<a href="tg://user?id={member.user_id}">{name}</a>' if member.user_id > 0 else name


def summary(item: Item, title: str, tally: Tally, *, now: datetime) -> str:
    """For the leader. title: the group's."""
    rule = item.group_rule.rule
    head = "情况汇总" if item.event_at < now or item.delivery.planned.lead == "after" else "目前的回复"
    lines = [f"📋 <b>{safe(title)}</b> · {safe(rule.title)}", f"{day_in_words(item.event)}，{head}："]
    lines += [f"{ANSWERED[answer]} {len(found)}{_names(found)}" for answer, found in tally.by_answer.items()]
    lines.append(f"{_MISSING[rule.kind]} {len(tally.missing)}{_names(tally.missing)}")
    lines += [f"没有账号，线下问 {len(tally.entered)}{_names(tally.entered)}"] if tally.entered else []
    lines += ["名字太多，没有列全，到群里发 /roster 看全部名单。"] if any("……等" in line for line in lines[2:]) else []
    lines.append("（名单里是点过按钮、发过 /join 或你录入的人；我看不到群成员，也看不到谁读了消息。）")
    lines += [_DOUBTFUL] if item.delivery.is_doubtful else []
    return "\n".join(lines)


def _names(members: Sequence[Member]) -> str:
    if not members:
        return ""
    return f"：{safe(listing([m.name for m in members], _NAMES))}"


def listing(names: Sequence[str], room: int) -> str:
    """As many names as fit, and how many there are when that is not all. room: in Telegram's units."""
    count = fitting(names, room)
    rest = f"……等 {len(names)} 位" if count < len(names) else ""
    return "、".join(names[:count]) + rest


def fitting(words: Sequence[str], room: int) -> int:
    """How many of them, and a sign between each two, fit. room: in Telegram's units."""
    ends = accumulate(units(word) + 1 for word in words)
    return sum(end <= room for end in ends)


def checklist(item: Item, procedure: str, title: str) -> str:
    """For the leader, with the first reminder of a meeting. procedure: plain text from the knowledge base."""
    rule = item.group_rule.rule
    lines = [f"🗒 <b>{safe(title)}</b> · {safe(rule.title)}（{day_in_words(item.event)}），会前可以对一对："]
    missing = [name for name, value in (("地点", rule.place), ("议程", rule.note)) if not value]
    lines += [safe(procedure)]
    how = "请管理员写进配置文件" if item.group_rule.declared else "到群里 /reminders → 修改 补上"
    lines += [f"还没写{'和'.join(missing)}，{how}，大家就看得到。"] if missing else []
    lines += [_DOUBTFUL] if item.delivery.is_doubtful else []
    return "\n\n".join(lines)


def safe(text: str) -> str:
    return html.escape(text, quote=False)
