"""The promise under fire, in small: real workers against the stand-in. The full size is `make faults`."""

from pathlib import Path

import pytest

from faults import suite
from faults.scenarios import SAMPLE
from faults.suite import Report, Trial
from tests.postgres import PostgresServer

SAMPLED = [trial for trial in suite.ON_SQLITE if trial.name in ("反复 kill -9", "收下后回答丢失", "SIGTERM")]


def assert_kept(report: Report) -> None:
    assert report.is_kept, report
    assert report.tally.promised >= SAMPLE.broadcast


@pytest.mark.parametrize("trial", SAMPLED, ids=lambda trial: trial.name)
async def test_it_holds_on_sqlite(trial: Trial, tmp_path: Path) -> None:
    assert_kept(await suite.on_sqlite(trial, SAMPLE, tmp_path))


async def test_it_holds_on_a_full_disk(tmp_path: Path) -> None:
    assert_kept(await suite.on_full_disk(SAMPLE, tmp_path))


@pytest.mark.postgresql
async def test_it_holds_when_one_of_two_replicas_is_killed(postgres: PostgresServer, tmp_path: Path) -> None:
    assert_kept(await suite.on_postgresql(postgres, suite.REPLICA, SAMPLE, tmp_path))


@pytest.mark.postgresql
async def test_it_holds_when_postgresql_is_restarted(postgres: PostgresServer, tmp_path: Path) -> None:
    assert_kept(await suite.on_postgresql(postgres, suite.restart_of(postgres), SAMPLE, tmp_path))
