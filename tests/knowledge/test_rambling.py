"""Stories, other people's posts and English words around a question: only what is asked is answered."""

import pytest

from knowledge import KnowledgeBase
from knowledge.decide import Answer
from knowledge.glossary import Glossary
from knowledge.text import clauses


def answered(base: KnowledgeBase, text: str) -> tuple[str, ...]:
    decision = base.ask(text).decision
    return decision.entries if isinstance(decision, Answer) else ()


@pytest.mark.parametrize(
    "question",
    [
        "搞一次主题党日，每人的餐费标准是多少",  # 主题党日 only tells the story
        "我刚接了党支部书记，不是小组长，是书记，平时都要干哪些工作呀，好慌",
        "我刚被选成宣传委员，心里没底，该做些啥",
        "日本首相是谁",
        "猪价啥时候能涨起来",
        "公交卡在哪充值",
        "怎么当好家长",
    ],
)
def test_what_stands_beside_the_question_is_not_answered(base: KnowledgeBase, question: str) -> None:
    assert answered(base, question) == ()


@pytest.mark.parametrize(
    ("question", "entry"),
    [
        ("有个老党员总忘交党费，先用支部的活动经费给他垫上，应该可以吧？", "dues-forbidden"),
        ("党小组的 meeting 一个 month 开几次", "meeting-frequency"),
        ("我还是 probationary，没转正呢，组里想让我当党小组的 leader,OK 吗", "probationary-member"),
        ("我帮党小组会做 note taker，minutes 里要写哪些 items?", "meeting-minutes"),
    ],
)
def test_what_is_asked_is_found(base: KnowledgeBase, question: str, entry: str) -> None:
    assert base.ask(question).rankings[0].candidates[0].id == entry


def test_the_longest_english_phrase_wins() -> None:
    glossary = Glossary({"group": "小组", "party group": "党小组", "leader": "组长"})
    assert glossary.in_chinese("our party  group leader 是谁") == "our党小组组长是谁"
    assert glossary.in_chinese("leadership groups") == "leadership groups"


def test_english_words_and_alternatives_do_not_part_a_clause() -> None:
    assert clauses("每月的 meeting 谁开,书记开 还是组长开,说说") == ["每月的 meeting 谁开", "书记开 还是组长开", "说说"]
    assert clauses("是选的,还是定的 谁定") == ["是选的,还是定的", "谁定"]
