"""Memory of one reading process over many documents: is it flat?

Documents are taken in turn until `--documents` are read; resident memory is noted on the way. What
counts is the growth after the first tenth, when all that is loaded once is loaded. Files are opened
in a confined process that ends with each document, as in the service; what it and the process that
it is forked from take is told beside it (proportional set size, looked at several times a second).
"""

import gc
import json
import os
import resource
import sys
import tempfile
import threading
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path

import cv2

from bench.readers import peak_mb
from gouji import local
from workers.engines.inspection import Limits

NOTES = 10
_LOOK_S = 0.2


def add_options(parser: ArgumentParser) -> None:
    """Add the options of this measurement."""
    own = parser.add_argument_group("memory")
    own.add_argument("--documents", type=int, default=300, help="how many are read in turn")


def run(paths: Sequence[Path], chosen: Namespace) -> None:
    """Read documents in turn in this process and print its memory."""
    os.environ["GOUJI_CONFINEMENT"] = "available"
    cv2.setNumThreads(1)
    local.look_for_garbage_seldom()
    notes: list[tuple[int, float]] = []
    step = max(1, chosen.documents // NOTES)
    with tempfile.TemporaryDirectory(prefix="gouji-bench-out-") as folder, _Confined() as confined:
        listed = local.errands(list(paths), Path(folder))
        for at, errand in enumerate(islice(cycle(listed), chosen.documents), start=1):
            local.process_one(errand, Limits())
            if at % step == 0:
                gc.collect()
                notes.append((at, _resident_mb()))
                print(f"\r{at} of {chosen.documents} documents", end="", file=sys.stderr)
    print(file=sys.stderr)
    peak = peak_mb()
    growth = notes[-1][1] / notes[0][1] - 1
    if chosen.json:
        found = {"resident_mb": notes, "peak_mb": peak, "growth": growth}
        print(json.dumps({"memory": found | {"confined_peak_mb": confined.peak_mb}}))
        return
    print("\nResident memory of one process after so many documents, MB")
    print("  ".join(f"{at}: {size:.0f}" for at, size in notes))
    print(f"growth from the first note to the last {growth:+.1%}, peak {peak:.0f} MB")
    print(f"processes that open files: peak {confined.peak_mb:.0f} MB together")


class _Confined(threading.Thread):
    """Looks at the memory of all processes below this one until it is left."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak_mb = 0.0
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.wait(_LOOK_S):
            self.peak_mb = max(self.peak_mb, sum(map(_proportional_mb, _below(os.getpid()))))

    def __enter__(self) -> "_Confined":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join()


def _below(pid: int) -> Iterator[int]:
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        children = [int(one) for task in tasks for one in (task / "children").read_text().split()]
    except OSError:  # it has ended
        return
    for child in children:
        yield child
        yield from _below(child)


def _proportional_mb(pid: int) -> float:
    try:
        summed = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    sizes = [int(line.split()[1]) for line in summed.splitlines() if line.startswith("Pss:")]
    return sum(sizes) / 1024


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20
