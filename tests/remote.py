"""The service on an S3 server instead of a folder, started once a session for the tests on it."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import redis

from schemas.environment import Addresses
from tests.s3 import s3_addresses, s3_credentials
from tests.stack import LIGHT, READING, Servers, Stack, environment, free_port, fresh_database

BROKER = 12


@pytest.fixture(scope="session")
def remote(servers: Servers, s3_endpoint: str) -> Iterator[Stack]:
    """The service on an S3 server; batches may be taken in from a bucket beside its own."""
    with ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="gouji-s3-")))
        url = running.enter_context(fresh_database(servers))
        port = free_port()
        access, secret = s3_credentials()
        made = Stack(
            environment={
                **environment(servers, BROKER, url, folder, port),
                "GOUJI_S3_ENDPOINT": s3_endpoint,
                "GOUJI_S3_BUCKET": f"own-{port}",
                "GOUJI_S3_ACCESS_KEY": access,
                "GOUJI_S3_SECRET_KEY": secret,
                "GOUJI_IMPORT_PREFIXES": f"s3://{inbox_of(port)}/opened/",
                "GOUJI_REDIRECT_BYTES": "1",
            },
            folder=folder,
            port=port,
        )
        running.callback(made.stop)
        with redis.Redis.from_url(servers.broker(BROKER)) as client:
            client.flushdb()
        made.start_api()
        made.start_worker("all", f"{READING},{LIGHT}")
        made.await_ready()
        yield made


def inbox_of(port: int) -> str:
    """Return the name of the bucket from which the service on a port may take batches in."""
    return f"inbox-{port}"


def store_of(remote: Stack, bucket: str | None = None) -> Addresses:
    """Return the addresses of the service's own bucket, or of another on the same server."""
    told = remote.environment
    return s3_addresses(told["GOUJI_S3_ENDPOINT"], bucket or told["GOUJI_S3_BUCKET"])
