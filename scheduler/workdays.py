"""Chinese working days: what the library knows, and what an administrator has noted since."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Literal, TypeAlias

import chinese_calendar

DayKind = Literal["holiday", "workday"]
Keys: TypeAlias = tuple[str | int, ...]

_KNOWN_YEARS = range(min(chinese_calendar.holidays).year, max(chinese_calendar.holidays).year + 1)
_LONGEST_BREAK = 12  # days; from 2004 to 2026 the longest was ten
_YEARS = range(2000, 2100)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_MARKUP = re.compile(r"[<>&]")
_KINDS: dict[object, DayKind] = {"holiday": "holiday", "workday": "workday"}
_NO_DAYS: Mapping[date, "SpecialDay"] = {}


@dataclass(frozen=True)
class SpecialDay:
    """A day off on a weekday, or a make-up day on a weekend. name: "元旦"; "" when none was given."""

    kind: DayKind
    name: str = ""


@dataclass(frozen=True)
class Workdays:
    """The calendar in force. days: overrides. announced: years that the library does not know but `days` does."""

    days: Mapping[date, SpecialDay] = field(default_factory=lambda: _NO_DAYS)
    announced: frozenset[int] = frozenset()

    def is_workday(self, day: date) -> bool:
        if special := self.days.get(day):
            return special.kind == "workday"
        return day in chinese_calendar.workdays or (day.weekday() < 5 and day not in chinese_calendar.holidays)

    def is_announced(self, year: int) -> bool:
        """False: only weekends are known of that year, and what the overrides say."""
        return year in _KNOWN_YEARS or year in self.announced

    def remark(self, day: date) -> str:
        """ "调休上班", "国庆节放假", "周末", or "" for a common working day.

        Of a year that is not announced, "元旦" and its like say what the law fixes, though no day off is known yet.
        """
        special = self.days.get(day) or _from_library(day)
        if special is None:
            fixed = "" if self.is_announced(day.year) else _FIXED.get((day.month, day.day), "")
            return fixed or (WEEKEND if day.weekday() >= 5 else "")
        if special.kind == "workday":
            return "调休上班" if day.weekday() >= 5 else ""
        return f"{special.name}放假"

    @property
    def longest_break(self) -> timedelta:
        """No run of days off is longer."""
        return timedelta(days=_LONGEST_BREAK + sum(special.kind == "holiday" for special in self.days.values()))

    @cached_property
    def version(self) -> str:
        """Never "", and another one whenever any day may have changed."""
        own = sorted((day.isoformat(), special.kind) for day, special in self.days.items())
        library = [sorted(map(str, table)) for table in (chinese_calendar.holidays, chinese_calendar.workdays)]
        return hashlib.sha256(repr((own, sorted(self.announced), library)).encode()).hexdigest()[:12]


WEEKEND = "周末"
_FIXED = {(1, 1): "元旦", (5, 1): "劳动节", (5, 2): "劳动节"} | {(10, day): "国庆节" for day in (1, 2, 3)}


def _from_library(day: date) -> SpecialDay | None:
    if day in chinese_calendar.workdays:
        return SpecialDay("workday")
    if day in chinese_calendar.holidays:
        return SpecialDay("holiday", chinese_calendar.Holiday(chinese_calendar.holidays[day]).chinese)
    return None


@dataclass(frozen=True)
class Flaw:
    """path: the keys that lead to it."""

    path: Keys
    message: str
    hint: str = ""


@dataclass(frozen=True)
class Flawed:
    """An override file that can't be used, with everything that is wrong with it."""

    flaws: tuple[Flaw, ...]


def workdays_from(document: object) -> Workdays | Flawed:
    """From the plain data of an override file: {"announced": [2027], "days": {"2027-01-01": "holiday"}}."""
    reader = _Reader()
    workdays = reader.workdays(document)
    return Flawed(tuple(reader.flaws)) if reader.flaws else workdays


