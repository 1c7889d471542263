"""What a phrase said, before it is put together to a schedule."""

from dataclasses import dataclass, field
from datetime import date

from scheduler.phrase.dates import Day
from scheduler.phrase.hours import Hours
from scheduler.phrase.leads import Leads
from scheduler.phrase.tokens import Token


@dataclass(frozen=True)
class Run:
    """共21天, 连续三周: how long it goes on. unit: day_unit, week or month_unit."""

    count: int
    unit: str
    words: str


@dataclass
class Said:
    """Filled while the tokens are gone through. days: with the words that said it.

    zone: the words that name Beijing's time. bare_count: "8次", with nothing to say of what. just_once: 仅此一次.
    no_nag: 不用催. turns: the 两次 of 每周两次, held against the days or the hours.
    before_hour: what stands right before the hour and nobody took. pieces: so is all of this, in its order.
    """

    days: list[tuple[Day, str]] = field(default_factory=list)
    before_hour: list[Token] = field(default_factory=list)
    hours: list[Hours] = field(default_factory=list)
    rolls: list[Token] = field(default_factory=list)
    leads: list[Leads] = field(default_factory=list)
    since: date | None = None
    until: date | None = None
    count: int = 0
    bare_count: str = ""
    just_once: str = ""
    no_nag: str = ""
    turns: Token | None = None
    runs: Run | None = None
    zone: str = ""
    remarks: list[str] = field(default_factory=list)
    pieces: list[list[Token]] = field(default_factory=lambda: [[]])
