"""The question KEDA asks the database has the right answer."""

import sqlalchemy
import yaml
from sqlalchemy import insert, text

from schemas.tables_sql import jobs, pages
from tests.stack import ROOT

SCALING = (ROOT / "deploy/kubernetes/scaling.yaml").read_text()
QUERY = next(
    one["spec"]["triggers"][0]["metadata"]["query"]
    for one in yaml.safe_load_all(SCALING)
    if one["kind"] == "ScaledObject"
)


def test_pages_queued_and_being_read_count_and_no_others(database: sqlalchemy.Engine) -> None:
    plain = {"filename": "a", "sha256": "b", "size_bytes": 1}
    with database.begin() as connection:
        for job_id, status in (("job_1", "running"), ("job_2", "cancelled")):
            connection.execute(insert(jobs).values(id=job_id, status=status, **plain))
            connection.execute(
                insert(pages),
                [
                    {"job_id": job_id, "number": number, "status": state}
                    for number, state in enumerate(("queued", "running", "done", "failed"), 1)
                ],
            )
        assert connection.execute(text(QUERY)).scalar_one() == 2
