"""What happens to people, groups and the bot in them: founded, joined, promoted, silenced, moved, gone."""

from collections.abc import Callable
from dataclasses import replace

from sandbox import membership
from sandbox.errors import SandboxError
from sandbox.ground import Ground
from sandbox.model import (
    RULING,
    Chat,
    Draft,
    GroupType,
    Member,
    Message,
    Service,
    Status,
    Topic,
    User,
)

Ref = int | str


class Society(Ground):
    """People and chats may be named by id or by name."""

    def __init__(self, bot: User, clock: Callable[[], float]) -> None:
        super().__init__(bot, clock)
        self.deactivated: set[int] = set()
        self.deleted_groups: set[int] = set()

    def kick_bot(self, chat: Ref) -> Chat:
        return self._set_bot(chat, "kicked")

    def add_bot(self, chat: Ref) -> Chat:
        return self._set_bot(chat, "member")

    def promote_bot(self, chat: Ref) -> Chat:
        return self._set_bot(chat, "administrator")

    def mute_bot(self, chat: Ref) -> Chat:
        where = self.chat(chat)
        member = Member(self.bot, "restricted", muted=True)
        return membership.set_status(self, where, member, membership.owner(where))

    def _set_bot(self, chat: Ref, status: Status) -> Chat:
        where = self.chat(chat)
        return self.set_status(where.id, self.bot.id, status, by=membership.owner(where).id)

    def set_status(self, chat: Ref, user: Ref, status: Status, *, by: Ref | None = None) -> Chat:
        """Makes somebody member, administrator, left …; `by` is the person itself if not said."""
        where, who = self.chat(chat), self.user(user)
        member = membership.with_status(who, status)
        return membership.set_status(self, where, member, who if by is None else self.user(by))

    def set_anonymous(self, chat: Ref, user: Ref, *, anonymous: bool = True) -> Chat:
        """What this administrator says from now on is said in the name of the group."""
        where, who = self.chat(chat), self.user(user)
        if where.type != "supergroup" or where.status(who.id) not in RULING:
            raise SandboxError("只有超级群的管理员可以匿名发言")
        member = replace(where.members[who.id], is_anonymous=anonymous)
        return membership.set_status(self, where, member, who)

    def join(self, user: Ref, chat: Ref) -> Chat:
        return self.set_status(chat, user, "member")

    def leave(self, user: Ref, chat: Ref) -> Chat:
        return self.set_status(chat, user, "left")

    def block(self, user: Ref) -> Chat:
        """The person blocks the bot."""
        who = self.user(user)
        return self.set_status(self.open_chat(who, who.id).id, self.bot.id, "kicked", by=who.id)

    def unblock(self, user: Ref) -> Chat:
        who = self.user(user)
        return self.set_status(self.open_chat(who, who.id).id, self.bot.id, "member", by=who.id)

    def deactivate(self, user: Ref) -> None:
        """The person deletes the account: nobody can write to it any more."""
        self.deactivated.add(self.user(user).id)

    def migrate(self, chat: Ref) -> int:
        """Upgrades a group; returns its new id."""
        return membership.migrate(self, self.chat(chat)).id

    def add_group(self, title: str, creator: Ref, *others: Ref, kind: GroupType = "group", forum: bool = False) -> int:
        """A new group with these people and the bot; returns its id."""
        who = [self.user(ref) for ref in others]
        chat = membership.new_group(self, title, self.user(creator), who, kind)
        return membership.found(self, replace(chat, is_forum=forum)).id

    def has_group(self, title: str) -> bool:
        return any(chat.title == title and not chat.migrated_to for chat in self.chats.values())

    def create_topic(self, chat: Ref, name: str) -> int:
        where = self.chat(chat)
        number = membership.create_topic(self, where, name)
        self.put_chat(self.chats[where.id].with_topic(Topic(number, name)))
        return number

    def close_topic(self, chat: Ref, topic_id: int, *, closed: bool = True) -> None:
        where = self.chat(chat)
        topic = replace(self._topic(where, topic_id), closed=closed)
        changed = self.put_chat(where.with_topic(topic))
        field = "forum_topic_closed" if closed else "forum_topic_reopened"
        note = f"话题「{topic.name}」已{'关闭' if closed else '重新打开'}"
        draft = Draft(Service(note, {field: {}}), thread_id=topic_id)
        self.post(changed, membership.owner(changed), draft)

    def delete_topic(self, chat: Ref, topic_id: int) -> None:
        """With all its messages; bots are not told."""
        where = self.chat(chat)
        self._topic(where, topic_id)
        for message in self.messages(where.id):
            if message.thread_id == topic_id:
                self.remove(message)
        self.put_chat(self.chats[where.id].without_topic(topic_id))

    def delete_chat(self, chat: Ref) -> None:
        """The owner deletes the group; bots are not told."""
        where = self.chat(chat)
        if where.type == "private":
            raise SandboxError("只有群可以解散")
        if where.type == "group":
            self.deleted_groups.add(where.id)
        self.drop_chat(where)

    def delete(self, chat: Ref, message_id: int) -> None:
        """Somebody deletes a message; bots are not told."""
        self.remove(self.known(self.chat(chat), message_id))

    def _topic(self, chat: Chat, topic_id: int) -> Topic:
        if topic_id not in chat.topics:
            raise SandboxError("没有这个话题", status=404)
        return chat.topics[topic_id]

    def known(self, chat: Chat, message_id: int) -> Message:
        message = self.message(chat.id, message_id)
        if not message:
            raise SandboxError("没有这条消息", status=404)
        return message

    def open_chat(self, who: User, ref: Ref) -> Chat:
        if ref in (who.id, who.name) and who.id not in self.chats:
            return self.put_chat(private_chat(who, self.bot, "left"))
        return self.chat(ref)


def private_chat(user: User, bot: User, bot_status: Status) -> Chat:
    members = {user.id: Member(user, "member"), bot.id: Member(bot, bot_status)}
    return Chat(id=user.id, type="private", title=user.name, members=members)
