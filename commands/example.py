"""The example group with which the sandbox starts: a meeting every month and the dues."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sandbox import World
from scheduler.phrase import Understood, parse
from scheduler.response import Member
from scheduler.rule import DEFAULT_ZONE
from storage import Chat, Stores

_GROUP = "第一党小组"
_PHRASES = (
    "每月第一个周五晚上7点半开党小组会，提前3天上午9点、提前1小时提醒，遇节假日顺延，地点：三楼会议室",
    "每月最后一个工作日9点收党费，提前3天上午9点和当天9点提醒",
)


async def set_up_example(stores: Stores, world: World, *, now: datetime) -> None:
    """Its leader is the group's creator, who has written to the bot already. now: aware, UTC."""
    group = world.chat(_GROUP)
    people = [m for m in group.present() if m.user.id != world.bot.id]
    leader = next(m.user for m in people if m.status == "creator")
    await stores.chats.put(Chat(group.id, group.title, DEFAULT_ZONE), now=now)
    world.say(leader.id, leader.id, "/start")
    for member in people:
        await stores.people.join(group.id, Member(member.user.id, member.user.name), now=now)
    local = now.astimezone(ZoneInfo(DEFAULT_ZONE)).replace(tzinfo=None)
    for phrase in _PHRASES:
        match parse(phrase, now=local, zone=DEFAULT_ZONE):
            case Understood(rule):
                await stores.rules.add(rule, chat_id=group.id, leader_id=leader.id, now=now)
            case refused:
                raise ValueError(refused)
