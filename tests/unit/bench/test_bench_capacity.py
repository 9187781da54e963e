"""The measurement of rows goes through the real tasks, so it breaks when they change."""

from pathlib import Path

import sqlalchemy

from bench.capacity import _message_bytes, _rows
from tests.stack import Servers


def test_rows_of_finished_jobs_are_counted(database: sqlalchemy.Engine, tmp_path: Path) -> None:
    rows = _rows(database, tmp_path, 2)
    assert (rows.rows_by_table["jobs"], rows.rows_by_table["pages"]) == (2, 6)
    assert rows.rows_by_table["webhook_deliveries"] == 2
    assert rows.transactions > 10
    assert rows.wal_bytes > 1000


def test_a_waiting_message_takes_some_hundred_bytes(servers: Servers) -> None:
    assert 100 < _message_bytes(servers.broker(9)) < 5000
