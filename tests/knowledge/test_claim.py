"""对 and 不是的 before an answer: only when it is certain which, and never for half a statement."""

import pytest

from knowledge import KnowledgeBase, reply_to
from knowledge.claim import RIGHT, WRONG, verdict
from knowledge.decide import Answer
from knowledge.entry import Claims

TERM = Claims(about=("小组会", "党小组"), right=("每月一次", "不是一级组织"), wrong=("半年一次", "是一级组织"))


@pytest.mark.parametrize(
    ("question", "begins"),
    [
        ("党小组是一级组织吧", WRONG),
        ("党小组不算一级组织吧？", RIGHT),
        ("组长不算党内职务，对吧", RIGHT),
        ("黨小組長算黨內職務吧", WRONG),
        ("大领导可以不编吧", WRONG),
        ("每个党员都要编进小组吧", RIGHT),
        ("小组会是书记主持吧", WRONG),
        ("小组会一般一个月一次吧", RIGHT),
        ("小组会半年开一次就行吧", WRONG),
        ("小组最少三个人吧", RIGHT),
        ("预备党员能当组长吧", WRONG),
        ("书记可以兼小组长吧", RIGHT),
        ("书记不能兼组长吧", WRONG),
        ("预备党员转正以后才交党费吧", WRONG),
    ],
)
def test_a_leading_question_hears_whether_it_is_right(base: KnowledgeBase, question: str, begins: str) -> None:
    understood = base.ask(question)
    assert isinstance(understood.decision, Answer)
    assert reply_to(understood, base.knowledge).text.startswith(begins)


@pytest.mark.parametrize(
    "question",
    [
        "党小组是一级组织吗",
        "难道党小组是一级组织吧",
        "党小组不该是一级组织吧",
        "我听说党小组是一级组织，不对吧",
        "总不能预备党员也行吧",
        "预备党员能当支委吧",
        "副书记可以兼小组长吧",
        "小组会副组长主持吧",
        "小组会一个月一次太多了吧",
        "小组会不用一个月一次吧",
        "支委会一个月一次吧",
        "班组长算党内职务吧",
        "团小组是一级组织吧",
        "支部是一级组织吧",
        "支部不是一级组织吧",
        "组长是不是党内职务吧",
        "书记能当副组长吧",
        "可以设两个副组长吧",
        "不用选举就能当组长吧",
        "小组会一个月一次吧，书记来主持吗",
    ],
)
def test_without_certainty_nothing_is_put_before_the_answer(base: KnowledgeBase, question: str) -> None:
    assert not reply_to(base.ask(question), base.knowledge).text.startswith((RIGHT, WRONG))


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("小组会每月一次吧", RIGHT),
        ("小组会半年一次吧", WRONG),
        ("党小组不是一级组织吧", RIGHT),
        ("小组会不是每月一次吧", ""),
        ("支委会每月一次吧", ""),
        ("每月一次吧", ""),
        ("小组会是不是每月一次吧", ""),
        ("小组会每月一次还是半年一次吧", ""),
        ("小组会每月一次吗", ""),
        ("小组会每月一次吧" + "啊" * 40, ""),
        ("吧", ""),
        ("", ""),
    ],
)
def test_a_statement_counts_only_when_nothing_turns_it_round(question: str, expected: str) -> None:
    assert verdict(question, TERM) == expected


def test_no_entry_calls_one_statement_right_and_wrong(base: KnowledgeBase) -> None:
    declared = [e.claims for e in base.knowledge.entries.values() if e.claims is not None]
    assert len(declared) >= 15
    assert not [c for c in declared if set(c.right) & set(c.wrong)]
