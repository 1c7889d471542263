"""What makes the bot doubt, and how its thresholds and its learner behave."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import scipy.sparse as sp

from knowledge import KnowledgeBase
from knowledge.calibrate import LET_THROUGH, TAKEN_UP, Judged, choose_thresholds
from knowledge.certainty import SIGNALS, Certainty
from knowledge.decide import Answer, AskBack, Candidate, Ranking, Thresholds, decide
from knowledge.learner import class_means, fit_classifier
from knowledge.lint import lint

ASKED = ("{}怎么产生", "{}任期多久", "{}要什么学历", "{}归谁领导", "{}要具备哪些素质", "{}是选的还是点名的")
THRESHOLDS = Thresholds(0.4, 0.1)


def test_a_question_about_somebody_else_is_hardly_ever_answered(base: KnowledgeBase) -> None:
    others = base.knowledge.words.neighbours["group-leader"]
    asked = [template.format(who) for template, who in product(ASKED, others)]
    answered = [q for q in asked if isinstance(base.ask(q).decision, Answer)]
    assert len(answered) <= 0.03 * len(asked), answered


def _ranking(*certainties: float, exact: bool = False) -> Ranking:
    found = tuple(Candidate(f"entry-{i}", c) for i, c in enumerate(certainties))
    return Ranking("问", found, None, exact=exact)


@pytest.mark.parametrize(
    ("ranking", "kind"),
    [
        (_ranking(0.9, 0.6), Answer),
        (_ranking(0.9, 0.64), AskBack),
        (_ranking(0.9), Answer),
        (_ranking(0.39), AskBack),
        (_ranking(1.0, 0.9, exact=True), Answer),
    ],
)
def test_two_candidates_that_are_about_as_sure_are_asked_about(ranking: Ranking, kind: type) -> None:
    assert isinstance(decide(ranking, THRESHOLDS, frozenset()), kind)


@pytest.mark.parametrize("question", ["学生党员要交党费吗，交多少", "开小组会是不是该组长张罗，有啥讲究"])
def test_more_words_about_one_question_are_not_a_second_one(base: KnowledgeBase, question: str) -> None:
    decision = base.ask(question).decision
    assert isinstance(decision, Answer) and len(decision.entries) == 1


def test_a_second_question_may_be_announced_without_a_question_mark(base: KnowledgeBase) -> None:
    decision = base.ask("党小组最少几个人，顺便问下组长的职责").decision
    assert isinstance(decision, Answer) and set(decision.entries) == {"group-size", "duties"}


def test_thresholds_let_the_same_share_of_outsiders_through() -> None:
    count = 1000
    values = np.linspace(-4, 4, count, dtype=np.float32)
    found = np.zeros((count, 1, len(SIGNALS)), np.float32)
    found[:, 0, 0] = values
    judged = Judged(found, np.zeros((count, 1), bool), np.ones(count, np.float32), np.zeros(count, bool))
    one = np.ones(len(SIGNALS), np.float32)
    certainty = Certainty(np.zeros_like(one), one, one, 0.0)
    chosen = choose_thresholds([judged], certainty)
    sure = 1 / (1 + np.exp(-values))
    assert float((sure >= chosen.answer).mean()) == pytest.approx(LET_THROUGH, abs=0.02)
    assert float((sure >= chosen.ask).mean()) == pytest.approx(TAKEN_UP, abs=0.02)


def test_thresholds_of_another_base_are_told(base: KnowledgeBase) -> None:
    few = replace(base.knowledge, phrasings=base.knowledge.phrasings[::8])
    assert [p for p in lint(few).problems if p.file == "certainty.json"]


def test_the_shipped_thresholds_are_fitted_on_the_shipped_phrasings(base: KnowledgeBase) -> None:
    assert not [p for p in lint(base.knowledge).problems if p.file == "certainty.json"]


def test_only_the_classes_that_changed_are_fitted() -> None:
    dice = np.random.default_rng(3)
    rows = sp.csr_matrix(dice.random((60, 12)).astype(np.float32))
    labels = np.arange(60) % 4
    start = class_means(rows, labels, 4)
    fitted = fit_classifier(rows, labels, start, steps=5, only=np.array([2]))
    assert np.array_equal(fitted[:, [0, 1, 3]], start[:, [0, 1, 3]])
    assert not np.allclose(fitted[:, 2], start[:, 2])


def test_fitting_some_classes_goes_where_fitting_all_goes() -> None:
    """With the others where the whole fit left them, a class is already at its best."""
    dice = np.random.default_rng(4)
    rows = sp.csr_matrix(dice.random((80, 10)).astype(np.float32))
    labels = dice.integers(0, 3, 80)
    whole = fit_classifier(rows, labels, class_means(rows, labels, 3), steps=200)
    again = fit_classifier(rows, labels, whole, steps=50, only=np.array([1]))
    assert np.allclose(whole, again, atol=0.05)
