"""`gouji doctor` on real parts, each broken in turn: it names what is wrong and what to do."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import redis
import sqlalchemy
from sqlalchemy import func, insert, text, update
from sqlalchemy.engine import make_url

from gouji.doctor import machine
from gouji.doctor.broker import check_broker
from gouji.doctor.check import Check
from gouji.doctor.database import check_database
from gouji.doctor.examine import examine
from gouji.doctor.machine import check_machine
from gouji.doctor.service import check_service
from gouji.doctor.store import check_store
from schemas.environment import Addresses, Conversion
from schemas.message import QUEUES
from schemas.tables_sql import outbox, processes
from storage.database import connect
from storage.events import seconds
from storage.presence import Presence
from storage.tally import Tally
from tests.s3 import s3_addresses
from tests.stack import ROOT, Servers, fresh_database


def named(checks: Iterator[Check]) -> dict[str, Check]:
    return {check.name: check for check in checks}


def only_wrong(checks: Iterator[Check]) -> list[Check]:
    found = [check for check in checks if check.state not in ("ok", "skipped")]
    assert all(check.todo for check in found)
    return found


def test_a_database_as_it_should_be(quiet_url: str) -> None:
    assert only_wrong(check_database(quiet_url, migrates=True)) == []


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://gouji@127.0.0.1:9/gouji",
        "postgresql://gouji:secret-word@no-such-host.invalid/gouji",
    ],
)
def test_a_database_away(url: str) -> None:
    [check] = only_wrong(check_database(url, migrates=True))
    assert (check.name, check.state) == ("database", "wrong")
    assert "GOUJI_DATABASE_URL" in str(check.todo)
    assert "secret-word" not in check.found


def test_a_schema_behind_and_one_ahead(servers: Servers) -> None:
    with fresh_database(servers) as url:
        database = connect(url, pool_size=1)
        for number, state in (("0001", "wrong"), ("9999", "warning")):
            with database.begin() as connection:
                connection.execute(text(f"UPDATE alembic_version SET version_num = '{number}'"))
            assert named(check_database(url, migrates=True))["schema"].state == state
        database.dispose()


def test_a_user_without_rights(servers: Servers) -> None:
    with fresh_database(servers) as url:
        database = connect(url, pool_size=1)
        with database.begin() as connection:
            connection.execute(text("DROP ROLE IF EXISTS gouji_reader"))
            connection.execute(text("CREATE ROLE gouji_reader LOGIN PASSWORD 'x'"))
            connection.execute(text("GRANT SELECT ON ALL TABLES IN SCHEMA public TO gouji_reader"))
        weak = make_url(url).set(username="gouji_reader", password="x")
        shown = weak.render_as_string(hide_password=False)
        check = named(check_database(shown, migrates=False))["rights in the database"]
        with database.begin() as connection:
            connection.execute(text("DROP OWNED BY gouji_reader; DROP ROLE gouji_reader"))
        database.dispose()
    assert check.state == "wrong"
    assert "INSERT on " in check.found


def test_a_broker_that_throws_messages_away_and_forgets(servers: Servers) -> None:
    assert only_wrong(check_broker(servers.redis_url)) == []
    broken = {"maxmemory-policy": "allkeys-lru", "appendonly": "no", "maxmemory": "1100000"}
    with redis.Redis.from_url(servers.redis_url, decode_responses=True) as client:
        before = {key: client.config_get(key)[key] for key in broken}
        try:
            client.config_set("maxmemory-policy", "allkeys-lru")
            assert [c.name for c in only_wrong(check_broker(servers.redis_url))] == ["eviction"]
            client.config_set("maxmemory-policy", before["maxmemory-policy"])
            client.config_set("appendonly", "no")
            found = only_wrong(check_broker(servers.redis_url))
            assert [c.name for c in found] == ["persistence"]
        finally:
            for key, value in before.items():
                client.config_set(key, value)


def test_a_broker_away() -> None:
    [check] = only_wrong(check_broker("redis://:secret-word@127.0.0.1:9/0"))
    assert (check.name, check.state) == ("broker", "wrong")
    assert "secret-word" not in check.found


def test_a_store_as_it_should_be(s3_endpoint: str, tmp_path: Path) -> None:
    assert only_wrong(check_store(s3_addresses(s3_endpoint, "doctor-looks"))) == []
    folder = Addresses(objects_dir=tmp_path / "objects")
    assert only_wrong(check_store(folder)) == []
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_store_away_or_not_writable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for addresses, setting in (
        (s3_addresses("http://127.0.0.1:9", "gouji"), "GOUJI_S3_ENDPOINT"),
        (Addresses(objects_dir=tmp_path / "file" / "objects"), "GOUJI_OBJECTS_DIR"),
    ):
        [check] = only_wrong(check_store(addresses))
        assert (check.name, check.state) == ("object store", "wrong")
        assert setting in str(check.todo)


@pytest.fixture
def running(quiet_url: str, database: sqlalchemy.Engine) -> str:
    """A database on which an API process and a worker for all queues seem to work."""
    Presence(database, "api", (), Tally()).write()
    Presence(database, "worker", QUEUES, Tally()).write()
    return quiet_url


def test_processes_as_they_should_be(running: str) -> None:
    assert only_wrong(check_service(running)) == []


@pytest.mark.parametrize(
    ("change", "name", "state", "says"),
    [
        ({"queues": ["housekeeping"]}, "queues", "wrong", "pages.bulk"),
        ({"version": "0.0.1"}, "versions", "warning", "0.0.1"),
        ({"clock_ahead_s": -3600.0}, "clocks", "wrong", "-3600 s"),
    ],
)
def test_a_process_that_differs(
    running: str,
    database: sqlalchemy.Engine,
    change: dict[str, object],
    name: str,
    state: str,
    says: str,
) -> None:
    with database.begin() as connection:
        connection.execute(update(processes).where(processes.c.kind == "worker").values(change))
    [check] = only_wrong(check_service(running))
    assert (check.name, check.state) == (name, state)
    assert says in check.found


def test_no_process_and_a_stuck_message(quiet_url: str, database: sqlalchemy.Engine) -> None:
    with database.begin() as connection:
        long_ago = func.now() - seconds(600)
        connection.execute(insert(outbox).values(message={}, created_at=long_ago))
    assert {check.name for check in only_wrong(check_service(quiet_url))} == {
        "API", "queues", "outbox",
    }  # fmt: skip


def test_a_machine_with_wrong_models_no_office_and_no_shared_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workers.engines import models

    addresses = Addresses(objects_dir=tmp_path)
    wrong_hash = replace(models.SECOND, sha256="0" * 64)
    missing = replace(models.RECOGNITION, file="models/no.onnx")
    absent = replace(models.DETECTION, package="no_such_package")
    monkeypatch.setattr(models, "ALL", (wrong_hash, missing, absent))
    monkeypatch.setattr(machine, "_SHARED", tmp_path / "shm")
    found = named(check_machine(addresses, Conversion(soffice="no-such-office")))
    states = {name: check.state for name, check in found.items()}
    assert states["shared memory"] == "wrong"
    assert states["LibreOffice"] == "warning"
    for weights in (wrong_hash, missing, absent):
        assert states[f"model {weights.name}"] == "wrong", found
        assert "install" in str(found[f"model {weights.name}"].todo)


@pytest.mark.parametrize(("free", "state"), [(1000, "wrong"), (5 * 10**7, "warning")])
def test_a_disk_that_is_full_or_nearly(
    free: int, state: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type("Usage", (), {"free": free, "total": 10**9})
    monkeypatch.setattr("shutil.disk_usage", lambda folder: usage)
    found = named(check_machine(Addresses(objects_dir=tmp_path), Conversion()))
    for name in ("temporary folder", "folder of objects"):
        assert (found[name].state, found[name].todo is not None) == (state, True)
    assert found["shared memory"].state == ("warning" if free < 10**6 else "ok")


def test_a_name_that_is_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOUJI_MAX_PAGES", "none")
    found = list(examine({"GOUJI_MAX_PAGE": "5"}))
    assert [check.state for check in found] == ["wrong", "warning"]
    assert "GOUJI_MAX_PAGES" in str(found[1].todo)


def doctor(environment: dict[str, str], *options: str) -> subprocess.CompletedProcess[str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("GOUJI_")}
    return subprocess.run(
        [sys.executable, "-c", "from gouji.cli import main; main()", "doctor", *options],
        env={**ours, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_command_says_it_all_and_ends_with_a_code(
    running: str, servers: Servers, tmp_path: Path
) -> None:
    environment = {
        "GOUJI_DATABASE_URL": running,
        "GOUJI_REDIS_URL": servers.redis_url,
        "GOUJI_OBJECTS_DIR": str(tmp_path / "objects"),
    }
    good = doctor(environment, "--json")
    told = json.loads(good.stdout)
    assert (good.returncode, told["state"] in ("ok", "warning")) == (0, True), good.stdout
    assert len(told["checks"]) > 15
    bad = doctor({**environment, "GOUJI_REDIS_URL": "redis://127.0.0.1:9/0"})
    assert bad.returncode == 1
    assert "✗ broker" in bad.stdout
    assert "GOUJI_REDIS_URL" in bad.stdout
    assert "Traceback" not in bad.stdout + bad.stderr
