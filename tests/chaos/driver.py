"""The course of a chaos run: papers are handed in, faults happen, and somebody keeps the time."""

import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import httpx
import sqlalchemy
from sqlalchemy import literal_column, select
from sqlalchemy.exc import SQLAlchemyError

from schemas.tables_sql import IN_FLIGHT, jobs
from tests.chaos.faults import Fault, World, in_turn, lasting
from tests.chaos.papers import Paper, Supply
from tests.documents import zip_of

_PATIENCE_S = 400.0
_ARCHIVE = 40


@dataclass
class Sender:
    """Hands papers in as a good client does: with a key, again and again until it is answered."""

    address: str
    rng: random.Random
    jobs: dict[str, Paper] = field(default_factory=dict)
    """The papers handed in alone, by the job that answered."""
    batches: dict[str, list[Paper]] = field(default_factory=dict)
    slowest_s: float = 0.0
    """How long the most patient submission took."""

    def send(self, papers: Sequence[Paper]) -> None:
        """Hand in one paper as a job, several as an archive."""
        if len(papers) == 1:
            made = self._post("/v1/jobs", papers[0].name, papers[0].content)
            self.jobs[made] = papers[0]
        else:
            archive = zip_of({paper.name: paper.content for paper in papers})
            self.batches[self._post("/v1/batches", "papers.zip", archive)] = list(papers)

    def _post(self, path: str, name: str, content: bytes) -> str:
        key = f"chaos-{self.rng.getrandbits(64):x}"
        began = time.monotonic()
        while True:
            with suppress(httpx.TransportError):
                answer = httpx.post(
                    self.address + path,
                    files={"file": (name, content)},
                    headers={"Idempotency-Key": key},
                    timeout=60,
                    trust_env=False,
                )
                if answer.status_code in (200, 202):
                    self.slowest_s = max(self.slowest_s, time.monotonic() - began)
                    return str(answer.json()["id"])
                busy = answer.status_code in (409, 429) or answer.status_code >= 500
                assert busy, f"{path} was answered {answer.status_code}: {answer.text}"
            waited = time.monotonic() - began
            assert waited < _PATIENCE_S, f"{path} is not taken in after {waited:.0f} s"
            time.sleep(self.rng.uniform(0.2, 1.0))


@dataclass(frozen=True, kw_only=True)
class Struck:
    """A fault that happened: when it was over, and which jobs were under way by then."""

    name: str
    hit: int
    """Of processes, connections, messages, requests or rows; chance may let it be none."""
    began: float
    over: float
    under_way: frozenset[str]


@dataclass
class Clock:
    """Notes when each job was seen finished; all times are of this process."""

    rows: sqlalchemy.Engine
    finished: dict[str, float] = field(default_factory=dict)
    _over: threading.Event = field(default_factory=threading.Event)

    def under_way(self) -> frozenset[str]:
        """Return the jobs that have begun or may begin; asks until the database answers."""
        query = select(jobs.c.id).where(literal_column(f"({IN_FLIGHT})"))
        while True:
            with suppress(SQLAlchemyError), self.rows.connect() as connection:
                return frozenset(connection.execute(query).scalars())
            time.sleep(0.1)

    def watch(self) -> None:
        done = select(jobs.c.id).where(jobs.c.finished_at.is_not(None))
        while not self._over.wait(0.25):
            with suppress(SQLAlchemyError), self.rows.connect() as connection:
                now = time.monotonic()
                for job_id in connection.execute(done).scalars():
                    self.finished.setdefault(job_id, now)

    def stop(self) -> None:
        self._over.set()


def lapse(looked_for: Callable[[], bool], within_s: float) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + within_s
    while not looked_for():
        assert time.monotonic() < deadline, f"it is not so after {within_s:.0f} s"
        time.sleep(0.1)


def hand_in(
    sender: Sender,
    papers: Supply,
    count: int,
    within_s: float,
    failed: list[BaseException],
) -> None:
    """Hand in so many papers over a time, some alone, some as archives, in bursts."""
    began, sent = time.monotonic(), 0
    try:
        while sent < count:
            many = min(_ARCHIVE, count - sent) if sender.rng.random() < 0.05 else 1
            sender.send(papers.take(many))
            sent += many
            due = began + within_s * sent / count
            time.sleep(max(0.0, (due - time.monotonic()) * sender.rng.uniform(0.5, 1.5)))
    except AssertionError as error:
        failed.append(error)


def strike(
    world: World, faults: Mapping[str, tuple[Fault, float]], clock: Clock, for_s: float
) -> list[Struck]:
    """Have one fault after the other happen, in rounds in which each comes once."""
    struck: list[Struck] = []
    began = time.monotonic()
    order: list[str] = []
    while time.monotonic() - began < for_s:
        order = order or in_turn(faults, world.rng)
        name = order.pop(0)
        fault, longest_s = faults[name]
        at = time.monotonic()
        with fault(world) as hit:
            lasting(world.rng, longest_s)
            number = hit()
        over = time.monotonic()
        print(f"{at - began:7.1f} s  {name} ({over - at:.1f} s, {number} hit)", flush=True)
        under_way = clock.under_way()
        struck.append(Struck(name=name, hit=number, began=at, over=over, under_way=under_way))
        time.sleep(world.rng.uniform(0.5, 4.0))
    return struck


@dataclass(frozen=True, kw_only=True)
class Recovery:
    """How long a kind of fault held things up, at the longest."""

    alive_s: float
    """From its end until any job finished again."""
    done_s: float
    """From its end until all that was under way was done, whatever happened meanwhile."""


def recoveries(struck: Sequence[Struck], finished: Mapping[str, float]) -> dict[str, Recovery]:
    """Return, by fault, the longest of its kind."""
    longest: dict[str, Recovery] = {}
    for one in struck:
        before = longest.get(one.name, Recovery(alive_s=0, done_s=0))
        own = [finished[job_id] - one.over for job_id in one.under_way if job_id in finished]
        later = [at - one.over for at in finished.values() if at > one.over]
        longest[one.name] = Recovery(
            alive_s=max(before.alive_s, min(later, default=0)),
            done_s=max(before.done_s, *own, 0.0),
        )
    return longest
