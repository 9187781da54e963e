"""Made-up requests, from the interface's own description: no answer is a defect or a surprise.

A real API process, its database and store; no worker, so whatever is handed in goes on waiting.
"""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.app import create_app
from api.settings import ApiSettings
from tests.documents import pdf
from tests.stack import Servers, Stack, environment, free_port, fresh_database

EXAMPLES = 8
"""Of each operation: cheap enough for each run."""

schema = schemathesis.openapi.from_dict(create_app(ApiSettings()).openapi())


@pytest.fixture(scope="module")
def service(servers: Servers) -> Iterator[Stack]:
    with ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="gouji-fuzz-")))
        url = running.enter_context(fresh_database(servers))
        port = free_port()
        told = environment(servers, 9, url, folder, port) | {"GOUJI_MAX_WAIT_S": "0.2"}
        made = Stack(environment=told, folder=folder, port=port)
        running.callback(made.stop)
        made.start_api()
        made.await_answer()
        yield made


@pytest.fixture(scope="module")
def known(service: Stack) -> dict[str, str]:
    """Ids of things that are there, so that not every request ends at 404."""
    with service.client() as http:
        job = http.post("/v1/jobs", files={"file": ("a.pdf", pdf(1, "fuzzed"))}).json()
        batch = http.post("/v1/batches", files={"file": ("a.pdf", pdf(1, "fuzzed, too"))}).json()
        endpoint = http.post("/v1/webhook_endpoints", json={"url": "http://127.0.0.1:9/"}).json()
        sent = http.post(f"/v1/webhook_endpoints/{endpoint['id']}/test").json()
        upload = http.post("/v1/uploads", json={"filename": "a.pdf", "size_bytes": 9}).json()
    return {
        "job_id": job["id"],
        "batch_id": batch["id"],
        "endpoint_id": endpoint["id"],
        "delivery_id": sent["id"],
        "upload_id": upload["id"],
    }


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_no_request_gets_an_answer_that_is_not_described(
    case: Any, service: Stack, known: dict[str, str]
) -> None:
    destroys = case.method == "DELETE"
    endless = case.path.endswith("/events")
    for name in () if destroys or endless else case.path_parameters:
        case.path_parameters[name] = known.get(name, case.path_parameters[name])
    case.call_and_validate(
        base_url=service.address,
        timeout=30,
        checks=[
            not_a_server_error,
            status_code_conformance,
            content_type_conformance,
            response_schema_conformance,
        ],
    )
