"""Delivery of updates to the bot's own server: in order, again and again until it says 2xx."""

import asyncio
import re
import time
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from tornado.httpclient import AsyncHTTPClient, HTTPError, HTTPRequest

from sandbox.errors import bad_request
from sandbox.updates import Updates

SECRET = re.compile(r"[A-Za-z0-9_-]{0,256}")
LONGEST_WAIT = 60.0
LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Registration:
    url: str
    secret: str
    max_connections: int


@dataclass(frozen=True, slots=True)
class Failure:
    date: int
    text: str


class Webhook:
    """`first_wait` seconds after a failure, doubled after each further one, at most a minute."""

    def __init__(self, updates: Updates, *, first_wait: float = 1.0) -> None:
        self._updates = updates
        self._first_wait = first_wait
        self._arrived = updates.watch()
        self._registration: Registration | None = None
        self._task: asyncio.Task[None] | None = None
        self._failure: Failure | None = None

    def register(self, registration: Registration) -> bool:
        """False when the very same one was set already."""
        _check(registration)
        if registration == self._registration:
            return False
        self.forget()
        self._registration = registration
        self._updates.webhook_is_active = True
        self._task = asyncio.create_task(self._deliver_all(registration))
        return True

    def forget(self) -> bool:
        """True when one was set."""
        was_set = self._registration is not None
        if self._task:
            self._task.cancel()
        self._task = self._registration = self._failure = None
        self._updates.webhook_is_active = False
        return was_set

    async def close(self) -> None:
        task = self._task
        self.forget()
        if task:
            with suppress(asyncio.CancelledError):
                await task

    def info(self) -> dict[str, object]:
        told: dict[str, object] = {
            "url": self._registration.url if self._registration else "",
            "has_custom_certificate": False,
            "pending_update_count": self._updates.pending,
        }
        if self._registration:
            told["max_connections"] = self._registration.max_connections
        if self._failure:
            told["last_error_date"] = self._failure.date
            told["last_error_message"] = self._failure.text
        return told

    async def _deliver_all(self, registration: Registration) -> None:
        client = AsyncHTTPClient(force_instance=True)
        try:
            wait = self._first_wait
            while True:
                if await self._delivered_next(client, registration):
                    wait = self._first_wait
                    continue
                await asyncio.sleep(wait)
                wait = min(2 * wait, LONGEST_WAIT)
        finally:
            client.close()

    async def _delivered_next(self, client: AsyncHTTPClient, registration: Registration) -> bool:
        """Waits for an update and tries once; it stays in the queue until it is taken."""
        while not (update := self._updates.oldest()):
            self._arrived.clear()
            await self._arrived.wait()
        number, body = update
        delivered = await self._delivered(client, registration, body)
        if delivered:
            self._updates.confirm(number + 1)
        return delivered

    async def _delivered(self, client: AsyncHTTPClient, registration: Registration, body: str) -> bool:
        headers = {"Content-Type": "application/json"}
        if registration.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = registration.secret
        request = HTTPRequest(registration.url, method="POST", headers=headers, body=body, follow_redirects=False)
        try:
            await client.fetch(request)
        except HTTPError as error:
            text = f"Wrong response from the webhook: {error.code} {error.message}"
            self._failure = Failure(int(time.time()), text)
            return False
        except OSError as error:
            self._failure = Failure(int(time.time()), error.strerror or "Connection failed")
            return False
        return True


def _check(registration: Registration) -> None:
    """Telegram wants HTTPS on a public address; the stand-in delivers on this machine only."""
    parts = urlsplit(registration.url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if parts.hostname not in LOCAL_HOSTS:
        raise bad_request("bad webhook: the sandbox delivers to 127.0.0.1 only")
    if not SECRET.fullmatch(registration.secret):
        raise bad_request("secret token contains unallowed characters")
