"""The override file of working days, with the line of everything that is wrong with it."""

from pathlib import Path

from knowledge.located import read
from knowledge.problems import Problem, errors
from scheduler.workdays import Flawed, Workdays, workdays_from

WORKDAYS = Path(__file__).parent.parent / "scheduler" / "workdays.yaml"
_NAME = "scheduler/workdays.yaml"


def load_workdays(path: Path = WORKDAYS) -> tuple[Workdays | None, list[Problem]]:
    """None: the file can't be used. Every problem at once, in the order of the lines."""
    document, problems = read(path, _NAME if path == WORKDAYS else str(path))
    if document.value is None:
        return None, problems
    found = workdays_from(document.value)
    if isinstance(found, Flawed):
        return None, sorted({*problems, *(document.problem(f.path, f.message, f.hint) for f in found.flaws)})
    return (None if errors(problems) else found), sorted(problems)
