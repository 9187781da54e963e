"""What a chaos run is told: for how long, by what seed, with whose timings."""

import os
import random
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.stack import QUICK

_SHORT_S = 30.0
_OWN_TIMINGS_S = 180.0


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give these tests their time: most of it is what a busy machine takes to come to rest."""
    for item in items:
        own = Path(__file__).parent in item.path.parents
        if own and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(900 + 4 * _seconds(config)))


def _seconds(config: pytest.Config) -> float:
    minutes = config.getoption("--chaos-minutes")
    return _SHORT_S if minutes is None else 60 * float(minutes)


@pytest.fixture
def chaos_seed(request: pytest.FixtureRequest) -> int:
    given = request.config.getoption("--chaos-seed")
    return int(given) if given is not None else random.SystemRandom().randrange(10_000)


@pytest.fixture
def chaos_seconds(request: pytest.FixtureRequest) -> float:
    return _seconds(request.config)


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="gouji-chaos-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def own_timings() -> Mapping[str, str]:
    """What a service has that is told nothing."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("GOUJI_")}
    kept = {name: QUICK[name] for name in ("GOUJI_WEBHOOK_ALLOW_NETWORKS", "PYTHONPATH")}
    return {**ours, **kept, "GOUJI_ENGINE": "null", "GOUJI_NULL_PAGE_S": "0.3"}


@pytest.fixture
def timings(chaos_seconds: float, own_timings: Mapping[str, str]) -> Mapping[str, str]:
    """Short leases for a short run; a long one is told nothing and has what an operator has."""
    quick = QUICK if chaos_seconds < _OWN_TIMINGS_S else {}
    return {**own_timings, **quick}
