"""A local stand-in for Telegram: the Bot API over HTTP, and a chat page on top."""

from sandbox.clock import MovableClock
from sandbox.errors import ApiError, SandboxError
from sandbox.faults import Faults, Target
from sandbox.journal import Accepted, Journal, most_in_any, most_in_any_by_chat, sends
from sandbox.server import Options, Sandbox
from sandbox.travel import To, Travel
from sandbox.world import World

__all__ = [
    "Accepted",
    "ApiError",
    "Faults",
    "Journal",
    "MovableClock",
    "Options",
    "Sandbox",
    "SandboxError",
    "Target",
    "To",
    "Travel",
    "World",
    "most_in_any",
    "most_in_any_by_chat",
    "sends",
]
