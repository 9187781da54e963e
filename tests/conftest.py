"""Servers and services for the tests that need them: real ones, started once a session."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
import redis
import sqlalchemy
from hypothesis import HealthCheck, settings

from gouji import embedded
from storage.database import connect
from tests.guard import Guard, guard
from tests.receiver import Receiver, receiver
from tests.remote import remote
from tests.s3 import s3_endpoint
from tests.stack import LIGHT, READING, Servers, Stack, environment, free_port, fresh_database

__all__ = ["remote", "s3_endpoint"]

_GUARD = pytest.StashKey[Guard]()

settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")  # a busy machine is no fault of what is tested


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of the chaos suite; pytest takes them only from here."""
    own = parser.getgroup("chaos")
    minutes = os.environ.get("GOUJI_CHAOS_MINUTES")
    own.addoption("--chaos-minutes", type=float, default=minutes, help="length of a chaos run")
    seed = os.environ.get("GOUJI_CHAOS_SEED")
    own.addoption("--chaos-seed", type=int, default=seed, help="of the faults; printed")
    apart = os.environ.get("GOUJI_CHAOS_APART")
    own.addoption("--chaos-apart", type=int, default=apart, help="times each fault comes alone")


def pytest_configure(config: pytest.Config) -> None:
    """Have what the tests start end with them, also when they are killed."""
    config.stash[_GUARD] = guard()


@pytest.fixture(scope="session")
def servers(request: pytest.FixtureRequest) -> Iterator[Servers]:
    """The servers the environment names, or those from the wheels."""
    with ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="gouji-test-")))
        folder.chmod(0o755)
        request.config.stash[_GUARD].remove(folder)
        redis_url = os.environ.get("GOUJI_TEST_REDIS_URL")
        database_url = os.environ.get("GOUJI_TEST_DATABASE_URL")
        yield Servers(
            redis_url=redis_url or running.enter_context(embedded.valkey(folder / "queue")),
            database_url=database_url
            or running.enter_context(embedded.postgres(folder / "database")),
        )


@pytest.fixture(scope="session")
def quiet_url(servers: Servers) -> Iterator[str]:
    """A database nobody else works on."""
    with fresh_database(servers) as url:
        yield url


@pytest.fixture
def database(quiet_url: str) -> Iterator[sqlalchemy.Engine]:
    """The quiet database, emptied."""
    from schemas.tables_sql import metadata

    engine = connect(quiet_url, pool_size=2)
    with engine.begin() as connection:
        names = ", ".join(table.name for table in metadata.sorted_tables)
        connection.execute(sqlalchemy.text(f"TRUNCATE {names} CASCADE"))
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def stack(request: pytest.FixtureRequest, servers: Servers) -> Iterator[Stack]:
    """The service with the null engine: API, one reading and one light worker."""
    with ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="gouji-stack-")))
        request.config.stash[_GUARD].remove(folder)
        url = running.enter_context(fresh_database(servers))
        _flush(servers.broker(1))
        port = free_port()
        made = Stack(
            environment=environment(servers, 1, url, folder, port), folder=folder, port=port
        )
        running.callback(made.stop)
        made.start_api()
        made.start_worker("reading", READING)
        made.start_worker("light", LIGHT, processes=2)
        made.await_ready()
        yield made


def _flush(url: str) -> None:
    with redis.Redis.from_url(url) as client:
        client.flushdb()


@pytest.fixture
def http(stack: Stack) -> Iterator[httpx.Client]:
    """A plain HTTP client of the running service."""
    with stack.client() as client:
        yield client


@pytest.fixture
def hook() -> Iterator[Receiver]:
    """A webhook receiver on this machine."""
    with receiver() as found:
        yield found
