"""Memory of one reading process over many documents: is it flat?

Documents are taken in turn until `--documents` are read; resident memory is noted on the way. What
counts is the growth after the first tenth, when all that is loaded once is loaded.
"""

import gc
import json
import resource
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path

import cv2

from bench.readers import peak_mb
from gouji import local
from workers.engines.inspection import Limits

NOTES = 10


def add_options(parser: ArgumentParser) -> None:
    """Add the options of this measurement."""
    own = parser.add_argument_group("memory")
    own.add_argument("--documents", type=int, default=300, help="how many are read in turn")


def run(paths: Sequence[Path], chosen: Namespace) -> None:
    """Read documents in turn in this process and print its memory."""
    cv2.setNumThreads(1)
    local.look_for_garbage_seldom()
    notes: list[tuple[int, float]] = []
    step = max(1, chosen.documents // NOTES)
    with tempfile.TemporaryDirectory(prefix="gouji-bench-out-") as folder:
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
        print(json.dumps({"memory": {"resident_mb": notes, "peak_mb": peak, "growth": growth}}))
        return
    print("\nResident memory of one process after so many documents, MB")
    print("  ".join(f"{at}: {size:.0f}" for at, size in notes))
    print(f"growth from the first note to the last {growth:+.1%}, peak {peak:.0f} MB")


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20
