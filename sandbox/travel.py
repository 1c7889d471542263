"""Moving the sandbox's clock on, one journey at a time."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Literal, get_args

from sandbox.errors import SandboxError
from sandbox.model import ClockMoved
from sandbox.world import World

To = Literal["next", "day", "week", "month"]
Travel = Callable[[To], Awaitable[Mapping[str, str]]]
"""Moves the clock and lets happen what is due on the way. Gives "now" (ISO, where the clock stands) and "told" (what
happened, without the time: "发出 2 条"). Raises SandboxError when it can't."""


class Travels:
    def __init__(self, world: World, travel: Travel) -> None:
        self._world = world
        self._travel = travel
        self.is_under_way = False

    async def go(self, to: str) -> Mapping[str, str]:
        wanted = _known(to)
        if self.is_under_way:
            raise SandboxError("时钟正在往前走，等它停下再拨", status=409)
        self._move(True)
        try:
            return await self._travel(wanted)
        finally:
            self._move(False)

    def _move(self, under_way: bool) -> None:
        self.is_under_way = under_way
        self._world.emit(ClockMoved(under_way))


def _known(to: str) -> To:
    for known in get_args(To):
        if to == known:
            found: To = known
            return found
    raise SandboxError(f"不知道要到哪里去：{to or '没有写 to'}（可以是 {'、'.join(get_args(To))}）")
