"""A batch of all that lies in a folder: opened, interrupted, gone on with."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy import update

from api import batches as asked
from api import intake
from api.errors import ApiError
from api.intake import Wish
from api.settings import ApiSettings
from schemas.batch import BatchItem
from schemas.tables_sql import batches
from tests.documents import pdf, zip_of
from tests.integration.test_batch_rows import Rig
from workers.settings import WorkerSettings
from workers.tasks.expand import expand

WISH = Wish(tenant="local", priority="bulk", metadata={})


@pytest.fixture
def box(tmp_path: Path) -> Path:
    folder = tmp_path / "box"
    (folder / "县").mkdir(parents=True)
    (folder / "a.pdf").write_bytes(pdf(1, "a"))
    (folder / "b.zip").write_bytes(zip_of({"in.pdf": pdf(1, "in"), "no.gif": b"GIF89a" + bytes(9)}))
    (folder / "县" / "c.pdf").write_bytes(pdf(1, "c"))
    return folder


@pytest.fixture
def rig(database: sqlalchemy.Engine, tmp_path: Path, box: Path) -> Rig:
    made = Rig(database, tmp_path / "objects")
    allowed: dict[str, Any] = {"import_prefixes": (f"file://{box.parent}/",)}
    made.api.settings = ApiSettings(**allowed)
    made.worker.settings = WorkerSettings(**allowed)
    return made


def items(rig: Rig, batch_id: str) -> dict[str, BatchItem]:
    found = asked.items(rig.api, "local", batch_id, asked.ItemFilters(), None, 100)
    return {item.name: item for item in found.data}


def test_documents_and_members_of_archives_become_jobs(rig: Rig, box: Path) -> None:
    batch_id = intake.admit_prefix(rig.api, f"file://{box}", WISH)
    expand(rig.worker, batch_id)
    found = items(rig, batch_id)
    assert {name: item.status for name, item in found.items()} == {
        "a.pdf": "queued",
        "b.zip/in.pdf": "queued",
        "b.zip/no.gif": "skipped",
        "县/c.pdf": "queued",
    }


def test_what_comes_later_is_not_mixed_into_a_batch_begun(rig: Rig, box: Path) -> None:
    batch_id = intake.admit_prefix(rig.api, f"file://{box}", WISH)
    expand(rig.worker, batch_id)
    (box / "0.pdf").write_bytes(pdf(1, "came later"))
    with rig.database.begin() as connection:  # as after a crash
        connection.execute(update(batches).values(expanded=False, lease_until=None))
    expand(rig.worker, batch_id)
    assert list(items(rig, batch_id)) == ["a.pdf", "b.zip/in.pdf", "b.zip/no.gif", "县/c.pdf"]


def test_an_empty_prefix_is_the_batch_s_own_failure(rig: Rig, box: Path) -> None:
    batch_id = intake.admit_prefix(rig.api, f"file://{box}/nothing/here", WISH)
    expand(rig.worker, batch_id)
    batch = asked.read(rig.api, "local", batch_id)
    assert batch.error is not None
    assert (batch.status, batch.error.code) == ("failed", "archive_empty")


def test_a_prefix_nobody_opened_is_refused_at_the_door(rig: Rig) -> None:
    with pytest.raises(ApiError) as refusal:
        intake.admit_prefix(rig.api, "s3://somebody-elses/", WISH)
    assert (refusal.value.status_code, refusal.value.code) == (403, "prefix_not_allowed")
