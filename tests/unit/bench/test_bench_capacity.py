"""The measurement of rows goes through the real tasks, so it breaks when they change."""

from pathlib import Path

import sqlalchemy

from bench.capacity import _rows


def test_rows_of_finished_jobs_are_counted(database: sqlalchemy.Engine, tmp_path: Path) -> None:
    rows = _rows(database, tmp_path, 2)
    assert (rows.rows_by_table["jobs"], rows.rows_by_table["pages"]) == (2, 6)
    assert rows.rows_by_table["webhook_deliveries"] == 2
    assert rows.transactions > 10
    assert rows.wal_bytes > 1000
