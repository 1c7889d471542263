"""The JSON of a request to the page's API, read with complaints in Chinese."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.errors import SandboxError


@dataclass(frozen=True, slots=True)
class Asked:
    values: Mapping[str, object]

    def integer(self, name: str) -> int:
        value = self.values.get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise SandboxError(f"缺少 {name}（整数）")
        return value

    def seconds(self, name: str) -> float:
        value = self.values.get(name)
        if not isinstance(value, int | float) or isinstance(value, bool) or value < 0:
            raise SandboxError(f"缺少 {name}（秒数）")
        return float(value)

    def maybe_integer(self, name: str) -> int | None:
        return self.integer(name) if self.values.get(name) is not None else None

    def text(self, name: str, default: str | None = None) -> str:
        value = self.values.get(name, default)
        if not isinstance(value, str):
            raise SandboxError(f"缺少 {name}（文字）")
        return value

    def flag(self, name: str) -> bool:
        value = self.values.get(name)
        if not isinstance(value, bool):
            raise SandboxError(f"缺少 {name}（true 或 false）")
        return value


def read_asked(body: bytes) -> Asked:
    try:
        values = json.loads(body or b"{}")
    except ValueError:
        raise SandboxError("请求不是正确的 JSON") from None
    if not isinstance(values, dict):
        raise SandboxError("请求应当是一个 JSON 对象")
    return Asked(values)
