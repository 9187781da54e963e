"""What a page and a document cost: the figures `docs/capacity.md` is computed from.

The tasks of the workers are run here in one process, on a real database and broker and a folder as
store, so every row, object and message is the one the service writes. Documents are generated:
scans of all kinds of damage, born-digital PDF and DOCX; then many jobs of null steps for the rows.
"""

import hashlib
import json
import os
import resource
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import redis
import sqlalchemy
from sqlalchemy import insert, text

from bench import exactness
from gouji import embedded
from schemas import keys, message
from schemas.message import Message
from schemas.tables_sql import jobs, metadata, webhook_endpoints
from storage import broker, logs
from storage.database import connect, migrate
from storage.folder import FolderStore
from storage.jobs import NewJob, create
from storage.outbox import unit_of_work
from tests.corpus.cases import make_case
from tests.corpus.office import set_docx
from tests.corpus.samples import make_sample
from tests.documents import pdf
from workers.app import steps_for
from workers.parts import Parts, Steps
from workers.settings import WorkerSettings
from workers.tasks.assemble import assemble
from workers.tasks.inspect import inspect
from workers.tasks.page import page

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_WARM_UP = 2
_MESSAGES = 5_000


def add_options(parser: ArgumentParser) -> None:
    """Add the options of this measurement."""
    own = parser.add_argument_group("capacity")
    own.add_argument("--rows-of", type=int, default=600, help="jobs of null steps, for the rows")


@dataclass
class Cost:
    """What documents of one kind cost together."""

    documents: int = 0
    pages: int = 0
    cpu_s: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    stored_bytes: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    objects: dict[str, int] = field(default_factory=lambda: defaultdict(int))


@dataclass
class Rows:
    """What the database holds and does for many finished jobs of three pages each."""

    jobs: int
    pages: int
    bytes_by_table: dict[str, int]
    rows_by_table: dict[str, int]
    transactions: int
    wal_bytes: int
    server_cpu_s: float
    wall_s: float


@dataclass
class Rig:
    """One process's view of the service; messages are kept here and run in order."""

    parts: Parts
    waiting: list[Message] = field(default_factory=list)


def run(chosen: Namespace) -> None:
    """Measure and print everything."""
    logs.configure("WARNING", as_json=False)
    with ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="gouji-capacity-")))
        url = running.enter_context(embedded.postgres(folder / "database"))
        queue = running.enter_context(embedded.valkey(folder / "queue"))
        database = connect(url, pool_size=4)
        running.callback(database.dispose)
        migrate(database)
        costs = _documents(database, folder, chosen)
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        rows = _rows(database, folder, chosen.rows_of)
        message_bytes = _message_bytes(queue)
    found = {
        "documents": {kind: vars(cost) for kind, cost in costs.items()},
        "peak_mb": peak_mb,
        "rows": asdict(rows),
        "message_bytes": message_bytes,
    }
    print(json.dumps({"capacity": found}) if chosen.json else _text(costs, rows, found))


def _documents(database: sqlalchemy.Engine, folder: Path, chosen: Namespace) -> dict[str, Cost]:
    """Run documents of each kind through the real steps."""
    settings = WorkerSettings(objects_dir=folder / "objects")
    made: dict[str, Iterator[tuple[str, bytes]]] = {
        "scan": ((f"{case.name}.pdf", make_case(case)[0]) for case in exactness.cases(chosen)),
        "born digital": (
            (f"{at}.pdf", make_sample(chosen.seed * 1000 + at).pdf) for at in range(chosen.count)
        ),
        "docx": (
            (f"{at}.docx", set_docx(make_sample(chosen.seed * 1000 + at).report))
            for at in range(chosen.count)
        ),
    }
    steps = steps_for(settings)
    steps.engines()
    for at in range(_WARM_UP):
        _measure(database, settings, steps, Cost(), (f"warm{at}.pdf", make_sample(900 + at).pdf))
    costs: dict[str, Cost] = {}
    for kind, documents in made.items():
        costs[kind] = Cost()
        for document in documents:
            _measure(database, settings, steps, costs[kind], document)
    return costs


