"""Documents through the service beside the same documents without it: what the service adds."""

import argparse
import hashlib
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Sequence
from pathlib import Path

from bench import exactness
from bench.service_load import archive
from bench.service_stack import Door, cpu_below_s, cpu_s, service
from schemas.failure import Failure
from schemas.record import Source
from tests.documents import pdf
from tests.stack import Stack
from workers import null_steps
from workers.engines.inspect import Limits

_ALL = ("api", "api2", "reading", "light", "inspecting", "opening", "servers")
_IDLE_S = 10.0
_LIMITS = Limits(max_bytes=10**9, max_pages=500, max_page_pixels=10**9)


def measure_overhead(documents: int) -> dict[str, float]:
    """Send documents of one page through null steps; take off what these steps cost alone.

    What the service spends on waiting for work is told apart: it goes by time, not by documents.
    """
    with service(GOUJI_NULL_PAGE_S="0") as (stack, ports, _):
        _run(stack, Door(ports[0]), archive(50))
        before = cpu_s(stack, *_ALL)
        took = _run(stack, Door(ports[0]), archive(documents))
        spent = cpu_s(stack, *_ALL) - before
        before = cpu_s(stack, *_ALL)
        time.sleep(_IDLE_S)
        idle = (cpu_s(stack, *_ALL) - before) / _IDLE_S
    steps = _steps_alone(100) / 100
    return {
        "service_cpu_ms_per_document": 1000 * spent / documents,
        "steps_cpu_ms_per_document": 1000 * steps,
        "idle_cpu_ms_per_s": 1000 * idle,
        "overhead_with_idling_cpu_ms_per_document": 1000 * (spent / documents - steps),
        "overhead_cpu_ms_per_document": 1000 * ((spent - idle * took) / documents - steps),
        "null_documents_per_s": documents / took,
    }


def _run(stack: Stack, door: Door, content: bytes, become: str = "succeeded") -> float:
    """Hand in an archive and return the seconds until all of it is done."""
    began = time.monotonic()
    batch = door.submit("/v1/batches", "all.zip", content)
    while True:  # asking again and again would be counted, too
        _, seen = door.ask("GET", f"/v1/batches/{batch['id']}?wait=30")
        if seen["finished_at"] is not None:
            assert set(seen["counts"]) == {become}, (seen["counts"], stack.logs())
            return time.monotonic() - began


def _steps_alone(documents: int) -> float:
    """Return the CPU seconds the null steps take for documents, without any service.

    The processes in which documents are opened are counted, here as there.
    """
    steps = null_steps.build(0.0)
    steps.load()
    engines = steps.engines()

    def one(number: int) -> None:
        content = pdf(1, "alone") + b"%%%d" % number
        found = steps.inspect(content, "a.pdf", _LIMITS)
        assert not isinstance(found, Failure)
        reading = steps.read_page(content, found.kind, 1, engines)
        source = Source(
            filename="a.pdf",
            sha256=hashlib.sha256(content).hexdigest(),
            media_type=found.media_type,
            kind=found.kind,
            pages=1,
        )
        steps.assemble(
            source,
            engines.describe(),
            [reading.page],
            lambda _: reading.image,
            lambda *_: None,
            lambda _: None,
        )

    one(documents)
    before = cpu_below_s(os.getpid())
    for number in range(documents):
        one(number)
    return cpu_below_s(os.getpid()) - before


def measure_throughput(chosen: argparse.Namespace) -> dict[str, float]:
    """Read scans with the real engine by two workers, and by two `gouji process`, half each.

    Both run twice, the first time to load; seconds and CPU seconds are of the second run.
    """
    with tempfile.TemporaryDirectory(prefix="gouji-bench-") as folder:
        paths = exactness.generated(Path(folder), exactness.cases(chosen))
        with service(GOUJI_ENGINE="paddle") as (stack, ports, _):
            door = Door(ports[0])
            # no reports, as the real steps find when all is loaded
            _run(stack, door, _zipped([pdf(1, "warm"), pdf(1, "warmer")]), become="failed")
            before = cpu_s(stack, *_ALL)
            served_s = _run(stack, door, _zipped([path.read_bytes() for path in paths]))
            served_cpu = cpu_s(stack, *_ALL) - before
        load_s, load_cpu = _alone([paths[:0], paths[:0]], Path(folder))
        alone_s, alone_cpu = _alone([paths[::2], paths[1::2]], Path(folder))
    return {
        "documents": float(len(paths)),
        "throughput_wall": (alone_s - load_s) / served_s,
        "throughput_cpu": (alone_cpu - load_cpu) / served_cpu,
        "served_cpu_s_per_document": served_cpu / len(paths),
        "alone_cpu_s_per_document": (alone_cpu - load_cpu) / len(paths),
    }


def _zipped(contents: Sequence[bytes]) -> bytes:
    """Return a ZIP of documents."""
    coded = io.BytesIO()
    with zipfile.ZipFile(coded, "w") as made:
        for number, content in enumerate(contents):
            made.writestr(f"{number:04d}.pdf", content)
    return coded.getvalue()


def _alone(halves: Sequence[Sequence[Path]], folder: Path) -> tuple[float, float]:
    """Run `gouji process` on each half at the same time; return seconds and CPU seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    tiny = folder / "tiny"
    tiny.mkdir(exist_ok=True)
    running = []
    for number, half in enumerate(halves):
        warm = tiny / f"{number}-{len(half)}.pdf"
        warm.write_bytes(pdf(1, "warm"))
        command = [sys.executable, "-m", "gouji", "process", str(warm), *map(str, half)]
        out = ["--out", str(folder / f"out{number}-{len(half)}"), "--jobs", "1", "--json"]
        running.append(subprocess.Popen([*command, *out], stdout=subprocess.PIPE))
    for process in running:
        told, _ = process.communicate()
        assert all(json.loads(line)["status"] != "failed" for line in told.splitlines()), told
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.monotonic() - began, cpu
