"""The sandbox's clock moves forward, and every reminder on the way goes out at its own time."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from scheduler.runner import Runner
from storage import DeliveryStore

Goal = Literal["next", "day", "week", "month"]
SPANS: dict[Goal, timedelta] = {"day": timedelta(days=1), "week": timedelta(days=7), "month": timedelta(days=30)}
_STEP = timedelta(days=1)  # planning must keep up


@dataclass(frozen=True)
class Traveller:
    """clock: of the sandbox. move_to: sets it."""

    clock: Callable[[], datetime]
    move_to: Callable[[datetime], None]
    deliveries: DeliveryStore
    runner: Runner

    async def travel(self, goal: Goal) -> dict[str, str]:
        """{"now": ISO, "told": what happened, in Chinese}."""
        before = await self._sent()
        target = await self._target(goal)
        if target is None:
            return self._told("后面没有排好的提醒了。")
        while self.clock() < target:
            next_at = await self.deliveries.next_at() or target
            self.move_to(min(max(next_at, self.clock() + timedelta(seconds=1)), self.clock() + _STEP, target))
            self.runner.wake()
            await self.runner.settled()
        await asyncio.sleep(0)
        sent = await self._sent() - before
        return self._told(f"发出 {sent} 条" if sent else "这段时间没有提醒")

    async def _target(self, goal: Goal) -> datetime | None:
        return await self.deliveries.next_at() if goal == "next" else self.clock() + SPANS[goal]

    async def _sent(self) -> int:
        return (await self.deliveries.counts()).get("sent", 0)

    def _told(self, text: str) -> dict[str, str]:
        return {"now": self.clock().isoformat(), "told": text}