def _measure(
    database: sqlalchemy.Engine,
    settings: WorkerSettings,
    steps: Steps,
    cost: Cost,
    document: tuple[str, bytes],
) -> None:
    store = _Counting(settings.objects_dir, cost)
    rig = _rig(database, settings, steps, store)
    job_id = _hand_in(rig, store, *document)
    _work_off(rig, cost)
    with database.connect() as connection:
        row = connection.execute(sqlalchemy.select(jobs).where(jobs.c.id == job_id)).one()
    if row.status != "succeeded":
        raise SystemExit(f"{document[0]} came to {row.status}: {row.error}")
    cost.documents += 1
    cost.pages += row.pages_total


class _Counting(FolderStore):
    """A folder that adds up what is put into it, by what it is."""

    def __init__(self, root: Path, cost: Cost) -> None:
        super().__init__(root)
        self._cost = cost

    def put(self, key: str, content: Any, media_type: str) -> None:
        """Store and count."""
        super().put(key, content, media_type)
        folder, name = key.split("/")[1], key.rpartition("/")[2]
        what = {"uploads": "source", "pages": f"page {name.rpartition('.')[2]}"}.get(folder, name)
        self._cost.objects[what] += 1
        self._cost.stored_bytes[what] += len(content)


def _rig(
    database: sqlalchemy.Engine, settings: WorkerSettings, steps: Steps, store: FolderStore
) -> Rig:
    waiting: list[Message] = []
    parts = Parts(
        settings=settings,
        steps=steps,
        database=database,
        objects=store,
        send=waiting.append,
        waiting=lambda queue: broker.Waiting(beyond=True),  # so that each step is taken by itself
    )
    return Rig(parts=parts, waiting=waiting)


def _hand_in(rig: Rig, store: FolderStore, name: str, content: bytes) -> str:
    sha256 = hashlib.sha256(content).hexdigest()
    store.put(keys.upload("local", sha256), content, "application/octet-stream")
    new = NewJob(
        tenant="local",
        filename=name,
        sha256=sha256,
        size_bytes=len(content),
        media_type=None,
        priority="bulk",
        metadata={},
    )
    with unit_of_work(rig.parts.database, rig.parts.send) as unit:
        return create(unit, new).id


def _work_off(rig: Rig, cost: Cost | None = None) -> None:
    """Run what waits until nothing does; deliveries stay undone."""
    tasks: dict[str, Callable[..., None]] = {
        "gouji.inspect": inspect,
        "gouji.page": page,
        "gouji.assemble": assemble,
    }
    while rig.waiting:
        next_one = rig.waiting.pop(0)
        if next_one.task not in tasks:
            continue
        began = time.process_time()
        tasks[next_one.task](rig.parts, *next_one.args)
        if cost is not None:
            cost.cpu_s[next_one.task.removeprefix("gouji.")] += time.process_time() - began


def _rows(database: sqlalchemy.Engine, folder: Path, number: int) -> Rows:
    """Run many small jobs through null steps in an emptied database, and look what it holds."""
    with database.begin() as connection:
        names = ", ".join(table.name for table in metadata.sorted_tables)
        connection.execute(text(f"TRUNCATE {names} CASCADE"))
        connection.execute(
            insert(webhook_endpoints).values(id="whe_1", url="https://x.example", secret="s")
        )
    settings = WorkerSettings(engine="null", objects_dir=folder / "null")
    store = FolderStore(settings.objects_dir)
    rig = _rig(database, settings, steps_for(settings), store)
    before, began = _server(database), time.monotonic()
    for at in range(number):
        _hand_in(rig, store, f"{at}.pdf", pdf(3, f"row {at}"))
        _work_off(rig)
    wall_s, after = time.monotonic() - began, _server(database)
    with _alone(database) as connection:
        connection.execute(text("VACUUM ANALYZE"))
        sizes = connection.execute(
            text("SELECT relname, pg_total_relation_size(relid) AS size FROM pg_stat_user_tables")
        )
        by_table = {row.relname: row.size for row in sizes if row.size}
        counts = {
            name: connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()
            for name in by_table
        }
    return Rows(
        jobs=number,
        pages=3 * number,
        bytes_by_table=by_table,
        rows_by_table=counts,
        transactions=int(after[0] - before[0]),
        wal_bytes=int(after[1] - before[1]),
        server_cpu_s=after[2] - before[2],
        wall_s=wall_s,
    )


