"""Who is in a chat: joining, leaving, being kicked, promoted, muted; and a group's migration."""

from dataclasses import replace

from sandbox.errors import SandboxError
from sandbox.ground import Ground
from sandbox.model import (
    PRESENT,
    RULING,
    Chat,
    Draft,
    GroupType,
    Member,
    MemberChanged,
    Service,
    Status,
    User,
)

ADMIN_RIGHTS = frozenset(
    {
        "can_manage_chat",
        "can_delete_messages",
        "can_manage_video_chats",
        "can_restrict_members",
        "can_invite_users",
        "can_change_info",
        "can_pin_messages",
        "can_manage_topics",
    }
)


def set_status(ground: Ground, chat: Chat, new: Member, by: User) -> Chat:
    """Changes one member, with the service message that Telegram shows for it."""
    old = chat.members.get(new.user.id, Member(new.user, "left"))
    if old == new:
        return chat
    joined, left = _moves(old.status, new.status)
    changed = ground.put_chat(chat.with_member(new))
    ground.emit(MemberChanged(changed, by, old, new, ground.now()))
    if chat.type != "private" and (joined or left):
        ground.post(changed, by, Draft(_note(new.user, by, joined=joined)))
    return ground.chats[chat.id]


def _moves(old: Status, new: Status) -> tuple[bool, bool]:
    return (
        new in PRESENT and old not in PRESENT,
        old in PRESENT and new not in PRESENT,
    )


def _note(user: User, by: User, *, joined: bool) -> Service:
    if joined:
        note = f"{user.name} 加入了群" if by == user else f"{by.name} 邀请 {user.name} 入群"
        return Service(note, {"new_chat_members": [user]})
    note = f"{user.name} 离开了群" if by == user else f"{by.name} 把 {user.name} 移出了群"
    return Service(note, {"left_chat_member": user})


def owner(chat: Chat) -> User:
    """Who acts when nobody is named: the creator, else the first member."""
    found = [m for m in chat.members.values() if m.status == "creator"] or chat.present()
    if not found:
        raise SandboxError(f"「{chat.title}」里没有人")
    return found[0].user


def with_status(user: User, status: Status) -> Member:
    rights = ADMIN_RIGHTS if status in RULING else frozenset[str]()
    return Member(user, status, rights)


def new_group(ground: Ground, title: str, creator: User, others: list[User], kind: GroupType) -> Chat:
    """A group with the bot in it, not founded yet."""
    people = [Member(creator, "creator", ADMIN_RIGHTS)]
    people += [Member(user, "member") for user in (*others, ground.bot)]
    members = {member.user.id: member for member in people}
    return Chat(ground.new_group_id(kind), kind, title, members=members)


def found(ground: Ground, chat: Chat) -> Chat:
    """The first message says so: number 1 is never a topic. The bot is told that it is in."""
    note = Service(f"「{chat.title}」已创建", {f"{chat.type}_chat_created": True})
    ground.put_chat(chat)
    old, new = Member(ground.bot, "left"), chat.members[ground.bot.id]
    ground.emit(MemberChanged(chat, owner(chat), old, new, ground.now()))
    ground.post(chat, owner(chat), Draft(note))
    return chat


def migrate(ground: Ground, chat: Chat) -> Chat:
    """The group gets a new id; the old one answers with an error that names it."""
    fresh = Chat(
        id=ground.new_group_id("supergroup"),
        type="supergroup",
        title=chat.title,
        is_forum=chat.is_forum,
        members=chat.members,
        topics=chat.topics,
    )
    by = owner(chat)
    upgraded = Service("本群升级为超级群", {"migrate_to_chat_id": fresh.id})
    came = Service("本群由普通群升级而来", {"migrate_from_chat_id": chat.id})
    ground.put_chat(fresh)
    ground.post(chat, by, Draft(upgraded))
    ground.put_chat(replace(chat, migrated_to=fresh.id))
    ground.post(fresh, by, Draft(came))
    return fresh


def create_topic(ground: Ground, chat: Chat, name: str) -> int:
    """A topic's id is the number of the message that opened it."""
    fields = {"forum_topic_created": {"name": name, "icon_color": 7322096}}
    note = Service(f"话题「{name}」已创建", fields)
    number = ground.last_number(chat.id) + 1
    return ground.post(chat, owner(chat), Draft(note, thread_id=number)).id
