"""What the page's menu of a group changes: the bot's standing, members, topics, the group itself."""

from typing import Literal, get_args

from sandbox.asked import Asked
from sandbox.errors import SandboxError
from sandbox.ui_page import Action, Page

Standing = Literal["member", "administrator", "left", "kicked"]
LONGEST_NAME = 128


def set_bot(page: Page, asked: Asked) -> object:
    """`status` may also be "muted"."""
    chat_id, status = asked.integer("chat_id"), asked.text("status")
    match status:
        case "member":
            page.world.add_bot(chat_id)
        case "administrator":
            page.world.promote_bot(chat_id)
        case "muted":
            page.world.mute_bot(chat_id)
        case "kicked":
            page.world.kick_bot(chat_id)
        case other:
            raise SandboxError(f"机器人不能是：{other}")
    return {}


def set_member(page: Page, asked: Asked) -> object:
    """The owner stays: whoever acts for the group must be in it."""
    chat, user = page.world.chat(asked.integer("chat_id")), page.world.user(asked.integer("user_id"))
    if chat.type == "private" or chat.status(user.id) == "creator":
        raise SandboxError("群主不能变动" if chat.type != "private" else "私聊里没有成员可改")
    page.world.set_status(chat.id, user.id, _standing(asked.text("status")), by=asked.integer("by"))
    return {}


def _standing(given: str) -> Standing:
    for known in get_args(Standing):
        if given == known:
            found: Standing = known
            return found
    raise SandboxError(f"成员不能是：{given}")


def set_anonymous(page: Page, asked: Asked) -> object:
    page.world.set_anonymous(asked.integer("chat_id"), asked.integer("user_id"), anonymous=asked.flag("anonymous"))
    return {}


def block(page: Page, asked: Asked) -> object:
    user_id = asked.integer("user_id")
    if asked.flag("blocked"):
        page.world.block(user_id)
    else:
        page.world.unblock(user_id)
    return {}


def add_group(page: Page, asked: Asked) -> object:
    """A supergroup or basic group of everybody; who asks is its owner."""
    owner = page.world.user(asked.integer("user_id"))
    others = [user.id for user in page.world.users.values() if not user.is_bot and user != owner]
    title, kind = _name(asked, "title"), asked.text("kind", "supergroup")
    if page.world.has_group(title):
        raise SandboxError(f"已经有「{title}」了，换个名字")
    match kind:
        case "group" | "supergroup":
            return {"chat_id": page.world.add_group(title, owner.id, *others, kind=kind)}
        case "forum":
            return {"chat_id": page.world.add_group(title, owner.id, *others, kind="supergroup", forum=True)}
        case other:
            raise SandboxError(f"没有这种群：{other}")


def _name(asked: Asked, field: str) -> str:
    name = asked.text(field).strip()
    if not 1 <= len(name) <= LONGEST_NAME:
        raise SandboxError(f"名字要有 1 到 {LONGEST_NAME} 个字")
    return name


def migrate(page: Page, asked: Asked) -> object:
    chat = page.world.chat(asked.integer("chat_id"))
    if chat.type != "group":
        raise SandboxError("只有普通群可以升级为超级群")
    return {"chat_id": page.world.migrate(chat.id)}


def delete_group(page: Page, asked: Asked) -> object:
    page.world.delete_chat(asked.integer("chat_id"))
    return {}


def add_topic(page: Page, asked: Asked) -> object:
    chat = page.world.chat(asked.integer("chat_id"))
    if not chat.is_forum:
        raise SandboxError("这个群没有话题")
    return {"topic_id": page.world.create_topic(chat.id, _name(asked, "name"))}


def close_topic(page: Page, asked: Asked) -> object:
    page.world.close_topic(asked.integer("chat_id"), asked.integer("topic_id"), closed=asked.flag("closed"))
    return {}


def delete_topic(page: Page, asked: Asked) -> object:
    page.world.delete_topic(asked.integer("chat_id"), asked.integer("topic_id"))
    return {}


SETTINGS: dict[str, Action] = {
    "/ui/group/bot": set_bot,
    "/ui/group/member": set_member,
    "/ui/group/anonymous": set_anonymous,
    "/ui/group/add": add_group,
    "/ui/group/migrate": migrate,
    "/ui/group/delete": delete_group,
    "/ui/topic/add": add_topic,
    "/ui/topic/close": close_topic,
    "/ui/topic/delete": delete_topic,
    "/ui/block": block,
}
