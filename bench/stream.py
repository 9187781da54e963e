"""Measure documents one after the other on all cores; a log remembers, so that a run can go on."""

import json
import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from bench.measure import Row, Task, crashed, from_line, key_of, measure, to_line
from workers.parent import die_with_parent

_AHEAD = 2  # documents waiting for each process


def remembered(log: Path | None, code: str) -> dict[str, Row]:
    """Return the rows of a log that were measured with this code, by what makes the document."""
    if log is None or not log.exists():
        return {}
    known = {}
    for line in log.read_text(encoding="utf-8", errors="replace").split("\n"):
        try:
            measured, row = from_line(line)
        except json.JSONDecodeError:
            continue  # empty, or cut off when a run was killed
        if measured == code:
            known[row.key] = row
    return known


def stream(tasks: Sequence[Task], *, jobs: int, log: Path | None, code: str) -> Iterator[Row]:
    """Yield the rows of all documents as they are ready, those of the log first."""
    known = remembered(log, code)
    yield from (known[key] for task in tasks if (key := key_of(task)) in known)
    left = [task for task in tasks if key_of(task) not in known]
    for row in _measured(left, jobs):
        if log is not None:
            _append(log, to_line(row, code))
        yield row


def _append(log: Path, line: str) -> None:
    """Append a line, after the end of a line that was cut off."""
    with log.open("a+b") as file:
        if file.tell():
            file.seek(-1, 2)
            if file.read(1) != b"\n":
                file.write(b"\n")
        file.write(line.encode() + b"\n")


def _measured(tasks: Sequence[Task], jobs: int) -> Iterator[Row]:
    """Measure all; a document that kills its process is told, and the others go on."""
    done: set[str] = set()
    try:
        for row in _in_pool(tasks, jobs):
            done.add(row.key)
            yield row
    except BrokenProcessPool:
        left = [task for task in tasks if key_of(task) not in done]
        suspects, rest = left[: jobs * _AHEAD], left[jobs * _AHEAD :]
        for task in suspects:
            yield _alone(task)
        yield from _measured(rest, jobs)


def _alone(task: Task) -> Row:
    try:
        return next(_in_pool([task], 1))
    except BrokenProcessPool:
        return crashed(task)


def _in_pool(tasks: Sequence[Task], jobs: int) -> Iterator[Row]:
    """Measure in `jobs` fresh processes, a few documents submitted ahead."""
    if not tasks:
        return
    waiting = iter(tasks)
    context = multiprocessing.get_context("spawn")
    number = min(jobs, len(tasks))
    with ProcessPoolExecutor(number, mp_context=context, initializer=die_with_parent) as pool:
        running: set[Future[Row]] = set()
        while True:
            while len(running) < jobs * _AHEAD and (task := next(waiting, None)) is not None:
                running.add(pool.submit(measure, task))
            if not running:
                return
            ready, running = wait(running, return_when=FIRST_COMPLETED)
            for future in ready:
                yield future.result()
