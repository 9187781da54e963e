"""The whole service shown once: `make demo`.

Makes a small archive of scans with the project's own generator, starts `gouji serve` on a folder
of its own, hands the archive in, follows it, receives the signed webhook, prints records and
findings, compares them with what was printed, and stops everything. The files stay behind.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from gouji.client import Client, ClientError, Unreachable
from schemas.batch import BatchItem
from schemas.validation import Validation
from tests.corpus.archive import sample_archive
from tests.corpus.reports import Report
from tests.corpus.truth import compare, truth_of
from tests.receiver import Receiver, receiver

OUT = Path("demo-out")
COUNT = 3
SEED = 2024
_START_S = 90.0
_READ_S = 600.0

console = Console(highlight=False)


def main() -> int:
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir()
    with console.status(f"Making {COUNT} scanned reports …"):
        reports = sample_archive(OUT / "scans.zip", SEED, COUNT)
    console.print(f"1. An archive of {COUNT} scanned reports: {OUT}/scans.zip")
    try:
        with receiver() as hook, _service() as server, Client(server) as client:
            return _show(client, hook, reports)
    except (ClientError, TimeoutError) as error:
        console.print(f"[red]{error}[/] The service's logs are in {OUT}/service.")
        return 1


def _show(client: Client, hook: Receiver, reports: Mapping[str, Report]) -> int:
    endpoint = client.register(hook.url, ["batch.completed"])
    batch = client.submit_batch([OUT / "scans.zip"])
    console.print(f"3. Handed in as {batch.id}; a webhook is registered.")
    _follow(client, batch.id)
    items = list(client.items(batch.id))
    event = hook.await_count(1)[0].verify(endpoint.secret)
    console.print(f"4. Signed webhook received and verified: {event['type']}")
    for item in items:
        _fetch(client, item)
    client.export(batch.id, "csv", OUT / "all-values.csv")
    client.export(batch.id, "xlsx", OUT / "all-values.xlsx")
    console.print("5. The records, beside what the generator printed:\n")
    good = _print_records(items, reports)
    console.print("\n   The findings:\n")
    _print_findings(items)
    console.print(
        f"\nEverything stays in {OUT}/: one folder a report (open validation.html and "
        "workbook.xlsx), all values in all-values.csv and all-values.xlsx."
    )
    return 0 if good else 1


@contextmanager
def _service() -> Iterator[str]:
    """Run `gouji serve` on a free port and a folder of its own; stop it on the way out."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = OUT / "service"
    data.mkdir()
    server = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "gouji", "serve", "--data", str(data), "--port", str(port)]
    settings = {"GOUJI_WEBHOOK_ALLOW_NETWORKS": "127.0.0.0/8"}
    started = time.monotonic()
    with (data / "serve.log").open("wb") as log:
        process = subprocess.Popen(
            command, env={**os.environ, **settings}, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        with console.status("Starting the service …"):
            _await_ready(server, process)
        console.print(f"2. The service runs at {server} ({time.monotonic() - started:.1f} s).")
        yield server
    finally:
        with console.status("Stopping the service …"):
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)
        console.print("6. The service is stopped.")


def _await_ready(server: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_S
    with Client(server) as client:
        while time.monotonic() < deadline and process.poll() is None:
            try:
                client.endpoints()
            except Unreachable:
                time.sleep(0.2)
            else:
                return
    raise TimeoutError("The service did not start.")


def _follow(client: Client, batch_id: str) -> None:
    """Show the batch filling up until it is finished."""
    bar = Progress(
        TextColumn("   {task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    )
    deadline = time.monotonic() + _READ_S
    with bar:
        task = bar.add_task("opening the archive", total=None)
        while True:
            batch = client.batch(batch_id)
            seen = batch.progress
            bar.update(
                task,
                total=seen.items_total,
                completed=seen.items_done,
                description=seen.reason or "done",
            )
            if batch.finished_at is not None:
                return
            if time.monotonic() > deadline:
                raise TimeoutError(f"The batch is not finished after {_READ_S:.0f} s.")
            time.sleep(0.5)


def _fetch(client: Client, item: BatchItem) -> None:
    if item.job_id is None:
        return
    folder = OUT / Path(item.name).stem
    folder.mkdir(exist_ok=True)
    (folder / "record.json").write_bytes(client.result(item.job_id, "json"))
    (folder / "validation.json").write_bytes(client.file(item.job_id, "validation"))
    (folder / "validation.html").write_bytes(client.result(item.job_id, "html"))
    (folder / "workbook.xlsx").write_bytes(client.result(item.job_id, "xlsx"))


def _print_records(items: list[BatchItem], reports: Mapping[str, Report]) -> bool:
    """Print a line a report; return whether no number is wrong without a flag."""
    table = Table("report", "issuer", "year", "verdict", "right of 200", "flagged", box=None)
    silent = 0
    for item in items:
        folder = OUT / Path(item.name).stem
        record = json.loads((folder / "record.json").read_text(encoding="utf-8"))
        verdict = _validation(item).verdict
        found = compare(truth_of(reports[item.name]), record)
        silent += found.silent
        table.add_row(
            item.name[:3],
            str(record["issuer"]),
            str(record["year"]),
            verdict,
            str(found.right),
            str(found.flagged),
        )
    console.print(table)
    return silent == 0


def _print_findings(items: list[BatchItem]) -> None:
    table = Table("report", "rule", "cause", "finding", box=None)
    for item in items:
        for finding in _validation(item).findings:
            text = f"{finding.message}\n{finding.formula}" if finding.formula else finding.message
            table.add_row(item.name[:3], finding.code, finding.cause, text)
    console.print(table)


def _validation(item: BatchItem) -> Validation:
    path = OUT / Path(item.name).stem / "validation.json"
    return Validation.model_validate_json(path.read_bytes())


if __name__ == "__main__":
    sys.exit(main())
