"""How long a document lies in object storage: the real database, a folder as store."""

import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy import delete, func, insert, select, update

from api import intake, removal, uploads
from api.errors import ApiError
from api.intake import Handed, Wish
from api.limits import Waiting
from api.settings import ApiSettings
from schemas import keys
from schemas.tables_sql import batches, jobs, pages, service_state
from schemas.tables_sql import uploads as upload_rows
from storage import documents
from storage.events import seconds
from storage.folder import FolderStore
from storage.objects import Stat, StorageError
from tests.documents import pdf
from workers.tasks.discard import discard

TENANT = "local"
CONTENT = pdf(1, "kept for as long as needed")
READING = f"{TENANT}/pages/x/engine/0001.json"
WISH = Wish(tenant=TENANT, priority="bulk", metadata={})


@pytest.fixture
def parts(database: sqlalchemy.Engine, tmp_path: Path) -> Any:
    """What both rooms' functions need; nothing is sent."""
    return SimpleNamespace(
        settings=ApiSettings(),
        database=database,
        reading=database,
        waiting=Waiting(),
        objects=FolderStore(tmp_path),
        send=lambda message: None,
    )


def submit(parts: Any) -> str:
    return intake.submit(parts, Handed(filename="a.pdf", file=io.BytesIO(CONTENT)), WISH).job_id


def read(parts: Any, job_id: str) -> None:
    """Leave behind what a reader of the one page would."""
    with parts.database.begin() as connection:
        row = {"job_id": job_id, "number": 1, "status": "done", "reading_key": READING}
        connection.execute(insert(pages).values(row))
    parts.objects.put(READING, b"{}", "application/json")
    parts.objects.put(keys.page_image(READING), b"webp", "image/webp")


def forget(parts: Any, job_id: str) -> None:
    removal.delete_job(parts, TENANT, job_id, by="key_1")


def uploaded(parts: Any) -> str:
    wanted = uploads.UploadRequest(filename="a.pdf")
    upload_id = uploads.begin(parts, TENANT, wanted).id
    uploads.put_content(parts, TENANT, upload_id, io.BytesIO(CONTENT))
    uploads.complete(parts, TENANT, upload_id, uploads.Completion())
    return upload_id


def key_of(parts: Any, job_id: str) -> str:
    with parts.database.connect() as connection:
        found = connection.execute(select(jobs.c.sha256).where(jobs.c.id == job_id)).scalar_one()
    return keys.upload(TENANT, found)


def sweep(parts: Any, *, after_s: float = documents.GRACE_S + 1) -> None:
    """Look for what is over, as if so much time had passed since the marks were set."""
    with parts.database.begin() as connection:
        marked = update(jobs).where(jobs.c.deleted_at.is_not(None))
        connection.execute(marked.values(due_at=jobs.c.due_at - seconds(after_s)))
        connection.execute(delete(service_state))
    discard(parts)


def lies(parts: Any, *names: str) -> list[bool]:
    return [parts.objects.stat(name) is not None for name in names]


def test_a_document_goes_with_its_pages_when_the_grace_is_over(parts: Any) -> None:
    job_id = submit(parts)
    read(parts, job_id)
    everything = (key_of(parts, job_id), READING, keys.page_image(READING))
    forget(parts, job_id)
    sweep(parts, after_s=documents.GRACE_S / 2)
    assert lies(parts, *everything) == [True, True, True]
    sweep(parts)
    assert lies(parts, *everything) == [False, False, False]


def test_a_document_stays_while_another_job_has_it(parts: Any) -> None:
    first, second = submit(parts), submit(parts)
    key = key_of(parts, first)
    read(parts, first)
    forget(parts, first)
    sweep(parts)
    assert lies(parts, key, READING) == [True, True]
    forget(parts, second)
    sweep(parts)
    assert lies(parts, key, READING) == [False, False]


def test_a_document_stays_for_a_recent_upload_and_an_old_one_is_gone(parts: Any) -> None:
    upload_id, job_id = uploaded(parts), submit(parts)
    forget(parts, job_id)
    sweep(parts)
    assert lies(parts, key_of(parts, job_id)) == [True]
    filename, received = uploads.completed(parts, TENANT, upload_id)
    received.file.close()
    assert (filename, received.size_bytes) == ("a.pdf", len(CONTENT))

    with parts.database.begin() as connection:
        old = func.now() - seconds(documents.UPLOAD_S + 1)
        connection.execute(update(upload_rows).values(created_at=old))
    sweep(parts)
    with pytest.raises(ApiError) as caught:
        uploads.completed(parts, TENANT, upload_id)
    assert (caught.value.status_code, caught.value.code) == (410, "upload_gone")


def test_a_document_stays_until_its_batch_is_finished(parts: Any) -> None:
    job_id = submit(parts)
    key = key_of(parts, job_id)
    intake.submit_batch(parts, [Handed(filename="a.pdf", file=io.BytesIO(CONTENT))], WISH)
    forget(parts, job_id)
    sweep(parts)
    assert lies(parts, key) == [True]
    with parts.database.begin() as connection:
        connection.execute(update(batches).values(finished_at=func.now()))
    sweep(parts)
    assert lies(parts, key) == [False]


def test_a_document_that_is_just_being_admitted_is_left_alone(parts: Any) -> None:
    job_id = submit(parts)
    key = key_of(parts, job_id)
    forget(parts, job_id)
    with parts.database.begin() as connection:
        documents.hold(connection, TENANT, [key.rpartition("/")[2]])
        sweep(parts)
        assert lies(parts, key) == [True]
    sweep(parts)
    assert lies(parts, key) == [False]


def test_a_document_removed_between_the_look_and_the_row_is_stored_again(
    parts: Any, tmp_path: Path
) -> None:
    class Late(FolderStore):
        """Finds, the first time, what is gone a moment later."""

        looks = 0

        def stat(self, key: str) -> Stat | None:
            self.looks += 1
            return Stat(size_bytes=1, tag="") if self.looks == 1 else super().stat(key)

    parts.objects = Late(tmp_path)
    assert lies(parts, key_of(parts, submit(parts))) == [True]


def test_what_could_not_be_removed_is_tried_again(parts: Any, tmp_path: Path) -> None:
    class Away(FolderStore):
        def delete(self, key: str) -> None:
            raise StorageError(key)

    job_id = submit(parts)
    key = key_of(parts, job_id)
    forget(parts, job_id)
    there = parts.objects
    parts.objects = Away(tmp_path)
    sweep(parts)
    parts.objects = there
    assert lies(parts, key) == [True]
    sweep(parts)
    assert lies(parts, key) == [False]
