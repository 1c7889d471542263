"""How fast messages leave under the limits that ship, over two replicas: what the stand-in's journal says."""

from dataclasses import dataclass
from datetime import timedelta

from faults.ground import Ground
from sandbox.journal import most_in_any, most_in_any_by_chat, sends

SECOND, MINUTE = 1.0, 60.0
TELEGRAM_A_SECOND, TELEGRAM_A_MINUTE = 30, 20


@dataclass(frozen=True)
class Load:
    """reminders: to the groups by turns. to_one: besides, all to one group."""

    reminders: int
    groups: int
    to_one: int


@dataclass(frozen=True)
class Rates:
    """The fullest second of the bot, the fullest minute of one group, messages a second on the whole."""

    in_a_second: int
    in_a_minute: int
    mean: float
    lasted: timedelta


FULL_LOAD = Load(reminders=600, groups=300, to_one=30)
SAMPLE_LOAD = Load(reminders=150, groups=50, to_one=4)


async def measured(ground: Ground, load: Load) -> Rates:
    """By two replicas that start together."""
    await ground.seed(load.to_one, groups=1)
    await ground.seed(load.reminders, groups=load.groups)
    workers = [await ground.start(), await ground.start()]
    await ground.settled()
    for worker in workers:
        await worker.stop()
    accepted = sends(await ground.standin.journal())
    lasted = accepted[-1].at - accepted[0].at
    return Rates(
        most_in_any(accepted, SECOND),
        max(most_in_any_by_chat(accepted, MINUTE).values()),
        len(accepted) / max(lasted, 1.0),
        timedelta(seconds=lasted),
    )
