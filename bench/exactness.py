"""Values right, flagged and silently wrong, findings blamed on the print, planted faults found.

`gouji bench exactness --seed 7 --count 1000 --short --log run.jsonl` makes every document from its
seed, processes it, holds the result files against the truth, remembers the figures and deletes it.
Started again with the same log it goes on; rows measured with other code do not count.
"""

import argparse
import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from bench import report
from bench.measure import Row, Task, digest_of_code
from bench.stream import stream
from bench.totals import calibration_error, faults, faulty, reliability, totals, worst
from gouji.local import errands
from tests.corpus.cases import BORN_DIGITAL, Case, make_case, sample_of
from tests.corpus.faults import FAULTS, MISLABELLED
from tests.corpus.form import TEMPLATES
from tests.corpus.layouts import LAYOUTS
from tests.corpus.reports import OUTDATED
from tests.corpus.samples import ANY
from tests.corpus.scanning import PROFILES
from tests.corpus.truth import to_json

EACH = "each"
_SEEDS = 1_000_000  # documents of one --seed at most, so that no two share any


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what only this measurement knows."""
    group = parser.add_argument_group("exactness")
    group.add_argument("--log", type=Path, help="one JSON line a document; a run goes on from it")
    group.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    group.add_argument("--short", action="store_true", help="one short sentence a section")
    group.add_argument("--font", default="", help="of the texts; see python -m tests.corpus --help")
    group.add_argument("--template", choices=TEMPLATES, default="2021")
    group.add_argument("--layout", choices=[ANY, *LAYOUTS], default=ANY)
    group.add_argument(
        "--degradation",
        choices=[*PROFILES, BORN_DIGITAL],
        action="append",
        help=f"default: all but clean in turn; {BORN_DIGITAL}: not scanned",
    )
    group.add_argument("--usual", action="store_true", help="what offices hand in, 150 dpi or more")
    group.add_argument(
        "--fault",
        choices=["none", ANY, EACH, MISLABELLED, OUTDATED, *FAULTS],
        default=ANY,
        help=f"{ANY}: in one report of three; {EACH}: one in every report, the kinds in turn",
    )


def cases(chosen: argparse.Namespace) -> list[Case]:
    """Draw the documents of a run: profiles in turn, and within one the kinds of faults in turn."""
    if chosen.count > _SEEDS:
        raise SystemExit(f"--count is {_SEEDS} at most; take another --seed for more.")
    profiles = chosen.degradation or [
        name for name, profile in PROFILES.items() if (profile.usual or not chosen.usual)
    ]
    profiles = profiles if chosen.degradation else [name for name in profiles if name != "clean"]
    kinds = sorted(FAULTS) if chosen.fault == EACH else [chosen.fault]
    return [
        Case(
            seed=chosen.seed * _SEEDS + at,
            profile=profiles[at % len(profiles)],
            layout=chosen.layout,
            fault=kinds[at // len(profiles) % len(kinds)],
            short=chosen.short,
            font=chosen.font,
            template=chosen.template,
        )
        for at in range(chosen.count)
    ]


def generated(folder: Path, drawn: Sequence[Case]) -> list[Path]:
    """Write the scans of cases with their truth, for a measurement that wants files."""
    paths = []
    for case in drawn:
        path = folder / f"{case.name}.pdf"
        path.write_bytes(make_case(case)[0])
        path.with_suffix(".json").write_text(to_json(sample_of(case).report), encoding="utf-8")
        paths.append(path)
    return paths


def run(paths: Sequence[Path], chosen: argparse.Namespace) -> None:
    """Measure the documents given, or else those drawn, and print the figures."""
    tasks: list[Task] = [each.path for each in errands(paths, Path())] if paths else []
    tasks = tasks or [*cases(chosen)]
    code = digest_of_code(Path.cwd())
    progress = report.Progress(len(tasks), quiet=chosen.json)
    rows = []
    for row in stream(tasks, jobs=chosen.jobs, log=chosen.log, code=code):
        rows.append(row)
        progress.show(row)
    progress.end()
    if chosen.json:
        print(json.dumps({"exactness": as_tree(rows, code)}, ensure_ascii=False))
    else:
        report.show(rows, code)


def as_tree(rows: Sequence[Row], code: str) -> dict[str, object]:
    """Return all figures of a run; of the documents those with something wrong."""
    table = reliability(rows)
    return {
        "code": code,
        "totals": [asdict(each) for each in totals(rows)],
        "faults": faults(rows),
        "reliability": [asdict(each) for each in table],
        "expected_calibration_error": calibration_error(table),
        "worst": [row.name for row in worst(rows)],
        "faulty": [asdict(row) for row in rows if faulty(row)],
    }
