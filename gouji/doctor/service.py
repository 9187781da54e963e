"""The processes of the service, by the rows they write: queues taken, versions and clocks."""

import time
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from typing import Any

from sqlalchemy import Connection, Row, func, select
from sqlalchemy.exc import SQLAlchemyError

from gouji.doctor.check import Check, skipped, warning, well, wrong
from schemas.message import QUEUES
from schemas.phrases import counted
from schemas.tables_sql import outbox
from storage import presence
from storage.database import connect

_SKEW_S = 10.0
_STUCK_S = 120.0
_TAKER = {"inspect": "inspecting", "expand": "opening", "pages": "worker", "webhooks": "webhooks"}


def check_service(url: str) -> Iterator[Check]:
    """Yield what is found of the processes that work on a database."""
    database = connect(url, pool_size=1)
    try:
        with database.connect() as connection:
            processes = presence.live(connection)
            yield _doors(processes)
            yield _queues(processes)
            yield _versions(processes)
            yield _clocks(connection, processes)
            yield _outbox(connection)
    except SQLAlchemyError:
        yield skipped("processes", "the database cannot be asked")
    finally:
        database.dispose()


def _doors(processes: Sequence[Row[Any]]) -> Check:
    doors = sum(row.kind == "api" for row in processes)
    if not doors:
        return warning("API", "no process gave a sign of life lately", "start one: python -m api")
    return well("API", f"{doors} running")


def _queues(processes: Sequence[Row[Any]]) -> Check:
    taken = {queue for row in processes for queue in row.queues}
    missing = [queue for queue in QUEUES if queue not in taken]
    if missing:
        who = sorted({_TAKER.get(queue.partition(".")[0], "light") for queue in missing})
        return wrong(
            "queues",
            f"nobody takes {', '.join(missing)}",
            f"start {', '.join(who)}; their log says why they are not there",
        )
    return well("queues", f"all {len(QUEUES)} taken by {_workers(processes)}")


def _workers(processes: Sequence[Row[Any]]) -> str:
    number = sum(row.kind == "worker" for row in processes)
    return counted(number, "worker process", "worker processes")


def _versions(processes: Sequence[Row[Any]]) -> Check:
    own = version("gouji")
    others = {row.version for row in processes}
    if others - {own}:
        by_kind = sorted({f"{row.kind} {row.version}" for row in processes})
        return warning(
            "versions",
            f"{', '.join(by_kind)}, this is {own}",
            "rightly so during an update; otherwise bring all processes to one version",
        )
    return well("versions", f"{own} everywhere")


def _clocks(connection: Connection, processes: Sequence[Row[Any]]) -> Check:
    of_server = select(func.extract("epoch", func.clock_timestamp()))
    began = time.time()
    theirs = float(connection.execute(of_server).scalar_one())
    ahead = {"this machine": (began + time.time()) / 2 - theirs}
    ahead |= {row.id: row.clock_ahead_s for row in processes if row.clock_ahead_s is not None}
    off = {name: by for name, by in ahead.items() if abs(by) > _SKEW_S}
    if off:
        shown = ", ".join(f"{name} {by:+.0f} s" for name, by in sorted(off.items()))
        return wrong(
            "clocks",
            f"beside the database's: {shown}",
            "let NTP run there; signatures of S3 fail beyond 15 minutes, of webhooks beyond 5",
        )
    return well("clocks", f"within {max(map(abs, ahead.values())):.1f} s of the database's")


def _outbox(connection: Connection) -> Check:
    age = func.extract("epoch", func.now() - func.min(outbox.c.created_at))
    oldest = float(connection.execute(select(age)).scalar_one() or 0)
    if oldest > _STUCK_S:
        return wrong(
            "outbox",
            f"a message has waited for {oldest:.0f} s to be sent",
            "the worker that takes `housekeeping` sends it: is it there, does it reach the broker?",
        )
    return well("outbox", "nothing stuck")
