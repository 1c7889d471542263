"""Settings from config.yaml and the environment; an unknown or wrong one is an error that says where."""

import difflib
import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from knowledge.located import Document, NotText, read

TELEGRAM = "https://api.telegram.org"
CONFIG = Path(__file__).parent / "config.yaml"
_TOKEN = re.compile(r"\d{5,}:[\w-]{20,}")


class SettingsInvalidError(Exception):
    """设置有错。一行一条。"""


class Settings(BaseSettings):
    """Environment variables (BOT_TOKEN, BOT_API_URL …) win over config.yaml."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, env_ignore_empty=True)

    bot_token: SecretStr = SecretStr("")
    bot_token_file: Path | None = None
    bot_api_url: Annotated[str, Field(pattern=r"^https?://[^\s/]+")] = TELEGRAM
    admins: tuple[int, ...] = ()
    source_file: Path | None = None
    data_folder: Path = Path("data")
    database_url: str = ""
    keep_days: Annotated[int, Field(ge=1, le=3650)] = 90
    concurrency: Annotated[int, Field(ge=1, le=64)] = 12
    workdays_file: Path | None = None
    groups: Any = None  # read by commands.declared, which says by line what is wrong
    sandbox_port: Annotated[int, Field(ge=0, le=65535)] = 8081
    log_level: Annotated[str, Field(pattern="^(DEBUG|INFO|WARNING|ERROR)$")] = "INFO"

    @field_validator("log_level", mode="before")
    @classmethod
    def _any_case(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return (env_settings, init_settings)

    @property
    def store_url(self) -> str:
        return self.database_url or f"sqlite+aiosqlite:///{self.data_folder / 'bot.db'}"

    @property
    def token(self) -> str:
        """The token from wherever it was given; "" without one."""
        if self.bot_token_file is not None and not self.bot_token.get_secret_value():
            token = read_text(self.bot_token_file).strip()
            if not token:
                raise SettingsInvalidError(f"{self.bot_token_file} 是空的，把 token 写进去")
            return token
        return self.bot_token.get_secret_value().strip()


def is_token(text: str) -> bool:
    """Whether it looks like one of BotFather's: a number, a colon, a long word."""
    return _TOKEN.fullmatch(text) is not None


def read_text(path: Path) -> str:
    """Raises SettingsInvalidError when the file cannot be read."""
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise SettingsInvalidError(f"{path} 读不了（{error.strerror}）") from None
    except UnicodeDecodeError:
        raise SettingsInvalidError(f"{path} 不是 UTF-8 编码，另存为 UTF-8 再试") from None


def load_settings(path: Path, *, is_needed: bool = False) -> Settings:
    """Raises SettingsInvalidError with every problem. is_needed: somebody named the file, so it must be there."""
    document = Document(path.name, {})
    if is_needed and not path.exists():
        raise SettingsInvalidError(f"{path} 不存在")
    if path.exists():
        document, problems = read(path, path.name)
        if any(p.severity == "error" and "空的" not in p.message for p in problems):
            raise SettingsInvalidError("\n".join(map(str, problems)))
    values = document.value or {}
    if not isinstance(values, dict):
        raise SettingsInvalidError(f"{path.name}:1:1: 要写成一行一个“设置: 值”")
    try:
        return Settings(**_given(values))
    except SettingsError as error:
        raise SettingsInvalidError(f"环境变量的写法不对：{error}。列表要写成 [123456789, 987654321]") from None
    except ValidationError as error:
        raise SettingsInvalidError("\n".join(_problem(document, e) for e in error.errors())) from error


def _given(values: dict[str, Any]) -> dict[str, Any]:
    """What is written; a value that YAML does not read as text counts as it is written."""
    return {k: _written(v) for k, v in values.items() if v is not None}


def _written(value: Any) -> Any:
    if isinstance(value, list):
        return [_written(v) for v in value]
    return value.written if isinstance(value, NotText) else value


_ALLOWED = {
    "bot_api_url": "http:// 或 https:// 开头的地址",
    "admins": "数字编号的列表，例如 [123456789]",
    "keep_days": "1 到 3650 的整数",
    "concurrency": "1 到 64 的整数",
    "sandbox_port": "0 到 65535 的整数",
    "log_level": "DEBUG、INFO、WARNING 或 ERROR",
}


def _problem(document: Document, error: ErrorDetails) -> str:
    name = str(error["loc"][0])
    if error["type"] == "extra_forbidden":
        guess = difflib.get_close_matches(name, Settings.model_fields, 1, 0.5)
        hint = f"是不是想写 {guess[0]}？" if guess else "可用的设置见 config.example.yaml"
        return str(document.problem((name,), f"不认识的设置 {name}", hint))
    where = document.problem((name,), f"{name} 的值不对", f"应该是{_ALLOWED.get(name, '文字')}")
    return str(where) if name in (document.value or {}) else f"环境变量 {name.upper()}: {where.message} —— {where.hint}"
