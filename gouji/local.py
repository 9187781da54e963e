"""Documents → files on one machine, no server: the same steps as the service's tasks walk."""

import gc
import multiprocessing
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal

from gouji import faults
from gouji.earlier import find_earlier
from gouji.resumption import find_whole
from gouji.trace import keep_trace
from schemas import failures
from schemas.failure import Failure
from schemas.filename import folder_name, is_left_by_systems
from schemas.record import Source
from schemas.validation import Verdict
from storage.logs import configure
from workers.engines.inspection import Limits
from workers.engines.protocols import Engines
from workers.parent import die_with_parent
from workers.steps import PageReading, assemble_document, inspect_document, read_page

_RECORD = "record.json"
RESULT_FILES = (
    _RECORD,
    "validation.json",
    "tables.json",
    "validation.html",
    "workbook.xlsx",
    "searchable.pdf",
)

_BETWEEN_ROUNDS = 50_000
"""Objects made, and not freed, between two rounds of the garbage collector."""

READABLE = frozenset(
    {
        *(".pdf", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ".webp"),
        *(".docx", ".docm", ".html", ".htm", ".mht", ".mhtml", ".md", ".markdown", ".txt"),
        *(".doc", ".wps", ".rtf", ".odt"),
    }
)
"""Names taken when a folder is walked; a file named outright is judged by its content."""

REFUSED = frozenset({".ofd", ".gif", ".zip", ".7z", ".rar", ".tar", ".tgz"})
"""Names that may well hold reports: taken too, so that each is refused by name with what to do."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of one document; `seconds` of wall time, `out` the folder of its files."""

    path: Path
    status: Literal["processed", "refused", "failed"]
    verdict: Verdict | None = None
    out: Path | None = None
    pages: int = 0
    seconds: float = 0.0
    error: Failure | None = None
    trace: Path | None = None
    """Of a defect of ours: the file that says where."""
    kept: bool = False
    """Whether an earlier run had written its results, and it was not read again."""


@dataclass(frozen=True, kw_only=True)
class Errand:
    """One document to read and the folder for its files."""

    path: Path
    out: Path


def errands(paths: Iterable[Path], out: Path) -> list[Errand]:
    """List the documents of files and folders; equal names get a running number."""
    found: list[Path] = []
    for path in paths:
        found += filter(_is_taken, _below(path, out)) if path.is_dir() else [path]
    taken: set[str] = set()
    listed = []
    for path in dict.fromkeys(found):
        stem = folder_name(path.name)
        name, number = stem, 2
        while name in taken:
            name, number = f"{stem}-{number}", number + 1
        taken.add(name)
        listed.append(Errand(path=path, out=out / name))
    return listed


def passed_over(paths: Iterable[Path], out: Path) -> list[Path]:
    """List the files of folders that are not looked into, because their names say why not."""
    folders = (path for path in paths if path.is_dir())
    return [file for folder in folders for file in _below(folder, out) if not _is_taken(file)]


def _is_taken(file: Path) -> bool:
    return file.suffix.lower() in READABLE | REFUSED


def _below(folder: Path, out: Path) -> list[Path]:
    """List the files below a folder that a person put there; results of earlier runs are none."""
    own = out.resolve()
    found = (
        item
        for item in folder.rglob("*")
        if not is_left_by_systems(item.name) and own not in item.resolve().parents
    )
    return sorted(item for item in found if item.is_file())


def process(
    listed: Sequence[Errand],
    *,
    jobs: int,
    limits: Limits,
    previous: Path | None = None,
    resume: bool = False,
) -> Iterator[Outcome]:
    """Process documents in `jobs` processes and yield each outcome as it is ready.

    `previous` is a folder of earlier results, in which last year's reports are looked for. With
    `resume` documents are not read again whose results an interrupted run has written whole.
    A document that kills its process is reported and the others go on in fresh ones.
    """
    work = partial(process_one, limits=limits, previous=previous, resume=resume)
    waiting = list(listed)
    while waiting:
        finished: set[Path] = set()
        try:
            for outcome in _in_pool(waiting, jobs, work):
                finished.add(outcome.path)
                yield outcome
        except BrokenProcessPool:
            waiting = [errand for errand in waiting if errand.path not in finished]
            yield from _one_by_one(waiting, work)
        return


Work = Callable[[Errand], Outcome]


def _in_pool(waiting: Sequence[Errand], jobs: int, work: Work) -> Iterator[Outcome]:
    context = multiprocessing.get_context("spawn")
    number = min(jobs, len(waiting))
    with ProcessPoolExecutor(number, mp_context=context, initializer=_prepare) as pool:
        futures: list[Future[Outcome]] = [pool.submit(work, errand) for errand in waiting]
        for future in as_completed(futures):
            yield future.result()