@dataclass
class _Reader:
    """Reads on after a flaw, to find them all."""

    flaws: list[Flaw] = field(default_factory=list)

    def workdays(self, document: object) -> Workdays:
        if document is None:
            return Workdays()
        if not isinstance(document, dict):
            self._flaw((), "这里要写成 announced: 和 days: 两项", "照文件开头的例子写")
            return Workdays()
        for key in document.keys() - {"announced", "days"}:
            self._flaw((key,), f"不认识的键 {key}", "只有 announced 和 days 两个键")
        announced = frozenset(self._years(document.get("announced")))
        days = dict(self._days(document.get("days")))
        for year in sorted(announced - {day.year for day, special in days.items() if special.kind == "holiday"}):
            if year not in _KNOWN_YEARS:
                hint = "在 days 里把这一年的放假和调休日期都写上，或者先去掉这个年份"
                self._flaw(("announced",), f"{year} 年写着已公布，却没有一天放假", hint)
        return Workdays(days, announced)

    def _years(self, years: object) -> Iterator[int]:
        if years is None:
            return
        if not isinstance(years, list):
            self._flaw(("announced",), "announced 要写成一列年份", "例如 announced: [2027]")
            return
        seen: set[int] = set()
        for index, year in enumerate(years):
            path = ("announced", index)
            if isinstance(year, bool) or not isinstance(year, int) or year not in _YEARS:
                self._flaw(path, f"“{_written(year)}”不是年份", "写成四位数字，例如 2027")
            elif year in seen:
                self._flaw(path, f"{year} 写了两遍", "去掉一个")
            else:
                seen.add(year)
                yield year

    def _days(self, days: object) -> Iterator[tuple[date, SpecialDay]]:
        if days is None:
            return
        if not isinstance(days, dict):
            self._flaw(("days",), "days 要写成“日期: holiday 或 workday”", "例如 2027-01-01: holiday")
            return
        for key, value in days.items():
            day = self._date(key)
            special = self._special(("days", key), value)
            if day and special:
                yield day, special

    def _date(self, key: object) -> date | None:
        path: Keys = ("days", str(key))
        if not _DATE.fullmatch(str(key)):
            self._flaw(path, f"“{key}”不是日期", "写成 2027-01-01，月和日都是两位")
            return None
        try:
            day = date.fromisoformat(str(key))
        except ValueError:
            self._flaw(path, f"没有 {key} 这一天", "看看月份和日子")
            return None
        if day.year not in _YEARS:
            self._flaw(path, f"{key} 的年份不对", "只管 2000 年到 2099 年")
            return None
        return day

    def _special(self, path: Keys, value: object) -> SpecialDay | None:
        if not isinstance(value, dict):
            return self._named(path, value, "")
        for key in value.keys() - {"is", "name"}:
            self._flaw((*path, key), f"不认识的键 {key}", "这里只有 is 和 name 两个键")
        name = value.get("name", "")
        if not isinstance(name, str) or len(name) > 20 or _MARKUP.search(name):
            self._flaw((*path, "name"), "name 要写成 20 字以内的文字，不带 < > &", "例如 name: 元旦")
            return None
        if "is" not in value:
            self._flaw(path, "缺少 is", "例如 {is: holiday, name: 元旦}")
            return None
        return self._named((*path, "is"), value["is"], name)

    def _named(self, path: Keys, kind: object, name: str) -> SpecialDay | None:
        if not isinstance(kind, str) or kind not in _KINDS:
            self._flaw(path, f"“{_written(kind)}”看不懂", "放假写 holiday，调休上班写 workday")
            return None
        return SpecialDay(_KINDS[kind], name)

    def _flaw(self, path: Keys, message: str, hint: str) -> None:
        self.flaws.append(Flaw(path, message, hint))


def _written(value: object) -> str:
    return "" if value is None else str(getattr(value, "written", value))[:40]
