"""Traces go from the request to each page over real processes; logs name what they tell of."""

import json
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import redis
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.documents import pdf, zip_of
from tests.stack import LIGHT, READING, Servers, Stack, environment, free_port, fresh_database

CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@dataclass
class Collector:
    """What an OTLP receiver has got so far."""

    spans: list[Any] = field(default_factory=list)
    services: set[str] = field(default_factory=set)
    port: int = 0

    def take(self, body: bytes) -> None:
        request = ExportTraceServiceRequest.FromString(body)
        for resource in request.resource_spans:
            named = {one.key: one.value.string_value for one in resource.resource.attributes}
            self.services.add(named["service.name"])
            for scope in resource.scope_spans:
                self.spans += scope.spans

    def named(self, *names: str) -> list[Any]:
        return [span for span in self.spans if span.name in names]


@contextmanager
def collector() -> Iterator[Collector]:
    """Run a receiver of OTLP over HTTP."""
    got = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/traces"
            got.take(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        got.port = server.server_port
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield got
        server.shutdown()


@pytest.fixture(scope="module")
def traced(servers: Servers) -> Iterator[tuple[Stack, Collector]]:
    with ExitStack() as running:
        got = running.enter_context(collector())
        folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="gouji-traced-")))
        url = running.enter_context(fresh_database(servers))
        with redis.Redis.from_url(servers.broker(6)) as client:
            client.flushdb()
        port = free_port()
        told = {
            **environment(servers, 6, url, folder, port),
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{got.port}",
            "OTEL_BSP_SCHEDULE_DELAY": "200",
            "NO_PROXY": "127.0.0.1",
        }
        made = Stack(environment=told, folder=folder, port=port)
        running.callback(made.stop)
        made.start_api()
        made.start_worker("all", f"{READING},{LIGHT}", processes=2)
        made.await_ready()
        yield made, got


def until(got: Collector, number: int, *names: str) -> list[Any]:
    deadline = time.monotonic() + 60
    while len(got.named(*names)) < number:
        assert time.monotonic() < deadline, [span.name for span in got.spans]
        time.sleep(0.1)
    return got.named(*names)


def test_one_trace_from_the_caller_to_each_page(traced: tuple[Stack, Collector]) -> None:
    stack, got = traced
    with stack.client() as client:
        files = {"file": ("a.pdf", pdf(2, "traced"), "application/pdf")}
        made = client.post("/v1/jobs?wait=30", files=files, headers={"traceparent": CALLER})
        client.get(f"/v1/jobs/{made.json()['id']}?wait=30")
    [request] = until(got, 1, "POST /v1/jobs")
    tasks = until(got, 4, "gouji.inspect", "gouji.page", "gouji.assemble")
    assert request.trace_id.hex() == CALLER.split("-")[1]
    assert request.parent_span_id.hex() == CALLER.split("-")[2]
    assert sorted(span.name for span in tasks) == [
        "gouji.assemble", "gouji.inspect", "gouji.page", "gouji.page",
    ]  # fmt: skip
    for span in tasks:
        assert span.trace_id == request.trace_id
        assert span.parent_span_id == request.span_id
        about = {one.key: one.value for one in span.attributes}
        assert about["gouji.job_id"].string_value == made.json()["id"]
        if span.name == "gouji.page":
            assert about["gouji.page"].int_value in (1, 2)
    assert got.services == {"gouji-api", "gouji-worker"}


def test_documents_of_a_batch_have_traces_of_their_own_linked_to_its(
    traced: tuple[Stack, Collector],
) -> None:
    stack, got = traced
    archive = zip_of({f"{number}.pdf": pdf(1, f"traced {number}") for number in range(3)})
    with stack.client() as client:
        client.post("/v1/batches", files={"file": ("b.zip", archive)})
    [request] = until(got, 1, "POST /v1/batches")
    [opening] = until(got, 1, "gouji.expand")
    roots = until(got, 3, "job")
    assert opening.trace_id == request.trace_id
    assert len({root.trace_id for root in roots} | {request.trace_id}) == 4
    assert {root.links[0].trace_id for root in roots} == {request.trace_id}
    own = {root.trace_id for root in roots}
    deadline = time.monotonic() + 60
    while {span.trace_id for span in got.named("gouji.assemble")} & own != own:
        assert time.monotonic() < deadline, stack.logs()
        time.sleep(0.1)


def _lines(stack: Stack, name: str, event: str) -> list[dict[str, Any]]:
    lines = (stack.folder / f"{name}.log").read_text().splitlines()
    found = [json.loads(line) for line in lines if line.startswith("{")]
    return [line for line in found if line.get("event") == event]


def test_logs_name_request_job_page_and_tenant(traced: tuple[Stack, Collector]) -> None:
    stack, _ = traced
    with stack.client() as client:
        files = {"file": ("a.pdf", pdf(1, "logged"), "application/pdf")}
        made = client.post("/v1/jobs", files=files, headers={"x-request-id": "look-for-me"})
        job_id = made.json()["id"]
        assert client.get(f"/v1/jobs/{job_id}?wait=30").json()["status"] == "succeeded"
    [taken] = [one for one in _lines(stack, "api", "job_taken_in") if one["job_id"] == job_id]
    assert (taken["request_id"], taken["tenant"]) == ("look-for-me", "local")
    requests = [r for r in _lines(stack, "api", "request") if r["request_id"] == "look-for-me"]
    assert [(one["status"], one["tenant"]) for one in requests] == [(202, "local")]
    [read] = [one for one in _lines(stack, "all", "page_read") if one["job_id"] == job_id]
    assert (read["page"], read["tenant"], read["task"]) == (1, "local", "gouji.page")
