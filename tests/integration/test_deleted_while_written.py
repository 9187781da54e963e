"""A worker writes while what it works on is deleted: real steps and database, a folder as store."""

import dataclasses
import io
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, BinaryIO

import pytest
import sqlalchemy
from pydantic import SecretStr
from sqlalchemy import delete, select, update

from api import intake, jobs, removal
from api.intake import Handed, Wish
from api.limits import Waiting
from api.settings import ApiSettings
from schemas import keys
from schemas.tables_sql import jobs as rows
from schemas.tables_sql import service_state
from storage import documents
from storage.events import seconds
from storage.folder import FolderStore
from tests.documents import pdf
from workers import app
from workers.parts import Parts
from workers.settings import WorkerSettings
from workers.tasks.discard import discard
from workers.tasks.inspect import inspect
from workers.tasks.page import page

TENANT = "local"
WISH = Wish(tenant=TENANT, priority="interactive", metadata={})


class Meddled(FolderStore):
    """A store that does something just before an object is written for the first time."""

    def __init__(self, folder: Path, ending: str, act: Callable[[], None]) -> None:
        super().__init__(folder)
        self.ending = ending
        self.acts = [act]

    def put(self, key: str, content: bytes | BinaryIO, media_type: str) -> None:
        if key.endswith(self.ending) and self.acts:
            self.acts.pop()()
        super().put(key, content, media_type)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rig:
    api: Any
    worker: Parts
    folder: Path
    job_id: str

    def work(self, when: str, act: Callable[[], None]) -> None:
        """Walk all steps; `act` is done just before an object of that ending is written."""
        store = Meddled(self.folder, when, act)
        parts = dataclasses.replace(self.worker, objects=store)
        inspect(parts, self.job_id)
        page(parts, self.job_id, 1)
        assert store.acts == [], "nothing of that ending was written"

    def delete(self) -> None:
        removal.delete_job(self.api, TENANT, self.job_id, by="key_1")

    def sweep(self, after_s: float) -> None:
        """Remove what is over, as if so much time had passed since the deletion."""
        with self.worker.database.begin() as connection:
            passed = update(rows).where(rows.c.deleted_at.is_not(None))
            connection.execute(passed.values(due_at=rows.c.due_at - seconds(after_s)))
            connection.execute(delete(service_state))
        discard(self.worker)

    def left(self) -> list[str]:
        found = (path for path in self.folder.rglob("*") if path.is_file())
        return sorted(path.name for path in found)


@pytest.fixture
def rig(database: sqlalchemy.Engine, quiet_url: str, tmp_path: Path) -> Rig:
    settings = WorkerSettings(
        database_url=SecretStr(quiet_url), objects_dir=tmp_path, engine="null"
    )
    worker = dataclasses.replace(
        app.compose(settings), database=database, send=lambda message: None
    )
    api: Any = SimpleNamespace(
        settings=ApiSettings(), database=database, reading=database, waiting=Waiting(),
        objects=FolderStore(tmp_path), send=lambda message: None,
    )  # fmt: skip
    handed = Handed(filename="a.pdf", file=io.BytesIO(pdf(1, "deleted meanwhile")))
    return Rig(
        api=api,
        worker=worker,
        folder=tmp_path,
        job_id=intake.submit(api, handed, WISH).job_id,
    )


WRITTEN = ["0001.json", "0001.webp", "record.json", "workbook.xlsx", keys.LONG_TABLE]
"""Objects of every step; what is written before and after each differs."""


@pytest.mark.parametrize("ending", WRITTEN)
def test_what_is_written_after_a_deletion_goes_when_the_grace_is_over(
    rig: Rig, ending: str
) -> None:
    rig.work(ending, rig.delete)
    rig.sweep(documents.GRACE_S / 2)
    assert ending in rig.left(), "its writer may still be at it"
    rig.sweep(documents.GRACE_S)
    assert rig.left() == []


@pytest.mark.parametrize("ending", WRITTEN)
def test_what_was_being_written_at_a_cancellation_goes_with_the_job(rig: Rig, ending: str) -> None:
    rig.work(ending, lambda: jobs.cancel(rig.api, TENANT, rig.job_id))
    rig.delete()
    rig.sweep(documents.GRACE_S + 1)
    assert rig.left() == []


def test_results_of_a_finished_job_go_at_once_and_its_document_later(rig: Rig) -> None:
    rig.work("record.json", lambda: None)
    failed = keys.failed_page(TENANT, rig.job_id, 1)
    for key in (failed, keys.page_image(failed)):  # of an attempt before
        rig.worker.objects.put(key, b"x", "x")
    with rig.worker.database.connect() as connection:
        files = connection.execute(select(rows.c.files)).scalar_one()
    assert set(files) <= set(keys.RESULTS), "all that is written is known"
    rig.delete()
    assert len(rig.left()) == 3
    rig.sweep(documents.GRACE_S + 1)
    assert rig.left() == []
