"""Values right, flagged and silently wrong per document, and planted faults found or missed."""

import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from gouji.local import Outcome, errands, process
from tests.corpus.samples import make_sample
from tests.corpus.scanning import PROFILES, encode, scan
from tests.corpus.truth import compare, judge, read_truth, to_json
from workers.engines.inspect import Limits


@dataclass(frozen=True, kw_only=True)
class Row:
    """One document's figures; counts of its 200 values, and of relations the print breaks."""

    name: str
    status: str
    right: int = 0
    flagged: int = 0
    flagged_right: int = 0
    silent: int = 0
    broken: int = 0
    missed: int = 0
    blamed: int = 0
    seconds_page: float = 0.0


def generated(folder: Path, seed: int, count: int) -> list[Path]:
    """Write `count` generated reports, each born digital and scanned in one of all profiles."""
    profiles = [name for name in PROFILES if name != "clean"]
    paths = []
    for at in range(count):
        sample = make_sample(seed * 1000 + at, fault="any")
        profile = profiles[at % len(profiles)]
        (folder / f"{sample.name}.json").write_text(to_json(sample.report), encoding="utf-8")
        path = folder / f"{sample.name}-{profile}.pdf"
        path.write_bytes(encode(scan(sample.pdf, profile, seed * 1000 + at)))
        paths.append(path)
    return paths


def run(paths: Sequence[Path], *, as_json: bool) -> None:
    if not as_json:
        _print_head()
    with tempfile.TemporaryDirectory(prefix="gouji-bench-out-") as out:
        rows = []
        jobs = len(os.sched_getaffinity(0))
        for outcome in process(errands(paths, Path(out)), jobs=jobs, limits=Limits()):
            rows.append(_row(outcome))
            if not as_json:
                _print_row(rows[-1])
    if as_json:
        print(json.dumps({"exactness": [asdict(row) for row in rows]}, ensure_ascii=False))
        return
    _print_row(_sum(rows))


def _row(outcome: Outcome) -> Row:
    name = outcome.path.stem
    if outcome.out is None:
        return Row(name=name, status=outcome.error.code if outcome.error else outcome.status)
    truth = read_truth(_truth_beside(outcome.path))
    record = json.loads((outcome.out / "record.json").read_text(encoding="utf-8"))
    validation = json.loads((outcome.out / "validation.json").read_text(encoding="utf-8"))
    found, judged = compare(truth, record), judge(truth, validation)
    return Row(
        name=name,
        status=str(outcome.verdict),
        right=found.right,
        flagged=found.flagged,
        flagged_right=sum(cell.right and cell.flag is not None for cell in found.cells),
        silent=found.silent,
        broken=len(truth.broken),
        missed=len(judged.missed),
        blamed=len(judged.blamed),
        seconds_page=outcome.seconds / max(1, outcome.pages),
    )


def _truth_beside(path: Path) -> Path:
    """Return NAME.json for NAME.pdf and for NAME-DEGRADATION.pdf."""
    own = path.with_suffix(".json")
    return own if own.exists() else path.with_name(path.stem.rsplit("-", 1)[0] + ".json")


def _sum(rows: Sequence[Row]) -> Row:
    read = [row for row in rows if row.right]
    return Row(
        name=f"{len(rows)} documents",
        status=f"{len(rows) - len(read)} unread",
        right=sum(row.right for row in rows),
        flagged=sum(row.flagged for row in rows),
        flagged_right=sum(row.flagged_right for row in rows),
        silent=sum(row.silent for row in rows),
        broken=sum(row.broken for row in rows),
        missed=sum(row.missed for row in rows),
        blamed=sum(row.blamed for row in rows),
        seconds_page=sum(row.seconds_page for row in read) / max(1, len(read)),
    )


def _print_head() -> None:
    print("Of 200 values a document: right, flagged (of these right), silently wrong.")
    print("Sums the print breaks: how many, not found with cause source, blamed though they hold.")
    print(
        f"{'document':34s}{'verdict':12s}{'right':>7s}{'flagged':>8s}{'(right)':>8s}"
        f"{'silent':>7s}{'broken':>7s}{'missed':>7s}{'blamed':>7s}{'s/page':>7s}"
    )


def _print_row(row: Row) -> None:
    print(
        f"{row.name:34s}{row.status:12s}{row.right:7d}{row.flagged:8d}{row.flagged_right:8d}"
        f"{row.silent:7d}{row.broken:7d}{row.missed:7d}{row.blamed:7d}{row.seconds_page:7.2f}",
        flush=True,
    )
