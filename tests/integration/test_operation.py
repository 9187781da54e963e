"""What the dashboard shows and the alerts ask for is really measured by a running service."""

import json
import re
import time
from pathlib import Path

import httpx
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from schemas.message import QUEUES
from tests.documents import pdf
from tests.receiver import Receiver
from tests.stack import ROOT, Stack, free_port

METRIC = re.compile(r"\bgouji_[a-z_]+\b(?!-)")
SELECTOR = re.compile(r"(gouji_[a-z_]+)\{([^}]*)\}")


def _alerts() -> list[str]:
    rules = yaml.safe_load((ROOT / "deploy/prometheus/gouji.rules.yml").read_text())
    return [rule["expr"] for group in rules["groups"] for rule in group["rules"]]


def _panels() -> list[str]:
    board = json.loads((ROOT / "deploy/grafana/gouji.json").read_text())
    return [target["expr"] for panel in board["panels"] for target in panel.get("targets", ())]


def _runbook() -> list[str]:
    pages = [*(ROOT / "docs/runbook").glob("*.md"), ROOT / "deploy/runbook.md"]
    return [span for page in pages for span in re.findall(r"`([^`]+)`", page.read_text())]


WANTED = {name for text in [*_alerts(), *_panels(), *_runbook()] for name in METRIC.findall(text)}


def samples(http: httpx.Client) -> dict[str, list[dict[str, str]]]:
    """Return the labels of all samples by name."""
    found: dict[str, list[dict[str, str]]] = {}
    for family in text_string_to_metric_families(http.get("/metrics").text):
        found.setdefault(family.name, [])
        for sample in family.samples:
            found.setdefault(sample.name, []).append(sample.labels)
    return found


@pytest.fixture
def worked(http: httpx.Client, hook: Receiver) -> dict[str, list[dict[str, str]]]:
    """The samples once a document went all the way and its event was delivered."""
    endpoint = {"url": hook.url, "events": ["job.succeeded"]}
    made = http.post("/v1/webhook_endpoints", json=endpoint).json()["id"]
    content = pdf(2, "operation")
    http.post("/v1/jobs?wait=30", files={"file": ("a.pdf", content, "application/pdf")})
    stages = {"inspect", "page", "assemble", "deliver", "sweep"}
    deadline = time.monotonic() + 60
    while True:
        found = samples(http)
        counted = {labels["stage"] for labels in found.get("gouji_stage_seconds_count", ())}
        if stages <= counted and found.get("gouji_jobs_finished_total"):
            http.delete(f"/v1/webhook_endpoints/{made}")
            return found
        assert time.monotonic() < deadline, counted
        time.sleep(0.3)


def test_every_metric_named_is_measured(worked: dict[str, list[dict[str, str]]]) -> None:
    assert len(WANTED) > 25
    missing = {name for name in WANTED if not worked.get(name) and f"{name}_count" not in worked}
    assert missing == set()


def test_labels_selected_by_are_there(worked: dict[str, list[dict[str, str]]]) -> None:
    for text in [*_alerts(), *_panels()]:
        for name, inside in SELECTOR.findall(text):
            for label in re.findall(r"(\w+)\s*(?:=~|!=|!~|=)", inside):
                assert any(label in labels for labels in worked[name]), (name, label)


def test_every_metric_measured_is_shown_or_asked_for(
    worked: dict[str, list[dict[str, str]]],
) -> None:
    families = {re.sub(r"_(count|sum|bucket|total|created)$", "", name) for name in worked}
    shown = {re.sub(r"_(count|sum|bucket|total|created)$", "", name) for name in WANTED}
    assert families - shown == set()


def test_what_is_measured_is_right(
    http: httpx.Client, worked: dict[str, list[dict[str, str]]]
) -> None:
    assert {labels["queue"] for labels in worked["gouji_workers"]} == set(QUEUES)
    text = http.get("/metrics").text
    for line in (
        'gouji_ready{part="database"} 1.0',
        'gouji_jobs{status="running"} ',
        "gouji_dead_letters ",
    ):
        assert line in text, line
    kinds = [labels["kind"] for labels in worked["gouji_process_memory_bytes"]]
    assert kinds.count("api") >= 1
    assert kinds.count("worker") >= 3
    taken = _sum(text, "gouji_workers")
    assert taken['gouji_workers{queue="pages.bulk"}'] >= 1
    assert taken['gouji_workers{queue="housekeeping"}'] >= 2


def test_a_route_is_counted_as_it_is_declared(http: httpx.Client) -> None:
    for number in range(3):
        http.get(f"/v1/jobs/job_unknown{number}")
    route = 'method="GET",route="/v1/jobs/{job_id}",status="4xx"'
    deadline = time.monotonic() + 30
    while route not in http.get("/metrics").text:
        assert time.monotonic() < deadline
        time.sleep(0.3)
    assert "job_unknown" not in http.get("/metrics").text


def test_the_dashboard_is_one_grafana_takes() -> None:
    board = json.loads(Path(ROOT / "deploy/grafana/gouji.json").read_text())
    numbers = [panel["id"] for panel in board["panels"]]
    assert len(set(numbers)) == len(numbers)
    for panel in board["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        assert panel["type"] == "row" or panel["targets"]


def _sum(text: str, name: str) -> dict[str, float]:
    lines = (line for line in text.splitlines() if line.startswith(name + "{"))
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines}


def test_a_second_api_process_says_the_same(stack: Stack, http: httpx.Client) -> None:
    """What the first has answered is known to the second, and stays counted when the first ends."""
    port = free_port()
    stack.start("second", ["api"], GOUJI_PORT=str(port))
    name, route = "gouji_http_request_seconds_count", 'route="/v1/jobs/{job_id}/tables"'
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as second:
            deadline = time.monotonic() + 60
            for _ in range(7):
                http.get("/v1/jobs/job_nobody/tables")
            while True:
                try:
                    seen = _sum(second.get("/metrics", timeout=30).text, name)
                except httpx.TransportError:
                    seen = {}
                if sum(count for labels, count in seen.items() if route in labels) >= 7:
                    break
                assert time.monotonic() < deadline, seen
                time.sleep(0.3)
            kinds = _sum(second.get("/metrics").text, "gouji_process_memory_bytes")
            assert sum('kind="api"' in key for key in kinds) >= 2
    finally:
        stack.kill("second")
    after = _sum(http.get("/metrics").text, name)
    assert all(after[labels] >= count for labels, count in seen.items())
