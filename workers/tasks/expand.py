"""Open a batch: every document in it becomes a job, everything else an item that says why not."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path, PurePosixPath

import structlog

from schemas import failures, keys, message
from schemas.batch import BatchSource
from schemas.failure import Failure
from schemas.formats import Format, sniff
from storage.inbox import Inbox, open_inbox
from storage.objects import ObjectMissing, copy_to, read
from storage.rows import BatchRow
from workers import app, batches
from workers.archive import ArchiveLimits, ArchiveRefused, Refused
from workers.batches import HeldBatch
from workers.confined.folders import folder_for_a_while
from workers.confined.reader import reader
from workers.entry import Entry
from workers.fault import PROCESS_ENDED, Fault
from workers.parts import Parts
from workers.tasks.attempt import Work, attempting

log = structlog.get_logger()

_HEAD_BYTES = 64 * 1024
_PREFIX = "gouji-opening-"
_GROUP = 100
_GROUP_BYTES = 16 * 1024 * 1024


@app.task("gouji.expand")
def expand(parts: Parts, batch_id: str) -> None:
    """Open the files of a batch in order and make jobs of the documents in them."""
    held = batches.start(parts, batch_id)
    if held is None:
        return
    structlog.contextvars.bind_contextvars(tenant=held.batch.tenant)
    before = held.claim.attempt - 1
    if before >= parts.settings.max_attempts:
        batches.set_aside(parts, held, Fault(cause=PROCESS_ENDED), attempts=before)
        return
    about = {"gouji.batch_id": batch_id, "gouji.tenant": held.batch.tenant}
    again = message.expand(batch_id)
    work = Work(claim=held.claim, again=again, trace=held.batch.trace, about=about)
    opening = Opening()

    def let_go(fault: Fault) -> None:
        batches.let_go(parts, held, replace(fault, further=opening.further))

    with attempting(parts, work, let_go):
        refused = _open(parts, held, opening)
        batches.finish(parts, held, refused)
        log.info("batch_opened")


@dataclass
class Opening:
    """How far the opening of a batch has got."""

    further: bool = False
    """Whether it has recorded members that were not before."""


def _open(parts: Parts, held: HeldBatch, opening: Opening) -> Failure | None:
    """Record every member; return the failure of an archive that was the whole batch."""
    position = 0
    last: Entry | None = None
    for group in grouped(_all_entries(parts, held.batch)):
        added = batches.add(parts, held, position, group)
        if added is None:
            return None
        opening.further = opening.further or added > 0
        position += len(group)
        last = group[-1]
    places = len(held.batch.sources) + (held.batch.prefix is not None)
    alone = places == 1 and position == 1
    return last.failure if alone and last is not None else None


def grouped(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Yield members in groups of a bounded number and of bounded weight in memory."""
    group: list[Entry] = []
    weight = 0
    for entry in entries:
        group.append(entry)
        weight += len(entry.content or b"")
        if len(group) >= _GROUP or weight >= _GROUP_BYTES:
            yield group
            group, weight = [], 0
    if group:
        yield group


def _all_entries(parts: Parts, batch: BatchRow) -> Iterator[Entry]:
    """Yield the members of all files; none once these are gone, for all were recorded before."""
    if batch.sources_gone_at is not None:
        return
    for source in batch.sources:
        yield from _entries(parts, batch.tenant, source)
    if batch.prefix is not None:
        yield from _prefixed(parts, batch, batch.prefix)


def _entries(parts: Parts, tenant: str, source: BatchSource) -> Iterator[Entry]:
    """Yield the members of an archive, or the one document a file is.

    A file may be gone when its batch is retried: its one job was deleted since.
    """
    with folder_for_a_while(_PREFIX) as folder:
        path = Path(folder, "source")
        with path.open("wb") as file:
            try:
                copy_to(parts.objects, source.key, file)
            except ObjectMissing:
                yield Entry(name=source.filename, failure=failures.file_unreadable())
                return
        kind = _kind(path, source.filename)
        if kind is not None and kind.role == "archive":
            yield from _members(parts, tenant, source.filename, path)
        else:
            own = PurePosixPath(source.filename).name
            yield _judged(source.filename, kind, source.model_copy(update={"filename": own}))


