"""What the group is to be told at once when one of its reminders is changed, from what is stored."""

from collections.abc import Sequence

from handlers.services import Services
from scheduler.delivery import Planned
from scheduler.news import news_of
from scheduler.rule import GroupRule


async def news(stored: GroupRule, fresh: GroupRule, services: Services) -> Sequence[Planned]:
    """fresh: as it is going to be."""
    known = await services.stores.deliveries.of_rule(stored.id)
    return news_of(stored, fresh, known, services.workdays(), now=services.clock())
