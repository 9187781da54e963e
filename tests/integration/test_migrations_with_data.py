"""Migrations there and back over rows of customers, and beside those who write them."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import alembic.command
import alembic.config
import pytest
import sqlalchemy
from sqlalchemy import text

import schemas.migrations
from schemas.migrations import beside
from storage import database as storage_database
from storage.database import connect, migrate
from tests.stack import Servers, fresh_database


def _downgrade(database: sqlalchemy.Engine, revision: str) -> None:
    config = alembic.config.Config()
    config.set_main_option("script_location", str(Path(schemas.migrations.__file__).parent))
    config.set_main_option("path_separator", "os")
    with database.begin() as connection:
        config.attributes["connection"] = connection
        alembic.command.downgrade(config, revision)


def test_jobs_survive_the_way_down_and_up_and_held_ones_are_taken_up(servers: Servers) -> None:
    job = text(
        "INSERT INTO jobs (id, filename, sha256, size_bytes, due_at) "
        "VALUES (:id, 'a', 'b', 1, :due)"
    )
    with fresh_database(servers) as url:
        database = connect(url, pool_size=1)
        with database.begin() as connection:
            connection.execute(job, {"id": "job_held", "due": None})
            connection.execute(job, {"id": "job_sent", "due": "2026-01-01T00:00:00Z"})
        _downgrade(database, "0002")
        with database.begin() as connection:  # the older version goes on with them
            unseen = "SELECT count(*) FROM jobs WHERE due_at IS NULL"
            assert connection.execute(text(unseen)).scalar_one() == 0
            connection.execute(job, {"id": "job_older", "due": "2026-01-01T00:00:00Z"})
        migrate(database)
        with database.begin() as connection:
            kept = connection.execute(text("SELECT id, finding_codes FROM jobs ORDER BY id"))
            assert [tuple(row) for row in kept] == [
                ("job_held", []),
                ("job_older", []),
                ("job_sent", []),
            ]
        database.dispose()


def test_the_log_of_deliveries_survives_the_way_down_and_up(servers: Servers) -> None:
    with fresh_database(servers) as url:
        database = connect(url, pool_size=1)
        with database.begin() as connection:
            for statement in (
                "INSERT INTO webhook_endpoints (id, url, secret) VALUES ('whe_1', 'u', 's')",
                "INSERT INTO webhook_deliveries (id, endpoint_id, event_id, type, body) "
                "VALUES ('whd_1', 'whe_1', 'evt_1', 'job.failed', '{}')",
                "INSERT INTO webhook_attempts (delivery_id, number, duration_ms, request) "
                "VALUES ('whd_1', 1, 5, '{}')",
            ):
                connection.execute(text(statement))
        _downgrade(database, "0003")
        with database.begin() as connection:  # the older version goes on with it
            older = "INSERT INTO webhook_attempts (delivery_id, number, duration_ms) "
            connection.execute(text(f"{older} VALUES ('whd_1', 2, 5)"))
        migrate(database)
        with database.begin() as connection:
            kept = "SELECT number, request, response_headers FROM webhook_attempts ORDER BY number"
            rows = [tuple(row) for row in connection.execute(text(kept))]
            assert rows == [(1, None, {}), (2, None, {})]
        database.dispose()


def test_keys_tenants_and_batches_survive_the_way_down_and_up(servers: Servers) -> None:
    with fresh_database(servers) as url:
        database = connect(url, pool_size=1)
        with database.begin() as connection:
            for statement in (
                "INSERT INTO api_keys (id, sha256, hint, scopes) VALUES ('k1', 'a', 'h', '{read}')",
                "INSERT INTO tenants (tenant, weight, retention_days) VALUES ('t', 3, 30)",
                "INSERT INTO batches (id, deleted_at, retention_days) VALUES ('bat_1', now(), 7)",
                "INSERT INTO audit (id, actor, action, subject) VALUES ('a', 'k1', 'x', 'bat_1')",
            ):
                connection.execute(text(statement))
        _downgrade(database, "0008")
        with database.begin() as connection:  # the older version goes on with them
            connection.execute(
                text("INSERT INTO api_keys (id, sha256, hint) VALUES ('k2', 'b', 'h')")
            )
            connection.execute(text("INSERT INTO batches (id) VALUES ('bat_2')"))
        migrate(database)
        with database.begin() as connection:
            valid = "SELECT id, scopes FROM api_keys WHERE revoked_at IS NULL"
            keys = [tuple(row) for row in connection.execute(text(valid))]
            assert keys == [("k2", ["read", "write", "admin"])], "k1 may not do more than before"
            kept = connection.execute(text("SELECT weight, retention_days FROM tenants"))
            assert [tuple(row) for row in kept] == [(3.0, None)]
            batches = connection.execute(text("SELECT id, deleted_at FROM batches ORDER BY id"))
            assert [tuple(row) for row in batches] == [("bat_1", None), ("bat_2", None)]
        database.dispose()


JOB = text("INSERT INTO jobs (id, filename, sha256, size_bytes) VALUES (:id, 'a.pdf', 'b', 1)")
INDEXES = text(
    "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
    "WHERE i.indisvalid AND c.relname LIKE 'ix_%' ORDER BY 1"
)
BUILDING = text("SELECT count(*) FROM pg_stat_progress_create_index WHERE command LIKE '%CONCURR%'")


def indexes(database: sqlalchemy.Engine) -> list[str]:
    with database.connect() as connection:
        return list(connection.execute(INDEXES).scalars())


@pytest.fixture
def old(servers: Servers) -> Iterator[sqlalchemy.Engine]:
    """A database of an older version with a row in it."""
    with fresh_database(servers) as url:
        database = connect(url, pool_size=5)
        _downgrade(database, "0001")
        with database.begin() as connection:
            connection.execute(JOB, {"id": "job_0"})
        yield database
        database.dispose()


def until(looked_for: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not looked_for():
        assert time.monotonic() < deadline
        time.sleep(0.05)


NEEDED_NO_MORE = {"ix_jobs_batch_id", "ix_jobs_finding_codes"}
"""Indexes that no version which may still run asks: dropped since, as 0010 said."""


def test_others_write_while_indexes_are_built(
    old: sqlalchemy.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One transaction that lasts holds up the migration, and nobody else."""
    monkeypatch.setattr(beside, "LOCK_TIMEOUT_S", 1)
    monkeypatch.setattr(storage_database, "LOCK_TIMEOUT_S", 1)
    expected = indexes(old)

    def building() -> bool:
        with old.connect() as connection:
            return bool(connection.execute(BUILDING).scalar_one())

    with old.connect() as lasting:
        lasting.execute(JOB, {"id": "job_lasting"})
        going = threading.Thread(target=migrate, args=(old,))
        going.start()
        until(building)
        for number in range(3):
            with old.begin() as quick:
                quick.execute(text("SET LOCAL lock_timeout = '10s'"))
                quick.execute(JOB, {"id": f"job_{number + 1}"})
        assert going.is_alive(), "it waits for the transaction that began before it"
        lasting.commit()
        going.join(120)
    assert not going.is_alive()
    assert set(indexes(old)) > set(expected) - NEEDED_NO_MORE
    assert not set(indexes(old)) & NEEDED_NO_MORE
    with old.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM jobs")).scalar_one() == 5


