"""`gouji process`: documents to files on this machine."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue

from api.long_files import LongFormat
from gouji import words
from gouji.collection import collect
from gouji.local import Outcome, errands, passed_over
from gouji.local import process as run
from gouji.terminal import INTERRUPTED, Terminal
from schemas.environment import Confinement, DocumentLimits
from schemas.phrases import VERDICTS, counted
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
    resume: bool = False
    """Whether documents are left alone whose results an interrupted run has written."""


def process(
    terminal: Terminal,
    paths: Sequence[Path],
    out: Path,
    jobs: int,
    wanted: Wanted,
) -> int:
    """Process documents, print each as it is done, then sum them up; return the exit code."""
    listed = errands(paths, out)
    others = passed_over(paths, out)
    if not listed:
        terminal.fail(
            "no_documents",
            "所给文件夹中没有可识读的文档。请检查路径。 "
            "There are no documents in the folders given. Check the path.",
        )
        return 2
    out.mkdir(parents=True, exist_ok=True)
    settings = read_settings(DocumentLimits)
    limits = limits_of(settings)
    check_confinement(read_settings(Confinement))
    done: dict[Path, Outcome] = {}
    try:
        with terminal.progress(left=True) as bar:
            task = bar.add_task("识读 reading", total=len(listed))
            for outcome in run(
                listed, jobs=jobs, limits=limits, previous=wanted.previous, resume=wanted.resume
            ):
                done[outcome.path] = outcome
                terminal.result(_line(outcome), _text(outcome))
                bar.advance(task)
    except KeyboardInterrupt:
        terminal.fail("interrupted", _interrupted(len(done), len(listed), out))
        return INTERRUPTED
    in_order = [done[errand.path] for errand in listed if errand.path in done]
    for written in collect(in_order, out, wanted.formats):
        terminal.note(f"→ {written}")
    for told in _in_all(in_order, others):
        terminal.note(told)
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
        trace = f" {outcome.trace}" if outcome.trace else ""
        return f"{outcome.path}: {words.failure(outcome.error)}{trace}"
    took = "已有 there already" if outcome.kept else f"{outcome.seconds:.1f} s"
    return (
        f"{outcome.path}: {words.verdict(outcome.verdict)} · {outcome.pages} 页 p. · "
        f"{took} → {outcome.out}"
    )


def _in_all(outcomes: Sequence[Outcome], others: Sequence[Path]) -> Iterator[str]:
    """Yield the count of each verdict, of what could not be read, and what was not looked into."""
    verdicts = Counter(outcome.verdict for outcome in outcomes if outcome.verdict)
    told = [f"{words.verdict(name)} {verdicts[name]}" for name in VERDICTS if verdicts[name]]
    if unread := len(outcomes) - verdicts.total():
        told.append(f"未能处理 could not be read {unread}")
    if kept := sum(outcome.kept for outcome in outcomes):
        told.append(f"其中已有 of these there already {kept}")
    if len(outcomes) > 1:
        yield f"共 {len(outcomes)} 份 in all: {' · '.join(told)}"
    if others:
        yield (
            f"文件夹中另有 {len(others)} 个其他文件未识读 "
            f"{counted(len(others), 'other file was', 'other files were')} not looked into: "
            f"{words.names(others)}"
        )


def _interrupted(done: int, of: int, out: Path) -> str:
    return (
        f"已中断：{of} 份中已完成 {done} 份，结果在 {out}。用同一命令加 --resume 再次运行，"
        f"即从中断处继续；不加则全部重新识读。 Interrupted with {done} of {of} done; their results "
        f"are in {out}. Run the same command with --resume to go on; without it all are read again."
    )
