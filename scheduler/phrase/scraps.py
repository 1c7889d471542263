"""Words that can't be part of a title: changes, limits, pauses, glue. They are left where something was not read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from scheduler.phrase.fold import fold
from scheduler.phrase.numerals import NUMERAL as N
from scheduler.phrase.outcome import Refused
from scheduler.quotes import mask_quotes

_FROM = r"(?:^|(?<=[,;\s]))"
_TO = r"(?=$|[,;\s)])"
_WORDS = r"[^,;\s\0]*"
_QUOTE_IT = "；是要做的事，请加上引号"
_SOME = rf"(?:{N}|几|半)"
_TURNS = r"(?:次|回|遍|期|讲|轮)"
_PERIODS = r"(?:天|周|个?星期|个?礼拜|个半?月|月|个?季度|学期|年)"
_HELD = r"(?:开|办|上|学习?|打卡|进行)"
_LIMIT = r"(?:坚持|持续|连续|为期|历时|共计?|一共|总共|总计|最多|至多|限定?|仅限)"
_CHANGES = (
    rf"{_WORDS}(?:取消|暂停|顺延|改期|延期|推迟)[了吧]*{_TO}|{_FROM}(?:取消|暂停|顺延){_WORDS}"
    rf"|{_WORDS}(?:推迟|延期|延后|顺延)\s?{_SOME}{_PERIODS}|{_FROM}不(?:用|必|再)?(?:开会|收|交|办|上课|打卡){_WORDS}"
    rf"|{_WORDS}(?<!离)不(?:用|必|要|再)?(?:开会?|办|收|交|上课?|打卡?|提醒|发)[了吧]*{_TO}"
    rf"|{_FROM}{_WORDS}(?:改|挪|推迟|延期)[到至在成]{_WORDS}|{_WORDS}停(?:开|办|学|课|一?次|{_SOME}{_PERIODS}){_TO}"
)
_LIMITS = (
    rf"{_FROM}(?!{_HELD}*[一1]次)(?:只|仅|就|前|后|再|大约|约|{_HELD})*{_SOME}个?{_TURNS}{_TO}"
    rf"|{_LIMIT}(?:[开学办上讲]|打卡|学习)?{_SOME}个?(?:{_TURNS}|{_PERIODS}){_TO}|{_FROM}(?:前|后|大约|约)?{_SOME}{_PERIODS}{_TO}"
)
_TERMS = rf"{_WORDS}(?:寒暑?假|暑假|假期|放假|学期|学年|开学)(?!小结|总结|计划|工作|作业|考核|汇报|安排){_WORDS}"
_BOUNDS = (
    rf"{_WORDS}(?:有效|为止|截止|结束|再说){_TO}|{_FROM}{_WORDS}(?:[前后期再]|[周月年季天号日]再?)(?:开始|起){_TO}"
)
_GLUE = (
    r"(?:^|(?<=[,;]))(?:之前|以前|之后|以后|过后|后(?![勤备续台期院厨卫援盾])|只(?!争)|若为?|且(?!行)|及(?!时|格)|仅(?!限))(?!\0)"
    r"|(?:之前|以前|之后|以后|若为?|如为|只|仅|且|或|及|(?<![会节课饭班从])前)(?=[,;]|$)"
)
_AND_SO_ON = (
    rf"(?:周周|月月|年年|次次|回回){_WORDS}|{_WORDS}(?:如此|类推){_TO}|[一两三半每]{_PERIODS}(?:[一1]|{N})[次回]"
)
_BARE_NUMBER = r"^(?:\d{1,2}|二?十[一二三四五六七八九]?)(?=\s*(?:[开集学交收上到党参召讨培在打]|$|[,;]))"
_HABITS = r"^(?:睡(?:觉)?前|起床[前后]|午休|课[前后间]|会后|散会后?|[放下]学|下课|收工|就寝|天[黑亮])"


@dataclass(frozen=True)
class _Scrap:
    """where: only in what comes again, only where no hour is said, or anywhere."""

    pattern: re.Pattern[str]
    reason: str
    where: Literal["again", "untimed", "anywhere"] = "anywhere"


_SCRAPS = (
    _Scrap(
        re.compile(_CHANGES),
        f"这里只设新的提醒；停一次、改时间、取消，请发 /reminders 点“跳过下一次”“修改”“删除”{_QUOTE_IT}",
    ),
    _Scrap(re.compile(_LIMITS), f"要提醒到什么时候没看懂，可以写“共8次”“共21天”或“直到6月30日”{_QUOTE_IT}"),
    _Scrap(re.compile(_TERMS), f"学期、假期的起止还不会算，请写从几月几号起、直到几月几号{_QUOTE_IT}", "again"),
    _Scrap(
        re.compile(_BOUNDS),
        f"从什么时候起、到什么时候为止没看懂，请写日期，例如“从3月6日起”“直到6月30日”{_QUOTE_IT}",
        "again",
    ),
    _Scrap(re.compile(_BARE_NUMBER), "是几点？请写成“15点”这样的", "untimed"),
    _Scrap(re.compile(_HABITS), "请写明是几点", "untimed"),
    _Scrap(re.compile(_AND_SO_ON), f"多久一次没看懂，请写“每周五”“每月5号”这样的{_QUOTE_IT}"),
    _Scrap(re.compile(rf"{_WORDS}[吗么]{_TO}"), "这像是在问；要设提醒请直接写什么时候、做什么"),
    _Scrap(re.compile(_GLUE), f"这几个字没看懂{_QUOTE_IT}"),
)


def refuse_scraps(title: str, *, comes_again: bool, is_timed: bool) -> None:
    """What stands in quotes is left alone. title: as typed."""
    for scrap in _of(comes_again=comes_again, is_timed=is_timed):
        if found := scrap.pattern.search(mask_quotes(fold(title))):
            raise Refused(scrap.reason, title[found.start() : found.end()])


def _of(*, comes_again: bool, is_timed: bool) -> Iterator[_Scrap]:
    absent = {"again"} if not comes_again else set()
    absent |= {"untimed"} if is_timed else set()
    return (scrap for scrap in _SCRAPS if scrap.where not in absent)