def _kind(path: Path, filename: str) -> Format | None:
    with path.open("rb") as file:
        return sniff(file.read(_HEAD_BYTES), filename)


def _prefixed(parts: Parts, batch: BatchRow, prefix: str) -> Iterator[Entry]:
    """Yield what lies below a prefix: documents, and the members of archives.

    The names are noted before the first is taken, so that a restart finds each in its old place,
    whatever has come or gone since.
    """
    try:
        inbox = open_inbox(parts.settings, prefix, batch.tenant)
        names = _listing(parts, batch, inbox)
    except ObjectMissing:
        yield Entry(name=prefix, failure=failures.file_unreadable())
        return
    if not names:
        yield Entry(name=prefix, failure=failures.archive_empty())
    limit = parts.settings.archive_max_entries
    for name in names[:limit]:
        yield from _taken(parts, batch.tenant, inbox, name)
    if len(names) > limit:
        yield Entry(name=prefix, failure=failures.archive_too_many_entries(limit))


def _listing(parts: Parts, batch: BatchRow, inbox: Inbox) -> list[str]:
    key = keys.listing(batch.tenant, batch.id)
    if parts.objects.stat(key) is None:
        found = list(islice(inbox.names(), parts.settings.archive_max_entries + 1))
        parts.objects.put(key, json.dumps(found).encode(), "application/json")
        return found
    return [str(name) for name in json.loads(read(parts.objects, key))]


def _taken(parts: Parts, tenant: str, inbox: Inbox, name: str) -> Iterator[Entry]:
    """Yield the document an object of the inbox is, or the members of the archive it is."""
    with folder_for_a_while(_PREFIX) as folder:
        path = Path(folder, "source")
        with path.open("wb") as file:
            try:
                inbox.copy_to(name, file)
            except ObjectMissing:
                yield Entry(name=name, failure=failures.file_unreadable())
                return
        kind = _kind(path, name)
        limit = parts.settings.max_upload_bytes
        if kind is not None and kind.role == "archive":
            for entry in _members(parts, tenant, name, path):
                yield replace(entry, name=name if entry.name == name else f"{name}/{entry.name}")
        elif path.stat().st_size > limit:
            yield Entry(name=name, failure=failures.too_large(path.stat().st_size, limit))
        else:
            yield _member(tenant, name, path.read_bytes())


def _members(parts: Parts, tenant: str, filename: str, path: Path) -> Iterator[Entry]:
    """Yield the members of an archive; a refusal of all of it is the last one."""
    try:
        for member in reader().members(path, _limits(parts)):
            if isinstance(member, Refused):
                yield Entry(name=member.name, failure=member.failure)
            else:
                yield _member(tenant, member.name, member.content)
    except ArchiveRefused as refused:
        yield Entry(name=filename, failure=refused.failure)


def _member(tenant: str, name: str, content: bytes) -> Entry:
    """Judge a member by its content; a document takes its bytes along."""
    sha256 = hashlib.sha256(content).hexdigest()
    document = BatchSource(
        key=keys.upload(tenant, sha256),
        filename=PurePosixPath(name).name,
        sha256=sha256,
        size_bytes=len(content),
    )
    entry = _judged(name, sniff(content, name), document)
    return entry if entry.document is None else replace(entry, content=content)


def _judged(name: str, kind: Format | None, document: BatchSource) -> Entry:
    """Return a document as entry, or the reason why it is none; inspection says the rest."""
    if document.size_bytes == 0:
        return Entry(name=name, failure=failures.empty_file())
    if kind is None:
        return Entry(name=name, failure=failures.not_a_document())
    if kind.role in ("readable", "convertible"):
        return Entry(name=name, document=document, media_type=kind.media_type)
    if kind.role == "later":
        return Entry(name=name, failure=failures.unsupported_type(kind))
    return Entry(name=name, failure=failures.archive_nested())


def _limits(parts: Parts) -> ArchiveLimits:
    settings = parts.settings
    return ArchiveLimits(
        max_entries=settings.archive_max_entries,
        max_entry_bytes=settings.max_upload_bytes,
        max_total_bytes=settings.archive_max_total_bytes,
        max_ratio=settings.archive_max_ratio,
    )
