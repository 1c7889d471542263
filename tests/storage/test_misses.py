"""What is asked in vain: kept without names, deleted in time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage import Miss, StoreError, open_stores

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def miss(days: int, text: str = "团费交多少") -> Miss:
    return Miss(NOW - timedelta(days=days), text, "refused", ("league-dues",))


async def test_it_survives_a_restart(tmp_path: Path) -> None:
    url, key = f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}", tmp_path / "key"
    async with open_stores(url, key) as stores:
        await stores.misses.add(miss(1), user_id=7)
    async with open_stores(url, key) as stores:
        (kept,) = await stores.misses.all()
        assert (kept.text, kept.decision, kept.candidates) == ("团费交多少", "refused", ("league-dues",))
        assert await stores.misses.forget(7) == 1


async def test_old_questions_are_deleted(tmp_path: Path) -> None:
    async with open_stores(f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}", tmp_path / "key") as stores:
        await stores.misses.add(miss(91, "旧的"), user_id=7)
        await stores.misses.add(miss(89, "新的"), user_id=7)
        assert await stores.misses.purge(now=NOW, keep=timedelta(days=90)) == 1
        assert [m.text for m in await stores.misses.all()] == ["新的"]


async def test_nobody_is_named(tmp_path: Path) -> None:
    async with open_stores(f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}", tmp_path / "key") as stores:
        await stores.misses.add(miss(1), user_id=123456789)
        assert await stores.misses.forget(987654321) == 0
    assert b"123456789" not in (tmp_path / "bot.db").read_bytes()
    assert (tmp_path / "key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "url", ["postgresql+nosuchdriver://x/y", "no url at all", "sqlite+aiosqlite:////nowhere/bot.db"]
)
async def test_a_data_base_that_cannot_be_opened_is_a_clear_error(tmp_path: Path, url: str) -> None:
    with pytest.raises(StoreError):
        async with open_stores(url, tmp_path / "key"):
            pass


async def test_a_damaged_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"")
    with pytest.raises(StoreError, match="坏了"):
        async with open_stores(f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}", tmp_path / "key"):
            pass
