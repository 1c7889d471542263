"""What the page's handlers and actions work with."""

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.asked import Asked
from sandbox.feed import Feed
from sandbox.journal import Journal
from sandbox.travel import Travels
from sandbox.world import World

Explain = Callable[[str], object]
Reload = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Page:
    """explain and reload may return a value or an awaitable; None: there is none here."""

    world: World
    feed: Feed
    journal: Journal
    explain: Explain | None
    reload: Reload | None
    travels: Travels | None


Action = Callable[[Page, Asked], object]
