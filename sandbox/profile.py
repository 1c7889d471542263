"""What the bot tells about itself: names, descriptions, and its commands by scope."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sandbox.model import Chat

ScopeKey = tuple[str, int, int]
DEFAULT: ScopeKey = ("default", 0, 0)


@dataclass(frozen=True, slots=True)
class Command:
    name: str
    description: str


@dataclass
class Profile:
    """Texts by (field, language); commands by scope and language. "" is «every language»."""

    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    commands: dict[tuple[ScopeKey, str], tuple[Command, ...]] = field(default_factory=dict)

    def shown_in(self, chat: Chat, language: str = "zh") -> tuple[Command, ...]:
        """The list that Telegram shows in this chat to an ordinary member."""
        for scope in _scopes(chat):
            for wanted in (language, ""):
                if found := self.commands.get((scope, wanted)):
                    return found
        return ()


def _scopes(chat: Chat) -> Iterator[ScopeKey]:
    yield ("chat", chat.id, 0)
    yield ("all_private_chats" if chat.type == "private" else "all_group_chats", 0, 0)
    yield DEFAULT
