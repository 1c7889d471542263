"""A limit of questions per member: one polite hint, then silence until it is calm again."""

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto

_CAPACITY = 5000


class Verdict(Enum):
    WELCOME = auto()
    HINT = auto()
    SILENCE = auto()


@dataclass
class FloodGate:
    """At most `limit` questions in `window`."""

    limit: int = 12
    window: timedelta = timedelta(minutes=1)
    _times: OrderedDict[int, deque[datetime]] = field(default_factory=OrderedDict)
    _hinted: set[int] = field(default_factory=set)

    def judge(self, user_id: int, now: datetime) -> Verdict:
        times = self._times.setdefault(user_id, deque())
        self._times.move_to_end(user_id)
        while len(self._times) > _CAPACITY:
            self._hinted.discard(self._times.popitem(last=False)[0])
        while times and now - times[0] > self.window:
            times.popleft()
        if len(times) < self.limit:
            times.append(now)
            self._hinted.discard(user_id)
            return Verdict.WELCOME
        if user_id in self._hinted:
            return Verdict.SILENCE
        self._hinted.add(user_id)
        return Verdict.HINT
