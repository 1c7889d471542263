"""A local stand-in for Telegram: the Bot API over HTTP, and a chat page on top."""

from sandbox.errors import ApiError, SandboxError
from sandbox.server import Options, Sandbox
from sandbox.world import World

__all__ = ["ApiError", "Options", "Sandbox", "SandboxError", "World"]
