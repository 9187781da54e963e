"""An S3 server for tests: the one the environment names, or one from a wheel."""

import os
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from schemas.environment import Addresses


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    """The address of an S3 server over HTTP."""
    named = os.environ.get("GOUJI_TEST_S3_ENDPOINT")
    if named:
        yield named
        return
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def s3_credentials() -> tuple[str, str]:
    return (
        os.environ.get("GOUJI_TEST_S3_ACCESS_KEY", "testing"),
        os.environ.get("GOUJI_TEST_S3_SECRET_KEY", "testing-secret"),
    )


def s3_addresses(endpoint: str, bucket: str) -> Addresses:
    access, secret = s3_credentials()
    return Addresses(
        s3_endpoint=endpoint,
        s3_bucket=bucket,
        s3_access_key=SecretStr(access),
        s3_secret_key=SecretStr(secret),
    )
