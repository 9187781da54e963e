"""What a chaos run is told: for how long, by what seed, with whose timings."""

import os
import random
from collections.abc import Mapping

import pytest

from tests.stack import QUICK

_OWN_TIMINGS_S = 180.0


@pytest.fixture
def chaos_seed(request: pytest.FixtureRequest) -> int:
    given = request.config.getoption("--chaos-seed")
    return int(given) if given is not None else random.SystemRandom().randrange(10_000)


@pytest.fixture
def chaos_seconds(request: pytest.FixtureRequest) -> float:
    minutes = request.config.getoption("--chaos-minutes")
    if minutes is None:
        pytest.skip("runs when asked for by --chaos-minutes")
    return 60 * float(minutes)


@pytest.fixture
def timings(chaos_seconds: float) -> Mapping[str, str]:
    """Short leases for a short run; a long one is told nothing and has what an operator has."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("GOUJI_")}
    kept = ("GOUJI_WEBHOOK_ALLOW_NETWORKS", "PYTHONPATH")
    quick = QUICK if chaos_seconds < _OWN_TIMINGS_S else {name: QUICK[name] for name in kept}
    return {**ours, **quick, "GOUJI_ENGINE": "null", "GOUJI_NULL_PAGE_S": "0.3"}