def _one_by_one(waiting: Sequence[Errand], work: Work) -> Iterator[Outcome]:
    for errand in waiting:
        try:
            yield from _in_pool([errand], 1, work)
        except BrokenProcessPool:
            yield Outcome(path=errand.path, status="failed", error=failures.reading_crashed())


def _prepare() -> None:
    """Make a process of the pool ready."""
    die_with_parent()
    configure("critical", as_json=False)  # people see outcomes; traces go to files
    look_for_garbage_seldom()


def look_for_garbage_seldom() -> None:
    """Leave what is loaded out of the collector's rounds, and make these rare.

    A document leaves few circles of objects behind; the usual rounds take a twentieth of its time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_BETWEEN_ROUNDS, 20, 20)


def process_one(
    errand: Errand, limits: Limits, previous: Path | None = None, *, resume: bool = False
) -> Outcome:
    """Process one document in this process and write its files."""
    started = time.monotonic()
    try:
        content = errand.path.read_bytes()
    except OSError:
        _forget(errand.out)
        return Outcome(path=errand.path, status="failed", error=failures.file_unreadable())
    before = _kept(errand, content) if resume else None
    if before is not None:
        return before
    _forget(errand.out)
    try:
        outcome = _read(errand, content, limits, previous)
    except Exception:  # a document's edge: one that breaks us must not stop the others
        failed = Outcome(path=errand.path, status="failed", error=faults.defect())
        outcome = replace(failed, trace=keep_trace())
    return replace(outcome, seconds=round(time.monotonic() - started, 3))


def _kept(errand: Errand, content: bytes) -> Outcome | None:
    """Return the outcome of an earlier run, if its results are there and whole."""
    whole = find_whole(errand.out, errand.path.name, content, _engines().describe())
    if whole is None:
        return None
    return Outcome(
        path=errand.path,
        status="processed",
        verdict=whole.verdict,
        out=errand.out,
        pages=whole.pages,
        kept=True,
    )


def _read(errand: Errand, content: bytes, limits: Limits, previous: Path | None) -> Outcome:
    inspected = inspect_document(content, errand.path.name, limits)
    if isinstance(inspected, Failure):
        return Outcome(path=errand.path, status="refused", error=inspected)
    engines = _engines()
    readings = [
        read_page(content, inspected.kind, number, engines)
        for number in range(1, inspected.pages + 1)
    ]
    source = Source(
        filename=errand.path.name,
        sha256=inspected.sha256,
        media_type=inspected.media_type,
        kind=inspected.kind,
        pages=inspected.pages,
    )
    assembly = assemble_document(
        source,
        engines.describe(),
        [reading.page for reading in readings],
        lambda number: readings[number - 1].image,
        partial(find_earlier, previous) if previous else None,
    )
    if isinstance(assembly, Failure):
        refused = Outcome(path=errand.path, status="refused", error=assembly)
        return replace(refused, pages=inspected.pages)
    try:
        _write(errand.out, assembly.files, readings)
    except OSError:
        return Outcome(path=errand.path, status="failed", error=faults.results_not_written())
    return Outcome(
        path=errand.path,
        status="processed",
        verdict=assembly.validation.verdict,
        out=errand.out,
        pages=inspected.pages,
    )


def _forget(out: Path) -> None:
    """Remove what an earlier run wrote: a refused document must not show an old result."""
    if not out.exists():
        return
    for name in (*RESULT_FILES, f"{_RECORD}.part"):  # the record first: it vouches for the others
        (out / name).unlink(missing_ok=True)
    for picture in (out / "pages").glob("????.webp"):
        picture.unlink()


def _write(out: Path, files: dict[str, bytes], readings: Sequence[PageReading]) -> None:
    """Write a document's files, the record last and whole: where it is, all the others are."""
    out.mkdir(parents=True, exist_ok=True)
    for reading in readings:
        if reading.image:  # documents without pages have none
            (out / "pages").mkdir(exist_ok=True)
            (out / "pages" / f"{reading.page.number:04d}.webp").write_bytes(reading.image)
    for name, content in files.items():
        if name != _RECORD:
            (out / name).write_bytes(content)
    aside = out / f"{_RECORD}.part"
    aside.write_bytes(files[_RECORD])
    aside.replace(out / _RECORD)


_built: list[Engines] = []


def _engines() -> Engines:
    """Return a process's engines; the models are loaded by the first page to be recognised."""
    if not _built:
        from workers.engines.recognise import PaddleEngines

        _built.append(PaddleEngines())
    return _built[0]
