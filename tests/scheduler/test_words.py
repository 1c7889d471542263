"""Rules in words for people."""

from datetime import datetime

import pytest

from scheduler.phrase import Understood, parse
from scheduler.rule import Kind, Lead, Rule, Schedule
from scheduler.words import phrase_of, rule_in_words


@pytest.mark.parametrize(
    ("kind", "words"), [("meeting", "议程：带笔"), ("dues", "备注：带笔"), ("report", "备注：带笔")]
)
def test_a_note_is_called_what_the_reminder_calls_it_and_is_read_back(kind: Kind, words: str) -> None:
    start = datetime(2026, 3, 6, 19, 30)
    rule = Rule(kind, "碰头", Schedule(start, "FREQ=WEEKLY;BYDAY=FR"), (Lead(),), note="带笔")
    assert words in rule_in_words(rule)
    assert parse(phrase_of(rule), now=datetime(2026, 3, 2, 9)) == Understood(rule)
