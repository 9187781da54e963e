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


Fault = Callable[[World], AbstractContextManager[None]]
"""Begins on entry and is over on exit; what it takes to come back is the service's affair."""


@contextmanager
def _kill(role: Role, number: int, world: World) -> Iterator[None]:
    found = world.service.processes(role)
    if found:
        with suppress(psutil.Error):
            world.rng.choice(found).send_signal(number)
    yield


@contextmanager
def _freeze(role: Role, world: World) -> Iterator[None]:
    """Stop a process for a while: it wakes up believing that it holds what it held."""
    found = world.service.processes(role)
    chosen = world.rng.choice(found) if found else None
    if chosen is not None:
        with suppress(psutil.Error):
            chosen.suspend()
    try:
        yield
    finally:
        if chosen is not None:
            with suppress(psutil.Error):
                chosen.resume()


@contextmanager
def _broker_restarted(number: int, world: World) -> Iterator[None]:
    world.broker.end(number)
    try:
        yield
    finally:
        world.broker.start()


@contextmanager
def _broker_flushed(world: World) -> Iterator[None]:
    with world.broker.client() as client:
        client.flushall()
    yield


@contextmanager
def _broker_paused(world: World) -> Iterator[None]:
    world.broker.signal(signal.SIGSTOP)
    try:
        yield
    finally:
        world.broker.signal(signal.SIGCONT)


@contextmanager
def _cut(door: str, world: World) -> Iterator[None]:
    """Break the connections now and then, and let none in while it lasts."""
    found = getattr(world, door)
    found.shut = True
    found.cut()
    try:
        yield
    finally:
        found.shut = False


@contextmanager
def _stalled(door: str, world: World) -> Iterator[None]:
    found = getattr(world, door)
    found.hold(True)
    try:
        yield
    finally:
        found.hold(False)


@contextmanager
def _messages_shuffled(world: World) -> Iterator[None]:
    """Have messages come twice and in any order."""
    with suppress(redis.RedisError), world.broker.client() as client:
        for queue in QUEUES:
            taken = client.rpop(queue, 100_000)
            if taken:
                again = [*taken, *world.rng.sample(taken, k=(len(taken) + 1) // 2)]
                world.rng.shuffle(again)
                client.lpush(queue, *again)
    yield


@contextmanager
def _messages_lost(world: World) -> Iterator[None]:
    """Lose every other message, and nothing else."""
    with suppress(redis.RedisError), world.broker.client() as client:
        for queue in QUEUES:
            for _ in range(client.llen(queue) // 2 + 1):
                client.rpop(queue)
    yield


@contextmanager
def _database_restarted(world: World) -> Iterator[None]:
    world.database.restart()
    yield


@contextmanager
def _backends_killed(world: World) -> Iterator[None]:
    with suppress(sqlalchemy.exc.SQLAlchemyError), world.rows.begin() as connection:
        end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        connection.execute(text(end + " AND backend_type = 'client backend'"))
    yield


@contextmanager
def _commits_lost(world: World) -> Iterator[None]:
    assert world.database_door is not None
    world.database_door.commits_lost = 0.3
    try:
        yield
    finally:
        world.database_door.commits_lost = 0.0


@contextmanager
def _store_bad(way: str, share: float, world: World) -> Iterator[None]:
    setattr(world.store, way, share)
    try:
        yield
    finally:
        setattr(world.store, way, 0.0)


@contextmanager
def _disk_full(world: World) -> Iterator[None]:
    world.service.limit_files(0)
    try:
        yield
    finally:
        world.service.limit_files(-1)


@contextmanager
def _clock_moved(hours: int, world: World) -> Iterator[None]:
    """Have every time the rows wait for be so many hours nearer or farther off."""
    by = func.make_interval(0, 0, 0, 0, hours)
    with suppress(sqlalchemy.exc.SQLAlchemyError), world.rows.begin() as connection:
        for table in (jobs, pages, batches, webhook_deliveries):
            moved = {"lease_until": table.c.lease_until + by, "due_at": table.c.due_at + by}
            active = table.c.status.in_(("queued", "running", "pending"))
            connection.execute(update(table).where(active).values(moved))
    yield


@contextmanager
def _mood(mood: Mood, world: World) -> Iterator[None]:
    world.postbox.mood = mood
    try:
        yield
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

_KINDS = ("child", "worker", "API", "supervisor", "message", "broker", "clock", "receiver", "store",
          "disk", "commit", "database")  # fmt: skip


def in_turn(faults: Iterable[str], rng: random.Random) -> list[str]:
    """Return the faults in random order, but first one of each kind, then a second of each."""
    kinds: dict[str, list[str]] = {}
    for name in sorted(faults):
        kinds.setdefault(next(kind for kind in _KINDS if kind in name), []).append(name)
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

EMBEDDED: dict[str, tuple[Fault, float]] = {**_ANYWHERE, "the disk is full": (_disk_full, 10)}


def lasting(rng: random.Random, longest_s: float) -> None:
    """Wait for as long as a fault lasts this time."""
    time.sleep(longest_s * rng.uniform(0.3, 1.0))
