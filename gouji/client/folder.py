"""A folder as one batch: its documents packed into archives, one after the other, sent in parts.

What is packed is the same bytes each time, so that a part sent before is known again; archives that
lie in the folder go as they are. Nothing but the part at hand takes room on this machine.
"""

import hashlib
import os
import zipfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import JsonValue

from gouji.client.errors import ClientError, Refused
from gouji.client.flow import Ask, Flow, read, worked
from gouji.client.ledger import mark_of
from gouji.client.uploads import (
    LARGE_BYTES,
    Sending,
    forget,
    hash_of,
    known_upload,
    options,
    submit_batch,
    upload,
)
from gouji.client.wishes import Wishes
from schemas.batch import Batch
from schemas.filename import is_left_by_systems
from schemas.formats import sniff

PART_BYTES = 128 * 1024 * 1024
PART_FILES = 5000
"""Of one archive: a part that fails is sent again whole, so none is very large."""
_HEAD_BYTES = 64 * 1024
_DOCUMENTS = ("readable", "convertible")
_CHUNK_BYTES = 1024 * 1024
_FIRST = "documents/"
"""An archive whose first member was called word/… would be taken for a document."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """Files that go together: documents to be packed, or one archive as it is."""

    files: tuple[Path, ...]
    size_bytes: int
    packed: bool


def submit_folder(folder: Path, wishes: Wishes, sending: Sending) -> Flow[Batch]:
    """Hand in a folder with all below it as one batch; the same folder again is the same batch."""
    parts = yield from worked(partial(planned, folder))
    if not parts:
        raise ClientError(
            f"{folder} 中没有文档或压缩包。请检查路径。 "
            f"There are no documents or archives in {folder}. Check the path."
        )
    with TemporaryDirectory(prefix="gouji-submit-") as aside:
        target = Path(aside, f"{folder.resolve().name or 'documents'}.zip")
        if len(parts) == 1 and parts[0].size_bytes <= LARGE_BYTES:
            yield from worked(partial(_packed, folder, parts[0], target))
            return (yield from _submit_small(parts[0], target, wishes, sending))
        return (yield from _submit_parts(folder, parts, target, wishes, sending))


def planned(folder: Path) -> list[Part]:
    """Divide the documents and archives below a folder into parts, in the order of their names."""
    parts: list[Part] = []
    files: list[Path] = []
    size = 0
    archives: list[Part] = []
    for path in _files(folder):
        role, own = role_of(path), path.stat().st_size
        if role == "archive":
            archives.append(Part(files=(path,), size_bytes=own, packed=False))
        elif role in _DOCUMENTS:
            if files and (size + own > PART_BYTES or len(files) >= PART_FILES):
                parts.append(Part(files=tuple(files), size_bytes=size, packed=True))
                files, size = [], 0
            files.append(path)
            size += own
    if files:
        parts.append(Part(files=tuple(files), size_bytes=size, packed=True))
    return parts + archives


def left_out(folder: Path) -> list[Path]:
    """List the files below a folder that are neither documents nor archives: they are not sent."""
    return [path for path in _files(folder) if role_of(path) not in (*_DOCUMENTS, "archive")]


def _files(folder: Path) -> list[Path]:
    found = (item for item in folder.rglob("*") if not is_left_by_systems(item.name))
    return sorted(item for item in found if item.is_file())


def role_of(path: Path) -> str | None:
    """Say whether a file is a document, an archive or something else, by its content."""
    with path.open("rb") as file:
        kind = sniff(file.read(_HEAD_BYTES), path.name)
    return kind.role if kind else None


def _submit_small(part: Part, target: Path, wishes: Wishes, sending: Sending) -> Flow[Batch]:
    path = target if part.packed else part.files[0]
    digest = yield from worked(partial(hash_of, path))
    return (yield from submit_batch([path], _once(wishes, [digest]), sending))


def _submit_parts(
    folder: Path, parts: list[Part], target: Path, wishes: Wishes, sending: Sending
) -> Flow[Batch]:
    total = sum(part.size_bytes for part in parts)
    ids: list[JsonValue] = []
    hashes: list[str] = []
    marks: list[str] = []
    before = 0
    for part in parts:
        mark = _mark(folder, part)
        found = yield from known_upload(mark, sending)
        if found is None or found.status != "completed":
            path = part.files[0]
            if part.packed:
                path = yield from worked(partial(_packed, folder, part, target))
            found = yield from upload(path, _told(sending, before, part, total), mark=mark)
        before += part.size_bytes
        if sending.progress:
            sending.progress(before, total)
        ids.append(found.id)
        hashes.append(found.sha256 or "")
        marks.append(mark)
    body: dict[str, JsonValue] = {"upload_ids": ids, **options(wishes)}
    headers = {"Idempotency-Key": _once(wishes, hashes)["idempotency_key"]}
    try:
        batch = yield from read(
            Batch, Ask(method="POST", address="/v1/batches", json=body, headers=headers)
        )
    except Refused as refused:
        if refused.code == "upload_gone":
            forget(marks, sending)
        raise
    forget(marks, sending)
    return batch


def _once(wishes: Wishes, hashes: list[str]) -> Wishes:
    """Return the wishes under a key that is the same for the same content and options."""
    if "idempotency_key" in wishes:
        return wishes
    digest = hashlib.sha256(repr((sorted(options(wishes).items()), hashes)).encode()).hexdigest()
    return {**wishes, "idempotency_key": f"folder-{digest}"}


def _mark(folder: Path, part: Part) -> str:
    """Return what stands for a part: a file that was changed, or is new, makes it another one."""
    if not part.packed:
        return mark_of(part.files[0])
    listing = hashlib.sha256()
    for path in part.files:
        found = path.stat()
        named = (_name(folder, path), found.st_size, found.st_mtime_ns)
        listing.update(repr(named).encode())
    return f"{folder.resolve()} {listing.hexdigest()}"


def _packed(folder: Path, part: Part, target: Path) -> Path:
    """Write an archive of a part's documents, uncompressed; the same documents make the same."""
    if not part.packed:
        return part.files[0]
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(zipfile.ZipInfo(_FIRST), b"")
        for path in part.files:
            entry = zipfile.ZipInfo(_name(folder, path))
            with path.open("rb") as file, archive.open(entry, "w", force_zip64=True) as member:
                while chunk := file.read(_CHUNK_BYTES):
                    member.write(chunk)
    return target


def _name(folder: Path, path: Path) -> str:
    return os.fsencode(path.relative_to(folder).as_posix()).decode("utf-8", "replace")


def _told(sending: Sending, before: int, part: Part, total: int) -> Sending:
    """Return a sending whose progress is told as that of the whole."""
    progress = sending.progress
    if progress is None:
        return sending
    return Sending(
        server=sending.server,
        ledger=sending.ledger,
        progress=lambda done, _: progress(before + min(done, part.size_bytes), total),
    )
