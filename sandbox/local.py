"""Requests from this machine's own page only."""

from urllib.parse import urlsplit

LOCAL_NAMES = frozenset({"127.0.0.1", "localhost"})


def is_local(host: str, origin: str | None) -> bool:
    """No other site, and no other name for this machine, may use the page's API."""
    if urlsplit(f"//{host}").hostname not in LOCAL_NAMES:
        return False
    return origin is None or urlsplit(origin).netloc == host
