"""Last year's report from the store: the real database, a folder as store."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy
from sqlalchemy import insert

from schemas import keys
from schemas.record import Record
from schemas.tables_sql import jobs
from storage.folder import FolderStore
from tests.strategies import build_report
from workers.tasks.assemble import find_earlier

ISSUER = "云溪县林业局"


@pytest.fixture
def parts(database: sqlalchemy.Engine, tmp_path: Path) -> Any:
    return SimpleNamespace(database=database, objects=FolderStore(tmp_path))


def keep(
    parts: Any, job_id: str, *, tenant: str = "local", year: int = 2022, status: str = "succeeded"
) -> Record:
    """Leave behind what a job that read a report would."""
    row = {
        "id": job_id,
        "tenant": tenant,
        "status": status,
        "filename": f"{job_id}.pdf",
        "sha256": "0" * 64,
        "size_bytes": 1,
        "issuer": ISSUER,
        "year": year,
    }
    with parts.database.begin() as connection:
        connection.execute(insert(jobs).values(row))
    record = build_report().record.model_copy(update={"year": year, "title": job_id})
    content = record.model_dump_json(by_alias=True).encode()
    parts.objects.put(keys.result(tenant, job_id, "record.json"), content, "application/json")
    return record


def test_the_latest_finished_report_of_the_tenant_is_found(parts: Any) -> None:
    keep(parts, "job_1")
    latest = keep(parts, "job_2")
    keep(parts, "job_3", status="failed")
    keep(parts, "job_4", tenant="other")
    keep(parts, "job_5", year=2021)
    assert find_earlier(parts, "local", ISSUER, 2022) == latest
    assert find_earlier(parts, "local", ISSUER, 2020) is None
    assert find_earlier(parts, "local", "云溪县水利局", 2022) is None


@pytest.mark.parametrize("content", [b"{}", None])
def test_a_record_that_is_gone_or_of_an_older_shape_counts_as_none(
    parts: Any, content: bytes | None
) -> None:
    keep(parts, "job_1")
    key = keys.result("local", "job_1", "record.json")
    if content is None:
        parts.objects.delete(key)
    else:
        parts.objects.put(key, content, "application/json")
    assert find_earlier(parts, "local", ISSUER, 2022) is None
