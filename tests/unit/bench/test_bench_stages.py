"""Clocks are set where the reading looks its steps up: a step that moved must not go uncounted."""

import pytest

from bench import born_digital, speed
from bench.clocks import Stage


@pytest.mark.parametrize("stage", [*born_digital.STAGES, *speed.STAGES], ids=lambda one: one[1])
def test_a_stage_is_there_to_be_clocked(stage: Stage) -> None:
    owner, name, _ = stage
    assert callable(getattr(owner, name))
