"""The world at the start: four people, a party group, a forum, and the bot."""

import time
from collections.abc import Callable

from sandbox.model import User
from sandbox.society import private_chat
from sandbox.world import World

BOT_NAME = "党小组助手"
BOT_USERNAME = "party_group_bot"
LEADER = User(10001, "张组长", "zhang_zuzhang")
WANG = User(10002, "王小明", "wang_xiaoming")
LI = User(10003, "李雷", "li_lei")
ZHAO = User(10004, "赵阿姨")


def new_world(bot_id: int, clock: Callable[[], float] = time.time) -> World:
    """王小明 and 李雷 have started the bot; 张组长 and 赵阿姨 know it from the group only."""
    world = World(User(bot_id, BOT_NAME, BOT_USERNAME, is_bot=True), clock)
    for user in (LEADER, WANG, LI, ZHAO):
        world.add_user(user)
    for user in (WANG, LI):
        world.put_chat(private_chat(user, world.bot, "member"))
    everybody = ("王小明", "李雷", "赵阿姨")
    world.add_group("第一党小组", "张组长", *everybody, kind="supergroup")
    forum = world.add_group("支部大群", "张组长", *everybody, kind="supergroup", forum=True)
    for name in ("通知", "讨论"):
        world.create_topic(forum, name)
    return world
