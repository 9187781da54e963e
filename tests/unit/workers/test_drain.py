"""An order to end is for one worker and those it forked."""

import os
from collections.abc import Callable, Iterator

import pytest

from workers import drain


@pytest.fixture(autouse=True)
def nobody_is_told() -> Iterator[None]:
    drain.anew()
    yield
    drain.anew()


def in_a_fork(looked_for: Callable[[], bool], before: Callable[[], None] = lambda: None) -> bool:
    """Say whether something is so in a process forked from this one."""
    process = os.fork()
    if process == 0:
        try:
            before()
            os._exit(looked_for())
        finally:
            os._exit(2)
    status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    assert status in (0, 1)
    return bool(status)


def test_those_a_worker_forked_hear_of_its_order() -> None:
    drain.begin(60)
    assert in_a_fork(drain.is_told)
    assert not in_a_fork(drain.is_over)


def test_the_order_of_one_worker_is_not_for_another_that_was_forked_from_the_same_process() -> None:
    def be_told_apart() -> None:
        drain.anew()
        drain.begin(0)

    assert in_a_fork(drain.is_told, be_told_apart)
    assert not drain.is_told()
    drain.begin(0)
    assert not in_a_fork(drain.is_told, drain.anew)
