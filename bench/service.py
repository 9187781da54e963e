"""Measure the service around the reading, and hold every figure against its bar; one machine."""

import argparse
import json
import os
from collections.abc import Callable

from bench.bars import Bar, table
from bench.service_documents import measure_overhead, measure_throughput
from bench.service_load import (
    measure_batch,
    measure_interactive,
    measure_requests,
    measure_submissions,
)
from bench.service_rows import fill
from bench.service_stack import Door, cpu_s, service
from bench.service_webhooks import measure_webhooks
from storage import broker

_BARS = (
    Bar(what="10,000 documents in a zip accepted", figure="accepted_after_s", limit=1,
        better="less", unit="s"),
    Bar(what="… and expanded", figure="items_opened_per_s", limit=300, better="more", unit="/s"),
    Bar(what="states and lists at 100/s, workers saturated, p99", figure="p99_ms", limit=50,
        better="less", unit="ms"),
    Bar(what="single small documents handed in", figure="submissions_per_s", limit=150,
        better="more", unit="/s"),
    Bar(what="… of which lost", figure="submissions_lost", limit=0, better="less", unit=""),
    Bar(what="two workers beside two `gouji process`, time", figure="throughput_wall", limit=0.95,
        better="more", unit=""),
    Bar(what="… CPU", figure="throughput_cpu", limit=0.95, better="more", unit=""),
    Bar(what="overhead a document, CPU", figure="overhead_cpu_ms_per_document", limit=25,
        better="less", unit="ms"),
    Bar(what="webhooks to a fast receiver", figure="deliveries_per_s", limit=300, better="more",
        unit="/s"),
    Bar(what="900 endpoints while 100 others hang, times as long", figure="hanging_delay",
        limit=1.5, better="less", unit=""),
    Bar(what="interactive behind the batch begins after", figure="interactive_begun_s",
        limit=1.0, better="less", unit="s"),
)  # fmt: skip


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what only this measurement asks for."""
    parser.add_argument("--rows", type=int, default=1_000_000, help="service: jobs there already")
    parser.add_argument("--items", type=int, default=10_000, help="service: documents in the zip")
    parser.add_argument("--page-s", type=float, default=0.2, help="service: seconds a page takes")
    parser.add_argument(
        "--part",
        action="append",
        choices=("requests", "webhooks", "overhead", "throughput"),
        help="service: only this part; several times for several",
    )


def run(chosen: argparse.Namespace) -> None:
    """Measure everything, or the parts asked for, and print it.

    Documents are opened in confined processes, as in use: the service does so whatever this
    process was told, and what it is held against must pay for the same.
    """
    os.environ["GOUJI_CONFINEMENT"] = "available"
    figures: dict[str, float] = {}

    def tell(found: dict[str, float]) -> None:
        figures.update(found)
        if not chosen.json:
            for name, value in found.items():
                print(f"{name:42} {value:10.3f}", flush=True)

    parts = chosen.part or ["requests", "webhooks", "overhead", "throughput"]
    if "requests" in parts or "webhooks" in parts:
        _measure_under_load(chosen, parts, tell)
    if "overhead" in parts:
        tell(measure_overhead(300))
    if "throughput" in parts:
        tell(measure_throughput(chosen))
    if chosen.json:
        print(json.dumps(figures))
    else:
        print(*table(_BARS, figures), sep="\n")


def _measure_under_load(
    chosen: argparse.Namespace, parts: list[str], tell: Callable[[dict[str, float]], None]
) -> None:
    """Measure what is asked of a service that has many jobs already and is busy with a batch."""
    with service(GOUJI_NULL_PAGE_S=str(chosen.page_s)) as (stack, ports, database):
        if "webhooks" in parts:
            url = stack.environment["GOUJI_REDIS_URL"]
            tell(measure_webhooks(stack, database, broker.sender(broker.producer(url), url)))
        if "requests" not in parts:
            return
        known = fill(database, chosen.rows)
        tell({"rows": float(chosen.rows)})
        before = cpu_s(stack, "opening")
        batch_id, found = measure_batch(Door(ports[0]), chosen.items)
        tell(found)
        tell({"opening_cpu_ms_per_item": 1000 * (cpu_s(stack, "opening") - before) / chosen.items})
        tell(measure_interactive(Door(ports[0])))
        before = cpu_s(stack, "api", "api2")
        tell(measure_requests(ports, known, batch_id, rate=100, seconds=20))
        tell({"api_cpu_ms_per_request": 1000 * (cpu_s(stack, "api", "api2") - before) / 2000})
        before = cpu_s(stack, "api", "api2")
        found = measure_submissions(ports, database, 10.0)
        tell(found)
        handed = found["submissions_per_s"] * 10
        tell({"api_cpu_ms_per_submission": 1000 * (cpu_s(stack, "api", "api2") - before) / handed})
