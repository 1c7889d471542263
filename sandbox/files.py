"""Files that were sent, newest first to stay; old ones make room."""

from collections import OrderedDict
from dataclasses import dataclass
from itertools import count


@dataclass(frozen=True, slots=True)
class StoredFile:
    id: str
    name: str
    mime: str
    body: bytes


class Files:
    """Holds at most `room` bytes; the oldest files go first."""

    def __init__(self, *, room: int = 50_000_000) -> None:
        self._room = room
        self._ids = count(1)
        self._files: OrderedDict[str, StoredFile] = OrderedDict()
        self._used = 0

    def add(self, name: str, mime: str, body: bytes) -> StoredFile:
        stored = StoredFile(f"sandbox-file-{next(self._ids)}", name, mime, body)
        self._files[stored.id] = stored
        self._used += len(body)
        while self._used > self._room and len(self._files) > 1:
            self._used -= len(self._files.popitem(last=False)[1].body)
        return stored

    def get(self, file_id: str) -> StoredFile | None:
        return self._files.get(file_id)
