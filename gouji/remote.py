"""`gouji submit|status|fetch`: a running service, from the command line."""

import hashlib
import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue

from gouji.client import Client, Refused, ResultFormat, Wishes
from gouji.terminal import Terminal
from schemas.batch import Batch, BatchItem
from schemas.formats import sniff
from schemas.job import TERMINAL, Job, Priority

_POLL_S = 1.0
_HEAD_BYTES = 64 * 1024
_CHUNK_BYTES = 1024 * 1024
_GOOD = frozenset({"succeeded", "partially_succeeded"})
_FILES: tuple[tuple[str, ResultFormat], ...] = (
    ("record.json", "json"),
    ("validation.html", "html"),
    ("workbook.xlsx", "xlsx"),
    ("searchable.pdf", "pdf"),
)


@dataclass(frozen=True, kw_only=True)
class Submission:
    """What `gouji submit` is asked to hand in, and how."""

    paths: tuple[Path, ...]
    priority: Priority
    again: bool
    wait: bool


@dataclass(frozen=True, kw_only=True)
class Handed:
    """A file that was handed in and the job or batch it became."""

    path: Path
    id: str


def submit(terminal: Terminal, client: Client, wanted: Submission, out: Path | None) -> int:
    """Hand everything in; wait and fetch when asked. Return the exit code."""
    files = _files(wanted.paths)
    if not files:
        terminal.fail("no_documents", "There are no documents or archives in the folders given.")
        return 2
    handed: list[Handed] = []
    refused = 0
    with terminal.progress() as bar:
        task = bar.add_task("handing in", total=len(files))
        for path in files:
            try:
                handed.append(_hand_in(client, path, wanted))
            except Refused as exc:
                refused += 1
                error: JsonValue = {"code": exc.code, "message": str(exc)}
                value = {"path": str(path), "id": None, "error": error}
                terminal.result(value, f"{path}: {exc}")
            bar.advance(task)
    if not wanted.wait:
        for one in handed:
            terminal.result({"path": str(one.path), "id": one.id, "error": None}, _told(one))
        return 1 if refused else 0
    return max(1 if refused else 0, _follow(terminal, client, handed, out))


def _told(one: Handed) -> str:
    return f"{one.path}: {one.id}"


def _files(paths: Sequence[Path]) -> list[Path]:
    """List files, and in folders those whose content is a document or an archive."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(item for item in path.rglob("*") if item.is_file())
            found += [item for item in inside if _role(item) in _TAKEN]
        else:
            found.append(path)
    return list(dict.fromkeys(found))


_TAKEN = ("readable", "convertible", "archive")


def _role(path: Path) -> str | None:
    with path.open("rb") as file:
        kind = sniff(file.read(_HEAD_BYTES), path.name)
    return kind.role if kind else None


def _hand_in(client: Client, path: Path, wanted: Submission) -> Handed:
    """Hand one file in; the same file handed in before, and not long ago, is that one's job."""
    wishes: Wishes = {"priority": wanted.priority}
    if not wanted.again:
        wishes["idempotency_key"] = f"submit-{wanted.priority}-{_hash(path)}"
    if _role(path) == "archive":
        return Handed(path=path, id=client.submit_batch([path], **wishes).id)
    job = client.submit(path, **wishes)
    return Handed(path=path, id=job.id)


