"""A leader changes the mind again and again, also while something is on its way or nothing gets through."""

import os

import pytest

from tests.scheduler.kit import Scene, meeting
from tests.scheduler.storm import Storm, Witness

SEEDS = range(200 if os.environ.keys() & {"FAULTS", "FUZZ"} else 8)


@pytest.mark.fuzz
@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", SEEDS)
async def test_what_the_group_hears_is_true_and_said_once_and_nothing_is_missing(scene: Scene, seed: int) -> None:
    rule = await scene.add(meeting())
    witness = Witness(scene, rule.id, mark=scene.clock())
    scene.sender.send = witness.hear  # type: ignore[method-assign]
    await Storm(witness, seed).rage(14)
    assert not witness.wrong, "\n".join(witness.log)
