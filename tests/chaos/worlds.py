"""The two worlds of the chaos suite: real servers behind doors, and a service with its own."""

import random
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from pydantic import SecretStr
from sqlalchemy.engine import make_url

from schemas.environment import Addresses
from storage.database import connect
from tests.chaos import servers
from tests.chaos.doors import door
from tests.chaos.faults import World
from tests.chaos.mail import postbox
from tests.chaos.service import Service, running
from tests.stack import free_port

Whole = tuple[World, Addresses]
"""A world, and where its objects lie."""


@contextmanager
def with_servers(folder: Path, seed: int, timings: Mapping[str, str]) -> Iterator[Whole]:
    """Run a service on a broker, a database and a store that can be broken, behind doors."""
    rng = random.Random(seed)
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
        yield world, addresses


@contextmanager
def on_its_own(folder: Path, seed: int, timings: Mapping[str, str]) -> Iterator[Whole]:
    """Run a service with the servers it brings along."""
    rng = random.Random(seed)
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
        yield world, Addresses(objects_dir=data / "objects")
