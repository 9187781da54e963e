"""`gouji process`: documents to files on this machine."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue

from api.long_files import LongFormat
from gouji.collection import collect
from gouji.local import Outcome, errands
from gouji.local import process as run
from gouji.terminal import Terminal
from schemas.environment import Confinement, DocumentLimits
from schemas.phrases import VERDICTS
from storage.start import read_settings
from workers.confined.reader import check_confinement
from workers.engines.inspection import limits_of


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is wanted beside the files of each document."""

    formats: tuple[LongFormat, ...] = ()
    """Of the file of all values."""
    previous: Path | None = None
    """Folder of earlier results, for last year's reports."""


def process(
    terminal: Terminal,
    paths: Sequence[Path],
    out: Path,
    jobs: int,
    wanted: Wanted,
) -> int:
    """Process documents, print each as it is done, then sum them up; return the exit code."""
    listed = errands(paths, out)
    if not listed:
        terminal.fail("no_documents", "There are no PDFs or images in the folders given.")
        return 2
    settings = read_settings(DocumentLimits)
    limits = limits_of(settings)
    check_confinement(read_settings(Confinement))
    done: dict[Path, Outcome] = {}
    with terminal.progress() as bar:
        task = bar.add_task("reading", total=len(listed))
        for outcome in run(listed, jobs=jobs, limits=limits, previous=wanted.previous):
            done[outcome.path] = outcome
            terminal.result(_line(outcome), _text(outcome))
            bar.advance(task)
    in_order = [done[errand.path] for errand in listed if errand.path in done]
    for written in collect(in_order, out, wanted.formats):
        terminal.note(f"→ {written}")
    return 0 if all(outcome.status == "processed" for outcome in in_order) else 1


def _line(outcome: Outcome) -> dict[str, JsonValue]:
    """Return an outcome as the contract writes it."""
    error = outcome.error
    return {
        "path": str(outcome.path),
        "status": outcome.status,
        "verdict": outcome.verdict,
        "out": str(outcome.out) if outcome.out else None,
        "pages": outcome.pages,
        "seconds": outcome.seconds,
        "error": {"code": error.code, "message": error.message} if error else None,
    }


def _text(outcome: Outcome) -> str:
    if outcome.error is not None:
        return f"{outcome.path}: {outcome.error.message}"
    verdict = VERDICTS[outcome.verdict][0] if outcome.verdict else ""
    return (
        f"{outcome.path}: {verdict} · {outcome.pages} 页 · {outcome.seconds:.1f} s → {outcome.out}"
    )
