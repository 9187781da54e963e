"""Born-digital reports a second and core, files read and written as `gouji process` does.

One process, one thread, after a first round that loads what is loaded once; CPU seconds, median of
the rounds. Then where the time goes, from one more round with a clock at each stage.
"""

import json
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import cv2

from bench.clocks import Stage, clocks
from gouji import local
from tests.corpus.samples import make_sample
from workers import steps
from workers.confined import opening
from workers.engines.inspect import Inspection, Limits, inspect
from workers.pipeline.export import result_files

ROUNDS = 5
STAGES: Sequence[Stage] = (
    (local, "inspect_document", "inspect, load fonts"),
    (opening, "text_layer", "take characters and lines"),
    (opening, "render", "draw pages"),
    (opening, "read_text_layer", "read tables and text"),
    (steps, "encode_print", "write page pictures"),
    (steps, "register", "lay tables on the form"),
    (steps, "decide", "decide numbers"),
    (steps, "normalise", "normalise"),
    (steps, "validate", "validate"),
    (result_files, "json_bytes", "set json"),
    (result_files, "report_html", "set html"),
    (result_files, "workbook_bytes", "set xlsx"),
)


def generated(folder: Path, seed: int, count: int) -> list[Path]:
    """Write `count` generated reports as they were set."""
    paths = []
    for at in range(count):
        sample = make_sample(seed * 1000 + at, fault="any")
        paths.append(folder / f"{sample.name}.pdf")
        paths[-1].write_bytes(sample.pdf)
    return paths


def run(paths: Sequence[Path], seed: int, count: int, *, as_json: bool) -> None:
    """Measure the born-digital ones of `paths`, or `count` generated reports."""
    cv2.setNumThreads(1)
    local.look_for_garbage_seldom()  # as each process of the command does
    with tempfile.TemporaryDirectory(prefix="gouji-bench-") as folder:
        given = paths or generated(Path(folder), seed, count)
        digital = [path for path in given if _is_born_digital(path)]
        if not digital:
            raise SystemExit("No document given is born digital: give PDFs that are no scans.")
        listed = local.errands(digital, Path(folder) / "out")
        pages = _round(listed)
        seconds = statistics.median(_timed(listed) for _ in range(ROUNDS)) / len(listed)
        spent: Counter[str] = Counter()
        with clocks(STAGES, spent):
            whole = _timed(listed)
    named = sum(spent.values())
    stages = {stage: 1000 * part / len(listed) for stage, part in spent.items()}
    stages["everything else"] = 1000 * (whole - named) / len(listed)
    _print(len(listed), pages, seconds, stages, as_json=as_json)


def _is_born_digital(path: Path) -> bool:
    found = inspect(path.read_bytes(), path.name, Limits())
    return isinstance(found, Inspection) and found.kind == "born_digital"


def _round(listed: Sequence[local.Errand]) -> int:
    """Process all documents and return their pages; a document refused would flatter the rest."""
    outcomes = [local.process_one(errand, Limits()) for errand in listed]
    for outcome in outcomes:
        if outcome.status != "processed":
            raise SystemExit(f"{outcome.path.name} could not be processed.")
    return sum(outcome.pages for outcome in outcomes)


def _timed(listed: Sequence[local.Errand]) -> float:
    started = time.process_time()
    _round(listed)
    return time.process_time() - started


def _print(
    documents: int, pages: int, seconds: float, stages: dict[str, float], *, as_json: bool
) -> None:
    if as_json:
        figures = {
            "documents": documents,
            "pages": pages,
            "cpu_seconds_a_report": seconds,
            "reports_a_second_and_core": 1 / seconds,
            "milliseconds_a_report": stages,
        }
        print(json.dumps({"born_digital": figures}))
        return
    print(f"\n{documents} born-digital reports of {pages} pages together, one process")
    print(f"{1 / seconds:.1f} reports a CPU second; milliseconds a report: {1000 * seconds:.0f}")
    for stage, part in sorted(stages.items(), key=lambda item: -item[1]):
        print(f"  {stage:28s}{part:7.1f}")
