"""A batch under random faults: nothing lost, nothing stuck, nothing double, nothing wrong.

`make chaos`, or `pytest tests/chaos --chaos-minutes 10 --chaos-seed 7 -s`; without minutes it is a
short run with short leases. A seed draws the same papers and faults again; what they hit is chance.
"""

import random
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy.engine import make_url

from gouji.client import Client
from schemas.environment import Addresses
from storage.database import connect
from storage.objects import open_store
from tests.chaos import servers, verdict
from tests.chaos.doors import door
from tests.chaos.driver import Clock, Sender, hand_in, recoveries, strike
from tests.chaos.faults import EMBEDDED, WITH_SERVERS, Fault, World
from tests.chaos.mail import postbox
from tests.chaos.papers import Supply, papers
from tests.chaos.service import Service, orphans, running
from tests.chaos.verdict import Aftermath
from tests.stack import free_port

_HANDS = 3
"""Clients that hand in at once."""
_A_SECOND = 0.85
"""Documents handed in by all of them: what two cores read with most of their time for others."""


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="gouji-chaos-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_nothing_is_lost_on_servers_that_fail(
    folder: Path, chaos_seed: int, chaos_seconds: float, timings: Mapping[str, str]
) -> None:
    rng = random.Random(chaos_seed)
    with ExitStack() as opened:
        broker = opened.enter_context(servers.broker(folder / "broker"))
        database = opened.enter_context(servers.database(folder / "database"))
        store = opened.enter_context(servers.store(rng))
        broker_door = opened.enter_context(door(broker.socket, rng))
        database_door = opened.enter_context(door(database.socket, rng))
        box = opened.enter_context(postbox(rng))
        name = make_url(database.url).database
        environment = {
            **timings,
            "GOUJI_REDIS_URL": f"redis://127.0.0.1:{broker_door.port}/0",
            "GOUJI_DATABASE_URL": f"postgresql://postgres@127.0.0.1:{database_door.port}/{name}",
            "GOUJI_S3_ENDPOINT": store.endpoint,
            "GOUJI_S3_ACCESS_KEY": "testing",
            "GOUJI_S3_SECRET_KEY": "testing-secret",
        }
        (folder / "data").mkdir()
        service = Service(data=folder / "data", port=free_port(), environment=environment)
        opened.enter_context(running(service))
        rows = connect(database.url, pool_size=3)
        opened.callback(rows.dispose)
        world = World(
            rng=rng,
            service=service,
            postbox=box,
            rows=rows,
            broker=broker,
            database=database,
            broker_door=broker_door,
            database_door=database_door,
            store=store,
        )
        addresses = Addresses(
            s3_endpoint=store.endpoint,
            s3_access_key=SecretStr("testing"),
            s3_secret_key=SecretStr("testing-secret"),
        )
        run(world, WITH_SERVERS, addresses, chaos_seed, chaos_seconds)


def test_nothing_is_lost_by_a_service_that_brings_its_servers_along(
    folder: Path, chaos_seed: int, chaos_seconds: float, timings: Mapping[str, str]
) -> None:
    rng = random.Random(chaos_seed)
    data = folder / "data"
    data.mkdir()
    data.chmod(0o755)
    with ExitStack() as opened:
        box = opened.enter_context(postbox(rng))
        service = Service(data=data, port=free_port(), environment=timings)
        opened.enter_context(running(service))
        url = f"postgresql://postgres@/postgres?host={data / 'database'}"
        rows = connect(url, pool_size=3)
        opened.callback(rows.dispose)
        world = World(
            rng=rng,
            service=service,
            postbox=box,
            rows=rows,
            broker=servers.OwnBroker(folder=data / "queue"),
            database=servers.OwnDatabase(folder=data / "database", url=url),
        )
        addresses = Addresses(objects_dir=data / "objects")
        run(world, EMBEDDED, addresses, chaos_seed, chaos_seconds / 3)


def run(
    world: World,
    faults: Mapping[str, tuple[Fault, float]],
    addresses: Addresses,
    seed: int,
    seconds: float,
) -> None:
    """Hand papers in while faults happen; judge when all is quiet again."""
    service = world.service
    with Client(service.address) as client:
        world.postbox.secret = client.register(world.postbox.url).secret
    sender = Sender(address=service.address, rng=random.Random(f"sender {seed}"))
    clock = Clock(rows=world.rows)
    watching = threading.Thread(target=clock.watch, daemon=True)
    watching.start()
    failed: list[Exception] = []
    number = round(seconds * _A_SECOND)
    supply = Supply(papers(seed))
    hands = [
        threading.Thread(
            target=hand_in,
            args=(sender, supply, number // _HANDS, seconds * 0.95, failed),
            daemon=True,
        )
        for _ in range(_HANDS)
    ]
    for hand in hands:
        hand.start()
    print(f"\nchaos seed {seed}: {number} documents, faults for {seconds:.0f} s")
    struck = strike(world, faults, clock, seconds)
    for hand in hands:
        hand.join(500)
    assert not failed, failed
    assert not any(hand.is_alive() for hand in hands)
    after = Aftermath(
        rows=world.rows,
        objects=open_store(addresses),
        sender=sender,
        postbox=world.postbox,
    )
    began = time.monotonic()
    verdict.settle(after, 150)
    print(f"all at rest {time.monotonic() - began:.1f} s after the last fault")
    verdict.deliver_all(after, 300)
    clock.stop()
    watching.join()
    back = recoveries(struck, clock.finished)
    for name, longest in sorted(back.items(), key=lambda item: -item[1].alive_s):
        print(f"{longest.alive_s:7.1f} s, all done {longest.done_s:.1f} s after: {name}")
    print(f"{sender.slowest_s:7.1f} s until the slowest submission was taken in")
    print(f"{len(struck)} faults, {service.starts} starts of the supervisor")
    found = verdict.faults_of(after)
    for one in found:
        print(one)
    remaining = service.stop()
    assert found == []
    assert remaining == []
    assert orphans(service.data) == []