def test_a_column_waits_for_its_table_and_lets_others_pass(
    old: sqlalchemy.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage_database, "LOCK_TIMEOUT_S", 1)
    monkeypatch.setattr(beside, "LOCK_TIMEOUT_S", 1)
    waits: list[str] = []
    monkeypatch.setattr(storage_database.log, "info", lambda event, **_: waits.append(event))
    _stamp(old, "0002")
    with old.connect() as lasting:  # as a dump does
        lasting.execute(text("SELECT count(*) FROM jobs"))
        going = threading.Thread(target=migrate, args=(old,))
        going.start()
        until(lambda: "migration_waits" in waits)
        with old.begin() as quick:
            quick.execute(text("SET LOCAL lock_timeout = '30s'"))
            quick.execute(JOB, {"id": "job_quick"})
        lasting.rollback()
        going.join(120)
    assert not going.is_alive()


def test_an_index_left_half_built_is_built_anew(old: sqlalchemy.Engine) -> None:
    build = "CREATE INDEX ix_jobs_report ON jobs (tenant, issuer, year) WHERE issuer IS NOT NULL"
    with old.begin() as connection:
        connection.execute(text(build))
        half = (
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_jobs_report'::regclass"
        )
        connection.execute(text(half))
    migrate(old)
    assert "ix_jobs_report" in indexes(old)


def test_an_index_built_beforehand_is_left_as_it_is(old: sqlalchemy.Engine) -> None:
    number = text("SELECT 'ix_jobs_report'::regclass::oid")
    with old.begin() as connection:
        connection.execute(text("CREATE INDEX ix_jobs_report ON jobs (tenant, issuer, year)"))
        before = connection.execute(number).scalar_one()
    migrate(old)
    with old.connect() as connection:
        assert connection.execute(number).scalar_one() == before


def test_the_version_before_starts_on_the_schema_of_a_newer_one(old: sqlalchemy.Engine) -> None:
    migrate(old)
    with old.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'newer'"))
    migrate(old)
    with old.connect() as connection:
        kept = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    assert kept == "newer"


def _stamp(database: sqlalchemy.Engine, revision: str) -> None:
    """Bring the schema up to a revision and no farther."""
    config = alembic.config.Config()
    config.set_main_option("script_location", str(Path(schemas.migrations.__file__).parent))
    config.set_main_option("path_separator", "os")
    with database.begin() as connection:
        config.attributes["connection"] = connection
        alembic.command.upgrade(config, revision)
