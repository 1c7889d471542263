"""Groups are known by id; what was known of one goes with it."""

from storage import Chat, Stores
from tests.conftest import FakeClock

OLD, NEW = -5, -1005


async def test_a_group_that_moves_keeps_its_zone_and_title(stores: Stores, clock: FakeClock) -> None:
    await stores.chats.put(Chat(OLD, "第一党小组", "Asia/Urumqi"), now=clock())
    await stores.chats.put(Chat(NEW, "", "Asia/Shanghai"), now=clock())
    for _ in range(2):
        await stores.chats.move(OLD, NEW)
    assert await stores.chats.get(NEW) == Chat(NEW, "第一党小组", "Asia/Urumqi")
    assert await stores.chats.get(OLD) is None


async def test_a_description_without_a_title_erases_none_and_revives_nobody(stores: Stores, clock: FakeClock) -> None:
    await stores.chats.put(Chat(OLD, "第一党小组", "Asia/Shanghai"), now=clock())
    await stores.chats.gone(OLD, "kicked", zone="Asia/Shanghai", now=clock())
    await stores.chats.describe(Chat(OLD, "", "Asia/Urumqi"))
    assert await stores.chats.get(OLD) == Chat(OLD, "第一党小组", "Asia/Urumqi", "gone", "kicked")
