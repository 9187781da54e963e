"""A document gives the same bytes whatever was read before it, in this process or another."""

import json
import os
import subprocess
import sys

import pytest

from tests.digests import digests

SEEDS = range(30)


@pytest.fixture(scope="module")
def first() -> dict[str, str]:
    return digests(SEEDS)


def test_what_was_read_before_changes_nothing(first: dict[str, str]) -> None:
    assert len({name.split()[0] for name in first}) == len(SEEDS)
    assert digests(reversed(SEEDS)) == first


def test_the_order_of_sets_in_a_process_changes_nothing(first: dict[str, str]) -> None:
    # Strings are hashed by a seed drawn anew by each process; this one's own is not 1 by chance.
    done = subprocess.run(
        [sys.executable, "-m", "tests.digests", *map(str, SEEDS)],
        env={**os.environ, "PYTHONHASHSEED": "1"},
        capture_output=True,
        check=True,
        text=True,
    )
    assert json.loads(done.stdout) == first
