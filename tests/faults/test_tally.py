"""The count that the fault suite goes by sees what it is there to see."""

from faults.suite import Report
from faults.tally import Tally, arrived, tally, title
from sandbox.journal import Accepted


def message(*lines: str) -> Accepted:
    return Accepted(at=0.0, kind="send", chat_id=-1, message_id=1, text="\n".join(lines))


def test_one_message_each_is_nothing_lost_and_nothing_doubled() -> None:
    assert tally(range(2), [message(title(0)), message(title(1))]) == Tally(2, 2, lost=0, doubled=0, unmarked=0)


def test_what_never_came_is_lost() -> None:
    assert tally(range(3), [message(title(0))]).lost == 2


def test_a_double_that_says_so_is_told_from_one_that_does_not() -> None:
    marked = tally(range(1), [message(title(0)), message(title(0), "（可能重复：……）")])
    assert (marked.doubled, marked.unmarked) == (1, 0)
    silent = tally(range(1), [message(title(0), "（可能重复：……）"), message(title(0))])
    assert (silent.doubled, silent.unmarked) == (1, 1)


def test_each_line_of_a_message_of_many_counts_for_itself() -> None:
    late = message("晚到了：", f"{title(0)}（可能重复）", title(12))
    assert arrived([late]) == {0, 12}
    found = tally([0, 12], [message(title(0)), message(title(12)), late])
    assert (found.doubled, found.unmarked) == (2, 1)


def test_an_edit_is_no_arrival() -> None:
    assert tally(range(1), [Accepted(0.0, "edit", -1, 1, title(0))]).lost == 1


def test_a_broken_promise_is_called_so() -> None:
    def is_kept(found: Tally, *, may_double: bool) -> bool:
        return Report("", "", "", found, 1.0, may_double).is_kept

    assert is_kept(Tally(1, 2, lost=0, doubled=1, unmarked=0), may_double=True)
    assert not is_kept(Tally(1, 2, lost=0, doubled=1, unmarked=0), may_double=False)
    assert not is_kept(Tally(1, 2, lost=0, doubled=1, unmarked=1), may_double=True)
    assert not is_kept(Tally(1, 0, lost=1, doubled=0, unmarked=0), may_double=True)
