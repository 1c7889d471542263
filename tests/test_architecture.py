"""Who may know whom, and where each outside library lives."""

import ast
from pathlib import Path

import pytest

from tests.conftest import ROOT

HOMES = {
    "yaml": {"knowledge/located.py"},
    "rapidfuzz": {"knowledge/explain.py"},
    "jieba": {"knowledge/search.py"},
    "opencc": {"knowledge/text.py"},
    "pypinyin": {"knowledge/sounds.py"},
    "sqlalchemy": {"storage"},
    "alembic": {"storage"},
    "telegram": {"handlers", "commands/polling.py"},
    "tornado": {"sandbox"},
    "watchfiles": {"commands/watching.py"},
    "dateutil": {"scheduler/rrule.py"},
    "chinese_calendar": {"scheduler/workdays.py"},
    "icalendar": {"scheduler/icalendar.py"},
    "cn2an": {"scheduler/phrase/numerals.py", "knowledge/amounts.py"},
    "pydantic_settings": {"settings.py"},
}
FORBIDDEN = {
    "knowledge": {"handlers", "storage", "sandbox", "commands", "settings", "telegram"},
    "storage": {"knowledge", "handlers", "sandbox", "commands", "telegram"},
    "sandbox": {"knowledge", "handlers", "storage", "commands", "telegram"},
    "handlers": {"sandbox", "commands", "settings"},
    "scheduler": {"knowledge", "handlers", "storage", "sandbox", "commands", "settings", "telegram"},
}
FOLDERS = ("knowledge", "scheduler", "handlers", "storage", "sandbox", "commands")
SOURCES = [
    *sorted(p for folder in FOLDERS for p in (ROOT / folder).rglob("*.py")),
    ROOT / "bot.py",
    ROOT / "settings.py",
]


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_file_imports_only_what_its_room_may(path: Path) -> None:
    name = str(path.relative_to(ROOT))
    used = imported(path)
    assert not used & FORBIDDEN.get(name.split("/")[0], set())
    for library, homes in HOMES.items():
        if library in used:
            assert any(name == home or name.startswith(f"{home}/") for home in homes), f"{library} has another home"


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_functions_and_files_stay_small(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.count("\n") <= 400
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 60, node.name