@contextmanager
def _alone(database: sqlalchemy.Engine) -> Iterator[sqlalchemy.Connection]:
    with database.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield connection


def _server(database: sqlalchemy.Engine) -> tuple[float, float, float]:
    """Return transactions, bytes of WAL and CPU seconds of the database server so far."""
    with _alone(database) as connection:
        connection.execute(text("SELECT pg_stat_force_next_flush()"))
        transactions = connection.execute(
            text("SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()")
        ).scalar_one()
        wal = connection.execute(
            text("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn")
        ).scalar_one()
        backend = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    postmaster = _stat(Path(f"/proc/{backend}/stat"))[1]
    family = (_stat(path) for path in Path("/proc").glob("[0-9]*/stat"))
    ticks = sum(f[11] + f[12] for f in family if f[1] == postmaster)
    ended = _stat(Path(f"/proc/{postmaster}/stat"))
    return float(transactions), float(wal), (ticks + sum(ended[11:15])) / _TICKS_PER_S


def _stat(path: Path) -> list[int]:
    """Return the numbers behind a process's name; [1] is its parent, [11:15] its CPU ticks."""
    try:
        fields = path.read_text().rpartition(")")[2].split()
    except OSError:
        return [0] * 20
    return [0, *(int(one) for one in fields[1:20])]


def _message_bytes(queue: str) -> float:
    """Return the memory a waiting message takes in the broker."""
    send = broker.sender(broker.producer(queue), queue)
    with redis.Redis.from_url(queue) as client:
        send(message.page("job_" + "0" * 26, 1, "bulk"))
        before = client.info("memory")["used_memory"]
        for at in range(_MESSAGES):
            send(message.page("job_" + "0" * 26, at, "bulk"))
        return float(client.info("memory")["used_memory"] - before) / _MESSAGES


def _text(costs: dict[str, Cost], rows: Rows, found: dict[str, Any]) -> str:
    lines = ["CPU seconds, one process, one thread"]
    for kind, cost in costs.items():
        inspected, read = cost.cpu_s["inspect"], cost.cpu_s["page"]
        lines.append(
            f"  {kind:14s}{cost.documents:4d} documents{cost.pages:5d} pages   "
            f"inspect {inspected / cost.documents:.3f} a document, "
            f"read {read / cost.pages:.3f} a page, "
            f"assemble {cost.cpu_s['assemble'] / cost.documents:.3f} a document"
        )
    lines += [f"Peak memory of the process: {found['peak_mb']:.0f} MB", "", "Objects, kB"]
    for kind, cost in costs.items():
        a_page = {k: v / cost.pages for k, v in cost.stored_bytes.items() if k.startswith("page ")}
        a_document = {
            k: v / cost.documents for k, v in cost.stored_bytes.items() if not k.startswith("page ")
        }
        lines.append(f"  {kind:14s}a page: {_kilobytes(a_page)}")
        lines.append(f"  {'':14s}a document: {_kilobytes(a_document)}")
    a_job = sum(rows.bytes_by_table.values()) / rows.jobs
    lines += ["", f"Database, {rows.jobs} jobs of 3 pages: {a_job / 1000:.2f} kB a job"]
    for name, size in sorted(rows.bytes_by_table.items(), key=lambda pair: -pair[1]):
        number = rows.rows_by_table[name]
        if number > rows.jobs / 2:
            lines.append(f"  {name:22s}{number:8d} rows{size / number:8.0f} bytes a row")
    lines += [
        f"  {rows.transactions / rows.pages:.1f} transactions, "
        f"{rows.wal_bytes / rows.pages / 1000:.1f} kB of WAL, "
        f"{1000 * rows.server_cpu_s / rows.pages:.1f} ms of server CPU a page",
        "",
        f"Broker: {found['message_bytes']:.0f} bytes a waiting message",
    ]
    return "\n".join(lines)


def _kilobytes(sizes: dict[str, float]) -> str:
    named: Sequence[str] = [
        f"{name} {size / 1000:.1f}" for name, size in sorted(sizes.items(), key=lambda p: -p[1])
    ]
    return f"{sum(sizes.values()) / 1000:.0f} ({', '.join(named)})"
