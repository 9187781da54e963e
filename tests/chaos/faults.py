"""What is done to the service: each fault begins, lasts a while, and ends."""

import random
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from functools import partial

import psutil
import redis
import sqlalchemy
from sqlalchemy import func, text, update

from schemas.message import QUEUES
from schemas.tables_sql import batches, jobs, pages, webhook_deliveries
from tests.chaos.doors import Door
from tests.chaos.mail import Mood, Postbox
from tests.chaos.servers import Broker, Database, Store
from tests.chaos.service import Role, Service


@dataclass(frozen=True, kw_only=True)
class World:
    """Everything there is to break."""

    rng: random.Random
    service: Service
    postbox: Postbox
    rows: sqlalchemy.Engine
    """The database by a way of its own, that no fault lies on."""
    broker: Broker
    database: Database
    broker_door: Door | None = None
    database_door: Door | None = None
    store: Store | None = None


Hit = Callable[[], int]
"""Says how much a fault has hit so far: processes, connections, messages, requests, rows."""

Fault = Callable[[World], AbstractContextManager[Hit]]
"""Begins on entry and is over on exit; what it takes to come back is the service's affair."""


@contextmanager
def _kill(role: Role, number: int, world: World) -> Iterator[Hit]:
    found = world.service.processes(role)
    hit = 0
    if found:
        with suppress(psutil.Error):
            world.rng.choice(found).send_signal(number)
            hit = 1
    yield lambda: hit


@contextmanager
def _freeze(role: Role, world: World) -> Iterator[Hit]:
    """Stop a process for a while: it wakes up believing that it holds what it held."""
    found = world.service.processes(role)
    chosen = world.rng.choice(found) if found else None
    hit = 0
    if chosen is not None:
        with suppress(psutil.Error):
            chosen.suspend()
            hit = 1
    try:
        yield lambda: hit
    finally:
        if chosen is not None:
            with suppress(psutil.Error):
                chosen.resume()


@contextmanager
def _broker_restarted(number: int, world: World) -> Iterator[Hit]:
    hit = world.broker.end(number)
    try:
        yield lambda: hit
    finally:
        world.broker.start()


@contextmanager
def _broker_flushed(world: World) -> Iterator[Hit]:
    hit = 0
    with suppress(redis.RedisError), world.broker.client() as client:
        hit = int(client.dbsize())
        client.flushall()
    yield lambda: hit


@contextmanager
def _broker_paused(world: World) -> Iterator[Hit]:
    hit = world.broker.signal(signal.SIGSTOP)
    try:
        yield lambda: hit
    finally:
        world.broker.signal(signal.SIGCONT)


@contextmanager
def _cut(door: str, world: World) -> Iterator[Hit]:
    """Break the connections there are, and let none in while it lasts."""
    found = getattr(world, door)
    before = found.cuts
    found.shut = True
    found.cut()
    try:
        yield lambda: found.cuts - before
    finally:
        found.shut = False


@contextmanager
def _stalled(door: str, world: World) -> Iterator[Hit]:
    found = getattr(world, door)
    before = found.held
    found.hold(True)
    try:
        yield lambda: found.held - before
    finally:
        found.hold(False)


