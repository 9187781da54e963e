"""Documents without pages a second and core, form by form, as `gouji process` does them.

Every document is another one and is read once, so that what is remembered from one to the next
flatters nothing; CPU seconds, so that other programs take nothing but caches. Then the same
documents through the command itself, and where the time goes.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.clocks import Stage, clocks, print_stages
from gouji import local
from tests.corpus.arrivals import ARRIVALS, make_arrival
from workers import steps
from workers.engines.inspect import Limits
from workers.pipeline.export import result_files

STAGES: Sequence[Stage] = (
    (local, "inspect_document", "inspect"),
    (local, "read_page", "read tables and text"),
    (steps, "choose_form", "choose the form"),
    (steps, "register", "lay tables on the form"),
    (steps, "decide", "decide numbers"),
    (steps, "normalise", "normalise: sections, issuer, place"),
    (steps, "with_claims", "claims of the text"),
    (steps, "validate", "validate"),
    (result_files, "marks", "mark values"),
    (result_files, "json_bytes", "set json"),
    (result_files, "report_html", "set html"),
    (result_files, "workbook_bytes", "set xlsx"),
    (local, "_write", "write files"),
    (local, "process_one", "everything else"),
)
_WARM = 8
"""Documents read before the clock starts: they load what a process loads once."""


def add_options(parser: ArgumentParser) -> None:
    """Add the options of this measurement."""
    own = parser.add_argument_group("texts")
    own.add_argument("--each", type=int, default=100, help="documents of each form")


def run(chosen: Namespace) -> None:
    """Measure generated documents of all forms without pages."""
    with tempfile.TemporaryDirectory(prefix="gouji-bench-") as name:
        folder = Path(name)
        first = chosen.seed * 100_000
        listed = _errands(folder, "in", range(first, first + chosen.each))
        for errand in _errands(folder, "warm", range(first + 90_000, first + 90_000 + _WARM)):
            _process(errand)
        local.look_for_garbage_seldom()  # as each process of the command does
        yardstick = _cpu(_yardstick)
        seconds: Counter[str] = Counter()
        for errand in listed:
            seconds[errand.path.parent.name] += _cpu(lambda errand=errand: _process(errand))
        whole = _command(folder, [folder / "in"]) - _command(folder, [listed[0].path])
        spent: Counter[str] = Counter()
        with clocks(STAGES, spent):
            for errand in listed:
                _process(errand)
    _print(chosen, seconds, whole / (len(listed) - 1), spent, yardstick)


def _errands(folder: Path, name: str, seeds: range) -> list[local.Errand]:
    """Write the documents of some seeds in each form; every form has reports of its own."""
    found = []
    for arrival in ARRIVALS:
        (folder / name / arrival).mkdir(parents=True)
        for seed in seeds:
            file, content = make_arrival(arrival, seed)
            path = folder / name / arrival / file
            path.write_bytes(content)
            found.append(local.Errand(path=path, out=folder / "out" / file))
    return found


def _process(errand: local.Errand) -> None:
    outcome = local.process_one(errand, Limits())
    if outcome.status != "processed":
        raise SystemExit(f"{outcome.path.name} could not be processed.")


def _cpu(step: Callable[[], object]) -> float:
    started = time.process_time()
    step()
    return time.process_time() - started


def _yardstick() -> int:
    """Count to ten million: how fast this machine is now, beside what else runs on it."""
    total = 0
    for number in range(10_000_000):
        total += number
    return total


def _command(folder: Path, paths: Sequence[Path]) -> float:
    """Return the CPU seconds of `gouji process` with its processes, start and summary included."""
    before = os.times()
    command = [sys.executable, "-m", "gouji", "process", *map(str, paths), "--out"]
    subprocess.run(
        [*command, str(folder / "command"), "--jobs", "1", "--json"],
        stdout=subprocess.DEVNULL,
        check=True,
        env={name: value for name, value in os.environ.items() if name != "GOUJI_CONFINEMENT"},
    )
    after = os.times()
    user = after.children_user - before.children_user
    return user + after.children_system - before.children_system


def _print(
    chosen: Namespace, seconds: Counter[str], whole: float, spent: Counter[str], yardstick: float
) -> None:
    each, documents = chosen.each, chosen.each * len(seconds)
    if chosen.json:
        figures = {
            "documents": documents,
            "cpu_seconds_a_document": {name: part / each for name, part in seconds.items()},
            "cpu_seconds_a_document_of_the_command": whole,
            "milliseconds_by_stage": {k: 1000 * part / documents for k, part in spent.items()},
            "yardstick_s": yardstick,
        }
        print(json.dumps({"texts": figures}))
        return
    print(f"\n{documents} documents without pages, all different, CPU of one process")
    for name, part in [*seconds.items(), ("all forms", seconds.total() / len(seconds))]:
        print(f"  {name:12s}{1000 * part / each:7.1f} ms{each / part:8.1f} documents a second")
    print(
        f"`gouji process` from start to summary, less that of a single document:"
        f" {1000 * whole:.1f} ms a document, {1 / whole:.1f} a second"
    )
    print(f"(counting to ten million takes {yardstick:.2f} s here and now)")
    print_stages(spent, documents, "document")
