"""`gouji process`: documents to files on this machine."""

from collections.abc import Sequence
from pathlib import Path

from pydantic import JsonValue

from gouji.local import Outcome, errands
from gouji.local import process as run
from gouji.terminal import Terminal
from schemas.environment import DocumentLimits
from workers.engines.inspect import Limits

_VERDICTS = {"passed": "通过", "warnings": "有提示", "failed": "不符", "incomplete": "不完整"}


def process(
    terminal: Terminal, paths: Sequence[Path], out: Path, jobs: int, previous: Path | None = None
) -> int:
    """Process documents and print each as it is done; return the exit code."""
    listed = errands(paths, out)
    if not listed:
        terminal.fail("no_documents", "There are no PDFs or images in the folders given.")
        return 2
    settings = DocumentLimits()
    limits = Limits(
        max_bytes=settings.max_upload_bytes,
        max_pages=settings.max_pages,
        max_page_pixels=settings.max_page_pixels,
    )
    bad = 0
    with terminal.progress() as bar:
        task = bar.add_task("reading", total=len(listed))
        for outcome in run(listed, jobs=jobs, limits=limits, previous=previous):
            bad += outcome.status != "processed"
            terminal.result(_line(outcome), _text(outcome))
            bar.advance(task)
    return 1 if bad else 0


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
    verdict = _VERDICTS.get(outcome.verdict or "", "")
    return (
        f"{outcome.path}: {verdict} · {outcome.pages} 页 · {outcome.seconds:.1f} s → {outcome.out}"
    )
