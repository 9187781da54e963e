"""What uploads and batches leave behind is removed in the end: real database, a folder as store."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy import delete, insert, select, update

from schemas import keys
from schemas.tables_sql import batches, jobs, service_state, uploads
from storage.folder import FolderStore
from storage.parts import FolderParts
from storage.rows import BatchRow
from workers.settings import WorkerSettings
from workers.tasks.expand import _all_entries
from workers.tasks.leftovers import clear

LONG_AGO = datetime.now(UTC) - timedelta(days=3)
SHA = "ab" * 32
DOCUMENT = keys.upload("local", SHA)


@pytest.fixture
def parts(database: sqlalchemy.Engine, tmp_path: Path) -> Any:
    return SimpleNamespace(
        settings=WorkerSettings(objects_dir=tmp_path),
        database=database,
        objects=FolderStore(tmp_path),
    )


def add(parts: Any, table: sqlalchemy.Table, **row: object) -> None:
    with parts.database.begin() as connection:
        connection.execute(insert(table).values(row))


def upload(parts: Any, name: str, **row: object) -> None:
    add(parts, uploads, id=name, filename="a.zip", **{"created_at": LONG_AGO, **row})


def batch(parts: Any, **row: object) -> None:
    source = {"key": DOCUMENT, "filename": "a.zip", "sha256": SHA, "size_bytes": 1}
    common = {"id": "bat_1", "status": "succeeded", "expanded": True, "sources": [source]}
    add(parts, batches, **{**common, "finished_at": LONG_AGO, **row})


def expired(parts: Any) -> set[str]:
    with parts.database.connect() as connection:
        query = select(uploads.c.id).where(uploads.c.expired_at.is_not(None))
        return set(connection.execute(query).scalars())


def sweep(parts: Any) -> None:
    """Sweep as if the last look were long ago."""
    with parts.database.begin() as connection:
        connection.execute(delete(service_state))
    clear(parts)


def test_an_upload_that_was_never_completed_goes_with_its_parts(parts: Any, tmp_path: Path) -> None:
    upload(parts, "upl_parts", multipart_id="upl_parts", size_bytes=9, part_bytes=5)
    upload(parts, "upl_whole")
    upload(parts, "upl_fresh", created_at=datetime.now(UTC))
    incoming = {
        name: keys.incoming("local", name) for name in ("upl_parts", "upl_whole", "upl_fresh")
    }
    parts.objects.put(keys.upload_part(incoming["upl_parts"], 1), b"12345", "x")
    parts.objects.put(incoming["upl_whole"], b"123456789", "x")
    parts.objects.put(incoming["upl_fresh"], b"123456789", "x")
    sweep(parts)
    assert expired(parts) == {"upl_parts", "upl_whole"}
    assert FolderParts(tmp_path).parts(incoming["upl_parts"], "upl_parts") == []
    assert parts.objects.stat(incoming["upl_whole"]) is None
    assert parts.objects.stat(incoming["upl_fresh"]) is not None


@pytest.mark.parametrize(
    ("job", "kept"),
    [
        (None, False),
        ({"status": "succeeded"}, True),
        ({"deleted_at": LONG_AGO, "due_at": LONG_AGO}, True),  # the sweep of deleted jobs takes it
        ({"deleted_at": LONG_AGO}, False),
    ],
)
def test_a_completed_upload_goes_unless_a_job_has_its_document(
    parts: Any, job: dict[str, object] | None, kept: bool
) -> None:
    upload(parts, "upl_1", status="completed", sha256=SHA, size_bytes=1)
    parts.objects.put(DOCUMENT, b"x", "x")
    if job is not None:
        add(parts, jobs, id="job_1", filename="a.pdf", sha256=SHA, size_bytes=1, **job)
    sweep(parts)
    assert expired(parts) == {"upl_1"}
    assert (parts.objects.stat(DOCUMENT) is not None) == kept


@pytest.mark.parametrize(
    ("row", "kept"),
    [
        ({}, False),
        ({"finished_at": datetime.now(UTC)}, True),
        ({"finished_at": None, "status": "running"}, True),
        ({"error": {"code": "internal"}}, True),  # it may be opened once more
    ],
)
def test_the_archive_of_a_batch_goes_when_the_batch_is_long_finished(
    parts: Any, row: dict[str, object], kept: bool
) -> None:
    batch(parts, prefix="s3://inbox/", **row)
    listing = keys.listing("local", "bat_1")
    for key in (DOCUMENT, listing):
        parts.objects.put(key, b"x", "x")
    sweep(parts)
    assert [parts.objects.stat(key) is not None for key in (DOCUMENT, listing)] == [kept, kept]


def test_a_batch_without_its_files_any_more_opens_nothing_when_it_is_retried(parts: Any) -> None:
    batch(parts)
    sweep(parts)
    with parts.database.connect() as connection:
        row = BatchRow.of(connection.execute(select(batches)).one())
    assert row.sources_gone_at is not None
    assert list(_all_entries(parts, row)) == []


def test_it_looks_once_a_minute(parts: Any) -> None:
    sweep(parts)
    upload(parts, "upl_1")
    clear(parts)
    assert expired(parts) == set()
    with parts.database.begin() as connection:
        connection.execute(update(service_state).values(at=LONG_AGO))
    clear(parts)
    assert expired(parts) == {"upl_1"}


def test_what_a_killed_process_was_writing_goes_after_hours(parts: Any, tmp_path: Path) -> None:
    aside = tmp_path / ".aside"
    aside.mkdir()
    for name, hours in (("old", 7), ("new", 5)):
        (aside / name).touch()
        then = datetime.now(UTC).timestamp() - hours * 3600
        os.utime(aside / name, (then, then))
    sweep(parts)
    assert [path.name for path in aside.iterdir()] == ["new"]
