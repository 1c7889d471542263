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


def test_a_ten_digit_number_is_an_administrator(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("admins: [5123456789, 12]\n", "utf-8")
    assert load_settings(tmp_path / "config.yaml").admins == (5123456789, 12)


def test_a_named_config_must_be_there_and_a_token_file_must_hold_a_token(tmp_path: Path) -> None:
    with pytest.raises(SettingsInvalidError, match="不存在"):
        load_settings(tmp_path / "typo.yaml", is_needed=True)
    (tmp_path / "token").write_text("\n", "utf-8")
    (tmp_path / "config.yaml").write_text(f"bot_token_file: {tmp_path / 'token'}\n", "utf-8")
    with pytest.raises(SettingsInvalidError, match="空的"):
        _ = load_settings(tmp_path / "config.yaml").token
    (tmp_path / "token").write_bytes(b"\xff\xfe1")
    with pytest.raises(SettingsInvalidError, match="UTF-8"):
        _ = load_settings(tmp_path / "config.yaml").token


@pytest.mark.parametrize(("name", "value"), [("ADMINS", "123,456"), ("LOG_LEVEL", "loud"), ("KEEP_DAYS", "x")])
def test_a_wrong_environment_variable_is_a_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    (tmp_path / "config.yaml").write_text("", "utf-8")
    with pytest.raises(SettingsInvalidError, match="环境变量"):
        load_settings(tmp_path / "config.yaml")
