"""Clocks around the stages of a program: CPU seconds of each, without stages inside it."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from types import ModuleType
from typing import Any
from unittest import mock

Stage = tuple[ModuleType | type, str, str]
"""Where a function is looked up, its name there, and the stage it stands for."""


@contextmanager
def clocks(stages: Sequence[Stage], spent: Counter[str]) -> Iterator[None]:
    """Add to `spent` what is spent in each stage as long as the context lasts."""
    inside: list[float] = [0.0]
    with ExitStack() as stack:
        for owner, name, stage in stages:
            clocked = _clocked(getattr(owner, name), stage, spent, inside)
            stack.enter_context(mock.patch.object(owner, name, clocked))
        yield


def _clocked(
    step: Callable[..., Any], stage: str, spent: Counter[str], inside: list[float]
) -> Callable[..., Any]:
    def clocked(*args: Any, **kwargs: Any) -> Any:
        inside.append(0.0)
        started = time.process_time()
        try:
            return step(*args, **kwargs)
        finally:
            whole = time.process_time() - started
            spent[stage] += whole - inside.pop()
            inside[-1] += whole

    return clocked


def print_stages(spent: Counter[str], units: int, unit: str) -> None:
    """Print milliseconds a page (or another unit) by stage, largest first, and their shares."""
    whole = spent.total()
    for stage, seconds in spent.most_common():
        print(f"  {stage:34s}{1000 * seconds / units:8.1f} ms a {unit}{seconds / whole:8.1%}")
