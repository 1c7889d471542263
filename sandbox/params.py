"""The parameters of a call, whichever way they came: query, form, multipart or JSON."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from tornado.httputil import HTTPFile, HTTPServerRequest

from sandbox.errors import bad_request


@dataclass(frozen=True, slots=True)
class Params:
    """As Telegram does it, a value that is no number counts as not given."""

    values: Mapping[str, str]
    files: Mapping[str, HTTPFile] = field(default_factory=dict)

    def text(self, name: str) -> str:
        return self.values.get(name, "")

    def integer(self, name: str, default: int = 0) -> int:
        try:
            return int(self.values[name])
        except (KeyError, ValueError):
            return default

    def flag(self, name: str) -> bool:
        return self.values.get(name, "").lower() in ("true", "yes", "1")

    def has(self, name: str) -> bool:
        return name in self.values

    def parsed(self, name: str, complaint: str) -> object:
        """The JSON in a parameter, None when there is none."""
        raw = self.values.get(name, "")
        if not raw:
            return None
        try:
            return json.loads(raw)
        except ValueError:
            raise bad_request(complaint) from None


def read_params(request: HTTPServerRequest) -> Params:
    """Tornado has read query, form and multipart already; JSON is ours."""
    values = {name: _last(parts) for name, parts in request.arguments.items()}
    if request.headers.get("Content-Type", "").startswith("application/json"):
        values |= _json_values(request.body)
    files = {name: parts[-1] for name, parts in request.files.items() if parts}
    return Params(values, files)


def _last(parts: list[bytes]) -> str:
    return parts[-1].decode("utf-8", "replace") if parts else ""


def _json_values(body: bytes) -> dict[str, str]:
    try:
        given = json.loads(body or b"{}")
    except ValueError:
        raise bad_request("can't parse JSON object") from None
    if not isinstance(given, dict):
        raise bad_request("can't parse JSON object")
    return {name: _as_text(value) for name, value in given.items() if value is not None}


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
