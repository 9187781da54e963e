"""Does one worker grow? Memory, open files, connections and the broker's keys over many documents.

Reports as text go through a whole service with the real steps and one worker of one child, which is
never replaced. What counts is the growth after the first tenth, when all that is loaded once is.
"""

import argparse
import json
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from itertools import chain, cycle, islice
from pathlib import Path

import redis
import sqlalchemy
from sqlalchemy import func, select, text

from bench.service_stack import Door
from gouji import embedded
from schemas.message import QUEUES
from schemas.tables_sql import jobs
from storage.database import connect
from tests.corpus import texts
from tests.corpus.reports import make_report
from tests.stack import Servers, Stack, environment, free_port, fresh_database

_UNDER_WAY = 24
_SAMPLES = 40
_FLAT = 0.10
_PATIENCE_S = 600.0
_BROKER = 1


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what only this measurement asks for."""
    parser.add_argument("--through", type=int, default=1000, help="soak: documents handed in")


@dataclass(frozen=True, kw_only=True)
class Sample:
    """What is there after so many documents."""

    documents: int
    worker_mb: float
    """Resident memory of the worker and its child."""
    api_mb: float
    files: int
    """Open files of the worker, its child and the API."""
    connections: int
    """Connections to the database."""
    clients: int
    """Connections to the broker."""
    keys: int
    """Keys in the broker."""


def run(paths: Sequence[Path], chosen: argparse.Namespace) -> None:
    """Hand documents in, look now and then, and say what has grown."""
    with _service() as (stack, database, broker):
        samples = list(_watched(stack, database, broker, _documents(paths), chosen.through))
    if chosen.json:
        print(json.dumps({"soak": {"samples": [asdict(one) for one in samples]}}))
        return
    print(f"\n{chosen.through} documents through one worker; in tenths of the way")
    for name in list(Sample.__dataclass_fields__)[1:]:
        own = [float(getattr(one, name)) for one in samples]
        shown = "  ".join(f"{value:.0f}" for value in own[:: max(1, len(own) // 10)])
        grown = growth(own)
        flat = "flat" if abs(grown) <= _FLAT or grown < 0 else "GROWS"
        print(f"{name:12} {shown}   {grown:+.1%} {flat}")


def growth(samples: Sequence[float]) -> float:
    """Return by what share the last tenth lies over the second, each as its median."""
    tenth = max(1, len(samples) // 10)
    begin = statistics.median(samples[tenth : 2 * tenth] or samples[:1])
    end = statistics.median(samples[-tenth:])
    return end / begin - 1 if begin else end


def _documents(paths: Sequence[Path]) -> Iterator[tuple[str, bytes]]:
    """Yield the files given, in turn, or texts made one after the other."""
    if paths:
        files = list(
            chain.from_iterable(sorted(p.rglob("*.*")) if p.is_dir() else [p] for p in paths)
        )
        for path in cycle(files):
            yield path.name, path.read_bytes()
    styles = sorted(texts.STYLES)
    for seed in range(sys.maxsize):
        style = styles[seed % len(styles)]
        yield f"{seed}.txt", texts.write(make_report(seed), style, seed).encode()


@contextmanager
def _service() -> Iterator[tuple[Stack, sqlalchemy.Engine, "redis.Redis"]]:
    with ExitStack() as running:
        name = running.enter_context(tempfile.TemporaryDirectory(prefix="gouji-soak-"))
        folder = Path(name)
        folder.chmod(0o755)
        servers = Servers(
            redis_url=running.enter_context(embedded.valkey(folder / "queue")),
            database_url=running.enter_context(embedded.postgres(folder / "database")),
        )
        url = running.enter_context(fresh_database(servers))
        port = free_port()
        told = environment(servers, _BROKER, url, folder, port)
        told |= {"GOUJI_ENGINE": "paddle", "GOUJI_PAGES_PER_CHILD": "100000000"}
        told |= {"GOUJI_LOG_LEVEL": "WARNING", "OMP_NUM_THREADS": "1"}
        stack = Stack(environment=told, folder=folder, port=port)
        running.callback(stack.stop)
        stack.start_api()
        stack.start_worker("worker", ",".join(QUEUES))
        stack.await_ready()
        database = connect(url, pool_size=1)
        running.callback(database.dispose)
        broker = redis.Redis.from_url(servers.broker(_BROKER))
        running.callback(broker.close)
        yield stack, database, broker


def _watched(
    stack: Stack,
    database: sqlalchemy.Engine,
    broker: "redis.Redis",
    documents: Iterator[tuple[str, bytes]],
    number: int,
) -> Iterator[Sample]:
    """Hand in so many documents, a few under way at once; yield a sample now and then."""
    door = Door(port=stack.port)
    step = max(1, number // _SAMPLES)
    looked = 0
    for handed, (name, content) in enumerate(islice(documents, number)):
        done = _await_room(database, handed - _UNDER_WAY)
        if done >= looked + step:
            looked = done
            print(f"\r{done} of {number} documents", end="", file=sys.stderr)
            yield _sample(stack, database, broker, done)
        door.submit("/v1/jobs", name, content)
    yield _sample(stack, database, broker, _await_room(database, number))
    print(file=sys.stderr)


def _await_room(database: sqlalchemy.Engine, wanted: int) -> int:
    """Wait until at least so many jobs are finished; return how many are."""
    finished = select(func.count()).select_from(jobs).where(jobs.c.finished_at.is_not(None))
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        with database.connect() as connection:
            done = connection.execute(finished).scalar_one()
        if done >= wanted:
            return done
        assert time.monotonic() < deadline, f"{done} documents are done, {wanted} were awaited"
        time.sleep(0.1)


def _sample(stack: Stack, database: sqlalchemy.Engine, broker: "redis.Redis", done: int) -> Sample:
    worker, api = stack.children["worker"].pid, stack.children["api"].pid
    family = [worker, *_children(worker)]
    with database.connect() as connection:
        backends = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
        connections = int(connection.execute(text(backends)).scalar_one())
    return Sample(
        documents=done,
        worker_mb=sum(map(_resident_mb, family)),
        api_mb=_resident_mb(api),
        files=sum(len(os.listdir(f"/proc/{pid}/fd")) for pid in (*family, api)),
        connections=connections,
        clients=int(broker.info("clients")["connected_clients"]),
        keys=int(broker.dbsize()),
    )


def _children(pid: int) -> list[int]:
    own = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in own]


def _resident_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20
