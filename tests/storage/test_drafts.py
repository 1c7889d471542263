"""Set-ups that are kept while somebody is in the middle of them."""

from dataclasses import replace

import pytest

from storage import StoreError, Stores
from tests.conftest import FakeClock

GROUP, LEADER = -100, 7


async def test_a_number_that_is_free_again_is_not_given_out_again(stores: Stores, clock: FakeClock) -> None:
    given = []
    for _ in range(20):
        given.append(await stores.drafts.add(GROUP, LEADER, {}, now=clock()))
        assert await stores.drafts.take(given[-1])
    assert len(set(given)) == 20 and all(0 < number < 10**9 for number in given)


async def test_a_number_that_is_taken_is_drawn_anew(stores: Stores, clock: FakeClock) -> None:
    drawn = iter((5, 5, 5, 6))
    drafts = replace(stores.drafts, draw=lambda: next(drawn))
    for content in ({"is": "first"}, {"is": "second"}):
        await drafts.add(GROUP, LEADER, content, now=clock())
    found = {draft.id: draft.content["is"] for draft in await drafts.of_chat(GROUP)}
    assert found == {5: "first", 6: "second"}


async def test_where_every_number_is_taken_it_is_an_error_and_nothing_is_overwritten(
    stores: Stores, clock: FakeClock
) -> None:
    drafts = replace(stores.drafts, draw=lambda: 5)
    await drafts.add(GROUP, LEADER, {"is": "first"}, now=clock())
    with pytest.raises(StoreError):
        await drafts.add(GROUP, LEADER, {"is": "second"}, now=clock())
    assert [draft.content for draft in await drafts.of_chat(GROUP)] == [{"is": "first"}]
