"""Migrations there and back over rows of customers."""

from pathlib import Path

import alembic.command
import alembic.config
import sqlalchemy
from sqlalchemy import text

import schemas.migrations
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
