"""Party dues: the table of dues.yaml, and what a member pays by it. Pure; nothing here is kept or logged."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from knowledge.entry import Id, Text
from knowledge.located import NotText
from knowledge.text import normalise

FEN = Decimal("0.01")
_MONEY = re.compile(r"[0-9]{1,7}(?:\.[0-9]{1,2})?")
_RATE = re.compile(r"([0-9]{1,2}(?:\.[0-9]{1,3})?) ?%")
_WORD = re.compile(r"[\u4e00-\u9fffA-Za-z]{1,12}")


def _money(value: object) -> Decimal:
    written = value.written if isinstance(value, NotText) else str(value)
    if isinstance(value, bool) or not _MONEY.fullmatch(written):
        raise PydanticCustomError("dues_money", "not an amount")
    return Decimal(written)


def _rate(value: object) -> Decimal:
    found = _RATE.fullmatch(value) if isinstance(value, str) else None
    if found is None or not Decimal(found.group(1)):
        raise PydanticCustomError("dues_rate", "not a rate")
    return Decimal(found.group(1)) / 100


def _word(value: str) -> str:
    if not _WORD.fullmatch(value):
        raise PydanticCustomError("dues_word", "not a word")
    return value


Money = Annotated[Decimal, BeforeValidator(_money)]
Rate = Annotated[Decimal, BeforeValidator(_rate)]
Word = Annotated[str, Field(strict=True), AfterValidator(_word)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Bracket(_Strict):
    """up_to: in yuan, itself within the bracket; None for the highest. rate: 0.015 for 1.5%."""

    up_to: Money | None = None
    rate: Rate


class FixedRange(_Strict):
    """In yuan a month."""

    least: Money
    most: Money


class DuesGroup(_Strict):
    """Members who pay by one rule: either brackets, lowest first, or a fixed range (dues_check sees to that).

    entry: the answer that tells the same figures.
    """

    name: Word
    words: tuple[Word, ...] = ()
    base: Text
    note: str = Field("", strict=True)
    entry: Id | None = None
    rates: tuple[Bracket, ...] = ()
    fixed: FixedRange | None = None


class DuesTable(_Strict):
    """cap: what nobody usually pays more than, in yuan a month. The first group is the usual one."""

    closing: Text
    cap: Money | None = None
    groups: Annotated[dict[Id, DuesGroup], Field(min_length=1)]

    @property
    def usual(self) -> str:
        return next(iter(self.groups))


@dataclass(frozen=True)
class ByRate:
    """above, up_to: the bracket, in yuan, None where it is open. exact: by the rate alone.

    due: rounded to the fen, half up, and not above the cap.
    """

    group: DuesGroup
    amount: Decimal
    rate: Decimal
    above: Decimal | None
    up_to: Decimal | None
    exact: Decimal
    due: Decimal

    @property
    def is_capped(self) -> bool:
        return self.due < self.exact.quantize(FEN, ROUND_HALF_UP)


@dataclass(frozen=True)
class Fixed:
    """least, most: in yuan a month."""

    group: DuesGroup
    least: Decimal
    most: Decimal


@dataclass(frozen=True)
class AmountMissing:
    group: DuesGroup


Dues: TypeAlias = ByRate | Fixed | AmountMissing


def dues_for(table: DuesTable, group_id: str, amount: Decimal | None) -> Dues:
    """amount: the base in yuan a month, above 0."""
    group = table.groups[group_id]
    if group.fixed is not None:
        return Fixed(group, group.fixed.least, group.fixed.most)
    return AmountMissing(group) if amount is None else _by_rate(group, amount, table.cap)


def _by_rate(group: DuesGroup, amount: Decimal, cap: Decimal | None) -> ByRate:
    place = next(i for i, b in enumerate(group.rates) if b.up_to is None or amount <= b.up_to)
    bracket = group.rates[place]
    above = group.rates[place - 1].up_to if place else None
    exact = amount * bracket.rate
    due = exact.quantize(FEN, ROUND_HALF_UP)
    return ByRate(group, amount, bracket.rate, above, bracket.up_to, exact, due if cap is None else min(due, cap))


def groups_in(text: str, table: DuesTable) -> tuple[tuple[str, ...], str]:
    """Ids of the groups that are named, and what else is written, in the form of text.normalise."""
    owners = {normalise(word): i for i, group in table.groups.items() for word in (group.name, *group.words)}
    pattern = "|".join(re.escape(word) for word in sorted(owners, key=len, reverse=True))
    plain = normalise(text)
    found = dict.fromkeys(owners[word] for word in re.findall(pattern, plain))
    return tuple(found), re.sub(pattern, " ", plain).strip()
