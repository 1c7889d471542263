"""The messages of one chat: the newest few thousand, by number."""

from collections import OrderedDict
from collections.abc import Iterator
from itertools import count

from sandbox.model import Message


class History:
    """Private chats and basic groups share one counter per bot; a supergroup counts for itself."""

    def __init__(self, numbers: Iterator[int] | None = None, *, keep: int = 2_000) -> None:
        self._numbers = numbers or count(1)
        self._keep = keep
        self._messages: OrderedDict[int, Message] = OrderedDict()
        self.last_number = 0

    def next_number(self) -> int:
        self.last_number = next(self._numbers)
        return self.last_number

    def add(self, message: Message) -> None:
        self._messages[message.id] = message
        while len(self._messages) > self._keep:
            self._messages.popitem(last=False)

    def replace(self, message: Message) -> None:
        self._messages[message.id] = message

    def get(self, number: int) -> Message | None:
        return self._messages.get(number)

    def remove(self, number: int) -> Message | None:
        return self._messages.pop(number, None)

    def all(self) -> list[Message]:
        return list(self._messages.values())