def _hash(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def _follow(terminal: Terminal, client: Client, handed: Iterable[Handed], out: Path | None) -> int:
    """Wait for everything; print, and fetch, each as it is finished."""
    waiting = list(handed)
    code = 0
    with terminal.progress() as bar:
        task = bar.add_task("reading", total=len(waiting))
        while waiting:
            for one in list(waiting):
                found = _read(client, one.id)
                if found.status not in TERMINAL:
                    continue
                waiting.remove(one)
                code = max(code, _report(terminal, client, one, found, out))
                bar.advance(task)
            if waiting:
                time.sleep(_POLL_S)
    return code


def _read(client: Client, thing: str) -> Job | Batch:
    return client.batch(thing) if thing.startswith("bat_") else client.job(thing)


def _report(
    terminal: Terminal, client: Client, one: Handed, found: Job | Batch, out: Path | None
) -> int:
    if isinstance(found, Batch):
        for job_id in _job_ids(client, found.id):
            _tell(terminal, client, client.job(job_id), out)
        for item in client.items(found.id):
            if item.job_id is None:
                _tell_item(terminal, item)
        return 0 if found.status == "succeeded" else 1
    return _tell(terminal, client, found, out, one.path)


def _job_ids(client: Client, batch_id: str) -> list[str]:
    return [item.job_id for item in client.items(batch_id) if item.job_id is not None]


def _tell_item(terminal: Terminal, item: BatchItem) -> None:
    why = item.error.message if item.error else ""
    terminal.result(json.loads(item.model_dump_json()), f"{item.name}: {item.status} · {why}")


def _tell(
    terminal: Terminal, client: Client, job: Job, out: Path | None, path: Path | None = None
) -> int:
    """Print a finished job and fetch its files when there is a folder for them."""
    good = job.status in _GOOD
    folder = _fetch_job(client, job, out) if good and out is not None else None
    value = {**json.loads(job.model_dump_json()), "out": str(folder) if folder else None}
    words = [job.status, job.verdict or "", job.error.message if job.error else ""]
    text = f"{path or job.filename}: {' · '.join(word for word in words if word)}"
    terminal.result(value, f"{text} → {folder}" if folder else text)
    return 0 if good else 1


def status(terminal: Terminal, client: Client, thing: str) -> None:
    """Print a job or batch as it is now."""
    found = _read(client, thing)
    if terminal.as_json:
        terminal.line(found.model_dump_json())
    elif isinstance(found, Batch):
        terminal.say(f"{found.id}  {found.status}  {found.progress.percent} %")
        terminal.table(["status", "items"], [[k, str(v)] for k, v in found.counts.items()])
        if found.progress.reason:
            terminal.say(f"waits for: {found.progress.reason}")
    else:
        words = [found.id, found.filename, found.status, found.stage or "", found.verdict or ""]
        terminal.say("  ".join(word for word in words if word))
        if found.progress.reason:
            terminal.say(f"{found.progress.percent} %, {found.progress.reason}")
        if found.error:
            terminal.say(found.error.message)


def fetch(terminal: Terminal, client: Client, thing: str, out: Path) -> int:
    """Fetch the files of a job, or of every finished job of a batch."""
    ids = _job_ids(client, thing) if thing.startswith("bat_") else [thing]
    code = 0
    with terminal.progress() as bar:
        task = bar.add_task("fetching", total=len(ids))
        for job_id in ids:
            code = max(code, _tell(terminal, client, client.job(job_id), out))
            bar.advance(task)
    return code


def _fetch_job(client: Client, job: Job, out: Path) -> Path:
    """Write a job's files as `gouji process` does; equal names are told apart by the job's id."""
    folder = out / (Path(job.filename).stem or job.id)
    marker = folder / "job.json"
    if marker.exists() and json.loads(marker.read_text())["id"] != job.id:
        folder = out / f"{folder.name}-{job.id}"
    (folder / "pages").mkdir(parents=True, exist_ok=True)
    for name, kind in _FILES:
        try:
            (folder / name).write_bytes(client.result(job.id, kind))
        except Refused as exc:
            if exc.code != "format_not_available":
                raise
    (folder / "validation.json").write_bytes(client.file(job.id, "validation"))
    (folder / "tables.json").write_bytes(client.file(job.id, "tables"))
    for number in range(1, (job.pages or 0) + 1):
        try:
            picture = client.page(job.id, number)
        except Refused as exc:
            if exc.status not in (404, 409):
                raise
            continue
        (folder / "pages" / f"{number:04d}.webp").write_bytes(picture)
    (folder / "job.json").write_text(job.model_dump_json())
    return folder
