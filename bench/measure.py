"""Measure one document: make or take it, process it, hold its result files against its truth."""

import hashlib
import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from gouji.local import Errand, process_one
from tests.corpus.cases import Case, make_case
from tests.corpus.judging import Blame, false_blame, fate_of
from tests.corpus.truth import CellResult, Truth, compare, read_truth
from workers.engines.inspection import Limits

EDGES = (0.5, 0.9, 0.99, 0.999, 1.0)
"""Upper ends of the bins of confidence; a bin holds its upper end only when that is 1."""

CODE = ("gouji", "schemas", "tests/corpus", "workers")
"""What decides on the figures of a generated document."""

Task = Case | Path


@dataclass(frozen=True, kw_only=True)
class Bin:
    """Values whose confidence falls between two edges: how many, its sum, how many right."""

    count: int = 0
    confidence: float = 0.0
    right: int = 0


@dataclass(frozen=True, kw_only=True)
class Wrong:
    """A value not read as printed; `covered` when an opaque stroke lies on its print."""

    pointer: str
    printed: str | None
    read: str | None
    confidence: float
    kind: str
    flag: str | None
    silent: bool
    covered: bool


@dataclass(frozen=True, kw_only=True)
class Row:
    """One document's figures; counts of its values, and of sums the print breaks."""

    name: str
    profile: str
    status: str
    key: str = ""  # by what a log knows the document
    command: str = ""
    layout: str = ""
    fault: str = ""
    fate: str | None = None  # of the planted fault; see tests.corpus.judging
    values: int = 200
    right: int = 0
    flagged: int = 0
    flagged_right: int = 0
    silent: int = 0
    covered: int = 0
    broken: int = 0
    wrong: tuple[Wrong, ...] = ()
    blamed: tuple[Blame, ...] = ()
    bins: tuple[Bin, ...] = ()
    pages: int = 0
    seconds: float = 0.0

    @property
    def missing(self) -> int:
        """Count the values not given out at all, though a record came out."""
        return sum(each.kind == "missing" for each in self.wrong)

    @property
    def read(self) -> bool:
        """Tell whether a record came out at all."""
        return bool(self.bins)


def name_of(task: Task) -> str:
    """Return what a row of this document is called."""
    return task.stem if isinstance(task, Path) else task.name


def key_of(task: Task) -> str:
    """Return by what a log knows a document: what makes it, or its place and time of change."""
    if isinstance(task, Case):
        return task.command
    return f"{task.resolve()} {task.stat().st_mtime_ns}"


def measure(task: Task) -> Row:
    """Measure one document in this process and leave no file behind."""
    with tempfile.TemporaryDirectory(prefix="gouji-bench-") as folder:
        if isinstance(task, Path):
            return _measure(task, read_truth(truth_beside(task)), Path(folder) / "out", task)
        content, truth = make_case(task)
        path = Path(folder) / f"{task.name}.pdf"
        path.write_bytes(content)
        return _measure(path, truth, Path(folder) / "out", task)


def truth_beside(path: Path) -> Path:
    """Return NAME.json for NAME.pdf and for NAME-DEGRADATION.pdf."""
    own = path.with_suffix(".json")
    return own if own.exists() else path.with_name(path.stem.rsplit("-", 1)[0] + ".json")


def crashed(task: Task) -> Row:
    """Return the row of a document that killed its process."""
    return Row(name=name_of(task), status="crashed", **_about(task))


def _measure(path: Path, truth: Truth, out: Path, task: Task) -> Row:
    outcome = process_one(Errand(path=path, out=out), Limits())
    row = Row(
        name=name_of(task),
        status=outcome.error.code if outcome.error else str(outcome.verdict),
        values=len(truth.values),
        layout=truth.layout,
        fault=truth.fault,
        fate="missed" if truth.fault or truth.broken else None,
        broken=len(truth.broken),
        covered=len(truth.covered),
        pages=outcome.pages,
        seconds=outcome.seconds,
        **_about(task),
    )
    if outcome.out is None:
        return row
    record = json.loads((out / "record.json").read_text(encoding="utf-8"))
    validation = json.loads((out / "validation.json").read_text(encoding="utf-8"))
    found = compare(truth, record)
    figures = {
        "fate": fate_of(truth, record, validation),
        "right": found.right,
        "flagged": found.flagged,
        "flagged_right": sum(cell.right and cell.flag is not None for cell in found.cells),
        "silent": found.silent,
        "wrong": tuple(_wrong(cell, truth) for cell in found.cells if not cell.right),
        "blamed": false_blame(truth, validation),
        "bins": bins_of(found.cells),
    }
    return Row(**{**vars(row), **figures})


def _about(task: Task) -> dict[str, str]:
    if isinstance(task, Path):
        own = task.with_suffix(".json").exists() or "-" not in task.stem
        profile = "as given" if own else task.stem.rsplit("-", 1)[1]
        return {"key": key_of(task), "profile": profile}
    return {"key": key_of(task), "profile": task.profile, "command": task.command}


def _wrong(cell: CellResult, truth: Truth) -> Wrong:
    return Wrong(
        pointer=cell.pointer,
        printed=None if cell.expected is None else str(cell.expected),
        read=None if cell.actual is None else str(cell.actual),
        confidence=cell.confidence,
        kind=cell.kind,
        flag=cell.flag,
        silent=cell.silent,
        covered=cell.pointer in truth.covered,
    )


def bins_of(cells: Sequence[CellResult]) -> tuple[Bin, ...]:
    """Sort the values given out, blanks too, by confidence; missing cells give out none."""
    inside: list[list[CellResult]] = [[] for _ in EDGES]
    for cell in cells:
        if cell.kind != "missing":
            at = sum(cell.confidence >= edge for edge in EDGES[:-1])
            inside[at].append(cell)
    return tuple(
        Bin(
            count=len(here),
            confidence=sum(cell.confidence for cell in here),
            right=sum(cell.right for cell in here),
        )
        for here in inside
    )


def to_line(row: Row, code: str) -> str:
    """Write a row as one line of a log, with the code it was measured with."""
    return json.dumps({"code": code, **asdict(row)}, ensure_ascii=False)


def from_line(line: str) -> tuple[str, Row]:
    """Read a line of a log: the code, and the row."""
    tree = json.loads(line)
    code = tree.pop("code")
    tree["wrong"] = tuple(Wrong(**each) for each in tree["wrong"])
    tree["blamed"] = tuple(Blame(**each) for each in tree["blamed"])
    tree["bins"] = tuple(Bin(**each) for each in tree["bins"])
    return code, Row(**tree)


def digest_of_code(root: Path) -> str:
    """Return what stands for the code measured: equal digests, equal figures."""
    digest = hashlib.sha256()
    for room in CODE:
        for path in sorted((root / room).rglob("*.py")):
            digest.update(path.relative_to(root).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:12]
