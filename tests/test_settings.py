"""Settings: the example is complete, and a wrong one says where."""

from pathlib import Path

import pytest

from settings import Settings, SettingsInvalidError, load_settings
from tests.conftest import ROOT


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def test_the_example_holds_every_setting_with_its_default() -> None:
    text = (ROOT / "config.example.yaml").read_text("utf-8")
    assert all(f"\n{name}:" in text for name in Settings.model_fields)
    assert load_settings(ROOT / "config.example.yaml") == Settings()


def test_the_environment_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.yaml").write_text('bot_token: "1:from-file"\n', "utf-8")
    monkeypatch.setenv("BOT_TOKEN", "2:from-environment")
    assert load_settings(tmp_path / "config.yaml").token == "2:from-environment"


def test_a_token_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("3:secret\n", "utf-8")
    (tmp_path / "config.yaml").write_text(f"bot_token_file: {tmp_path / 'token'}\n", "utf-8")
    assert load_settings(tmp_path / "config.yaml").token == "3:secret"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("# x\nbot_tokn: a\n", "config.yaml:2:1: 不认识的设置 bot_tokn —— 是不是想写 bot_token"),
        ("keep_days: 0\n", "1 到 3650"),
        ("admins: 我\n", "列表"),
        ("log_level: LOUD\n", "WARNING"),
        ("bot_api_url: ftp://x\n", "https://"),
        ("- a\n", "设置: 值"),
        ("bot_token：a\n", "中文冒号"),
    ],
)
def test_a_wrong_setting_says_where_and_what(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "config.yaml").write_text(text, "utf-8")
    with pytest.raises(SettingsInvalidError) as caught:
        load_settings(tmp_path / "config.yaml")
    assert words in str(caught.value)


def test_no_file_means_the_defaults(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "config.yaml") == Settings()