@contextmanager
def _messages_shuffled(world: World) -> Iterator[Hit]:
    """Have messages come twice and in any order."""
    hit = 0
    with suppress(redis.RedisError), world.broker.client() as client:
        for queue in QUEUES:
            taken = client.rpop(queue, 100_000)
            if taken:
                again = [*taken, *world.rng.sample(taken, k=(len(taken) + 1) // 2)]
                world.rng.shuffle(again)
                client.lpush(queue, *again)
                hit += len(again)
    yield lambda: hit


@contextmanager
def _messages_lost(world: World) -> Iterator[Hit]:
    """Lose every other message, and nothing else."""
    hit = 0
    with suppress(redis.RedisError), world.broker.client() as client:
        for queue in QUEUES:
            for _ in range(client.llen(queue) // 2 + 1):
                hit += client.rpop(queue) is not None
    yield lambda: hit


@contextmanager
def _database_restarted(world: World) -> Iterator[Hit]:
    hit = world.database.restart()
    yield lambda: hit


@contextmanager
def _backends_killed(world: World) -> Iterator[Hit]:
    hit = 0
    with suppress(sqlalchemy.exc.SQLAlchemyError), world.rows.begin() as connection:
        end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        hit = len(connection.execute(text(end + " AND backend_type = 'client backend'")).all())
    yield lambda: hit


@contextmanager
def _commits_lost(world: World) -> Iterator[Hit]:
    door = world.database_door
    assert door is not None
    before = door.lost
    door.commits_lost = 0.3
    try:
        yield lambda: door.lost - before
    finally:
        door.commits_lost = 0.0


@contextmanager
def _store_bad(way: str, share: float, world: World) -> Iterator[Hit]:
    store = world.store
    assert store is not None
    before = store.spoiled
    setattr(store, way, share)
    try:
        yield lambda: store.spoiled - before
    finally:
        setattr(store, way, 0.0)


@contextmanager
def _disk_full(world: World) -> Iterator[Hit]:
    hit = world.service.limit_files(0)
    try:
        yield lambda: hit
    finally:
        world.service.limit_files(-1)


@contextmanager
def _disk_of_the_database_full(world: World) -> Iterator[Hit]:
    """It panics when it cannot write its log; whoever brings it back finds room again."""
    hit = world.database.limit_files(0)
    try:
        yield lambda: hit
    finally:
        world.database.limit_files(-1)


@contextmanager
def _clock_moved(hours: int, world: World) -> Iterator[Hit]:
    """Have every time the rows wait for be so many hours nearer or farther off."""
    by = func.make_interval(0, 0, 0, 0, hours)
    hit = 0
    with suppress(sqlalchemy.exc.SQLAlchemyError), world.rows.begin() as connection:
        for table in (jobs, pages, batches, webhook_deliveries):
            moved = {"lease_until": table.c.lease_until + by, "due_at": table.c.due_at + by}
            active = table.c.status.in_(("queued", "running", "pending"))
            hit += connection.execute(update(table).where(active).values(moved)).rowcount
    yield lambda: hit


@contextmanager
def _mood(mood: Mood, world: World) -> Iterator[Hit]:
    before = world.postbox.met[mood]
    world.postbox.mood = mood
    try:
        yield lambda: world.postbox.met[mood] - before
    finally:
        world.postbox.mood = "well"


_ANYWHERE: dict[str, tuple[Fault, float]] = {
    "a child is killed": (partial(_kill, "child", signal.SIGKILL), 0),
    "a worker is killed": (partial(_kill, "worker", signal.SIGKILL), 0),
    "a worker is asked to stop": (partial(_kill, "worker", signal.SIGTERM), 0),
    "the API is killed": (partial(_kill, "api", signal.SIGKILL), 0),
    "the supervisor is killed": (partial(_kill, "supervisor", signal.SIGKILL), 0),
    "a child is frozen": (partial(_freeze, "child"), 10),
    "the broker is killed": (partial(_broker_restarted, signal.SIGKILL), 3),
    "the broker is restarted": (partial(_broker_restarted, signal.SIGTERM), 1),
    "the broker is flushed": (_broker_flushed, 0),
    "the broker is paused": (_broker_paused, 10),
    "messages come twice and in any order": (_messages_shuffled, 0),
    "half of the messages are lost": (_messages_lost, 0),
    "the database is restarted": (_database_restarted, 0),
    "the database ends all connections": (_backends_killed, 0),
    "the clock goes an hour forward": (partial(_clock_moved, -1), 0),
    "the clock goes an hour back": (partial(_clock_moved, 1), 0),
    "the receiver is down": (partial(_mood, "down"), 5),
    "the receiver is slow": (partial(_mood, "slow"), 5),
    "the receiver answers garbage": (partial(_mood, "garbage"), 5),
    "the receiver fails": (partial(_mood, "failing"), 5),
    "the receiver says nothing": (partial(_mood, "silent"), 5),
}
"""Each fault with the longest time it lasts, in seconds."""

KINDS = ("child", "worker", "API", "supervisor", "message", "broker", "clock", "receiver", "store",
          "disk", "commit", "database")  # fmt: skip


def kind_of(name: str) -> str:
    """Return the part of the service a fault is one of."""
    return next(kind for kind in KINDS if kind in name)


def in_turn(faults: Iterable[str], rng: random.Random) -> list[str]:
    """Return the faults in random order, but first one of each kind, then a second of each."""
    kinds: dict[str, list[str]] = {}
    for name in sorted(faults):
        kinds.setdefault(kind_of(name), []).append(name)
    for names in kinds.values():
        rng.shuffle(names)
    ordered = []
    while any(kinds.values()):
        turn = [names.pop() for names in kinds.values() if names]
        ordered += rng.sample(turn, k=len(turn))
    return ordered


WITH_SERVERS: dict[str, tuple[Fault, float]] = {
    **_ANYWHERE,
    "connections to the broker break": (partial(_cut, "broker_door"), 5),
    "the broker is not reached": (partial(_stalled, "broker_door"), 10),
    "connections to the database break": (partial(_cut, "database_door"), 5),
    "the database is not reached": (partial(_stalled, "database_door"), 10),
    "commits are lost": (_commits_lost, 5),
    "the store refuses": (partial(_store_bad, "refusing", 0.7), 10),
    "the store is away": (partial(_store_bad, "refusing", 1.0), 15),
    "the store is slow": (partial(_store_bad, "slow", 0.5), 10),
    "the store breaks off": (partial(_store_bad, "cutting", 0.3), 10),
}

EMBEDDED: dict[str, tuple[Fault, float]] = {
    **_ANYWHERE,
    "the disk is full": (_disk_full, 10),
    "the disk of the database is full": (_disk_of_the_database_full, 5),
}


def lasting(rng: random.Random, longest_s: float) -> None:
    """Wait for as long as a fault lasts this time."""
    time.sleep(longest_s * rng.uniform(0.3, 1.0))
