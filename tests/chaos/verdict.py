"""What must hold after the storm: nothing lost, stuck, double or wrong; every event delivered."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import sqlalchemy
from sqlalchemy import func, select, text, update

from schemas import keys
from schemas.event import WebhookEvent
from schemas.keys import LONG_TABLE
from schemas.tables_sql import (
    batch_items,
    batches,
    dead_letters,
    job_events,
    jobs,
    outbox,
    pages,
    webhook_deliveries,
)
from storage.objects import ObjectStore, read
from tests.chaos.driver import Sender
from tests.chaos.mail import Postbox
from tests.chaos.papers import Paper, calm

ACTIVE = ("queued", "running")


@dataclass(frozen=True, kw_only=True)
class Aftermath:
    """Where to look: rows, objects, what was handed in and what the receiver took."""

    rows: sqlalchemy.Engine
    objects: ObjectStore
    sender: Sender
    postbox: Postbox


def settle(after: Aftermath, patience_s: float) -> None:
    """Wait until nothing is under way, or until nothing has moved for as long as the patience."""
    under_way = select(func.count()).select_from(jobs).where(jobs.c.status.in_(ACTIVE))
    unopened = select(func.count()).select_from(batches).where(batches.c.status.in_(ACTIVE))
    moved, before = time.monotonic(), -1
    while time.monotonic() - moved < patience_s:
        with after.rows.connect() as connection:
            left = connection.execute(under_way).scalar_one()
            left += connection.execute(unopened).scalar_one()
        if not left:
            return
        if left != before:
            moved, before = time.monotonic(), left
        time.sleep(0.5)


def deliver_all(after: Aftermath, within_s: float) -> None:
    """Let the hours between attempts pass at once, until no delivery is pending."""
    pending = webhook_deliveries.c.status == "pending"
    waiting = pending & (webhook_deliveries.c.due_at > func.now() + text("interval '40 seconds'"))
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        with after.rows.begin() as connection:
            now = {"due_at": func.now(), "lease_until": func.now()}
            connection.execute(update(webhook_deliveries).where(waiting).values(now))
            left = select(func.count()).select_from(webhook_deliveries).where(pending)
            if not connection.execute(left).scalar_one():
                return
        time.sleep(0.5)


def faults_of(after: Aftermath) -> list[str]:
    """Return everything that is not as it must be, in words."""
    single = after.rows.execution_options(isolation_level="AUTOCOMMIT")  # it takes minutes
    with single.connect() as connection:
        papers = dict(_papers(connection, after.sender))
        return [
            *_lost(connection, after.sender),
            *_ends(connection, papers),
            *_doubles(connection),
            *_leftovers(connection),
            *_undelivered(connection, after),
            *_wrong(connection, after.objects, papers),
        ]


def _papers(connection: sqlalchemy.Connection, sender: Sender) -> Iterator[tuple[str, Paper]]:
    """Yield each job with the paper it was made for."""
    yield from sender.jobs.items()
    for batch_id, papers in sender.batches.items():
        by_name = {paper.name: paper for paper in papers}
        own = select(batch_items).where(batch_items.c.batch_id == batch_id)
        for item in connection.execute(own):
            if item.job_id is not None:
                yield item.job_id, by_name[item.name]


def _lost(connection: sqlalchemy.Connection, sender: Sender) -> Iterator[str]:
    """Find answered submissions without a job, and members of archives without an item."""
    ids = set(connection.execute(select(jobs.c.id)).scalars())
    yield from (f"lost: {paper.name}" for job, paper in sender.jobs.items() if job not in ids)
    for batch_id, papers in sender.batches.items():
        own = select(batch_items.c.name).where(
            batch_items.c.batch_id == batch_id, batch_items.c.job_id.is_not(None)
        )
        named = Counter(connection.execute(own).scalars())
        for paper in papers:
            if named[paper.name] != 1:
                yield f"{named[paper.name]} items for {paper.name} of {batch_id}"
    of_nobody = len(ids) - len(sender.jobs) - sum(map(len, sender.batches.values()))
    if of_nobody:
        yield f"{of_nobody} jobs too many"


def _ends(connection: sqlalchemy.Connection, papers: Mapping[str, Paper]) -> Iterator[str]:
    """Find jobs and batches that did not come to a good end."""
    for job in connection.execute(select(jobs)):
        name = papers[job.id].name if job.id in papers else "?"
        if job.status in ACTIVE:
            yield f"stuck: {job.id} {name} {job.status}/{job.stage} {job.attempts} {job.due_at}"
        elif job.status != "succeeded":
            yield f"{job.status}: {job.id} {name} {job.error}"
    for batch in connection.execute(select(batches).where(batches.c.status != "succeeded")):
        yield f"batch {batch.id} is {batch.status}: {batch.error}"


def _doubles(connection: sqlalchemy.Connection) -> Iterator[str]:
    """Find jobs that ended more than once, pages counted twice, events announced twice."""
    ended = job_events.c.data["status"].astext.not_in(ACTIVE)
    query = (
        select(job_events.c.job_id, func.count().label("number"))
        .where(job_events.c.type == "job.state", ended)
        .group_by(job_events.c.job_id)
        .having(func.count() != 1)
    )
    yield from (f"{row.job_id} ended {row.number} times" for row in connection.execute(query))
    page = job_events.c.data["page"].astext
    twice = (
        select(job_events.c.job_id, page.label("page"))
        .where(job_events.c.type == "job.page")
        .group_by(job_events.c.job_id, page)
        .having(func.count() != 1)
    )
    yield from (f"{row.job_id} page {row.page} twice" for row in connection.execute(twice))
    done = select(pages.c.job_id, func.count().label("number")).where(pages.c.status == "done")
    counted = done.group_by(pages.c.job_id).subquery()
    uneven = select(jobs.c.id).join(counted, counted.c.job_id == jobs.c.id)
    wrong = uneven.where(counted.c.number != jobs.c.pages_done)
    yield from (f"{job_id} counts pages wrong" for job_id in connection.execute(wrong).scalars())


def _leftovers(connection: sqlalchemy.Connection) -> Iterator[str]:
    """Find messages nobody sent, leases nobody holds, and what was given up."""
    for table, what in ((outbox, "messages unsent"), (dead_letters, "dead letters")):
        number = connection.execute(select(func.count()).select_from(table)).scalar_one()
        if number:
            yield f"{number} {what}"
    for table in (jobs, pages, batches):
        held = select(func.count()).select_from(table).where(table.c.lease_until.is_not(None))
        if number := connection.execute(held).scalar_one():
            yield f"{number} leases left on {table.name}"


def _undelivered(connection: sqlalchemy.Connection, after: Aftermath) -> Iterator[str]:
    """Find ends that were not told, or told under more than one id, or with another body."""
    if after.postbox.forged:
        yield f"{after.postbox.forged} requests are not signed as they must be"
    taken: dict[str, set[bytes]] = {}
    for got in after.postbox.came:
        taken.setdefault(got.headers["webhook-id"], set()).add(got.body)
    yield from (f"event {one} has {len(b)} bodies" for one, b in taken.items() if len(b) > 1)
    told: Counter[str] = Counter()
    for one in {got.headers["webhook-id"]: got for got in after.postbox.taken}.values():
        told[WebhookEvent.model_validate_json(one.body).data.id] += 1
    for table in (jobs, batches):
        for row_id in connection.execute(select(table.c.id)).scalars():
            if told[row_id] != 1:
                yield f"{row_id} was told under {told[row_id]} ids"
    pending = webhook_deliveries.c.status != "delivered"
    for row in connection.execute(select(webhook_deliveries).where(pending)):
        yield f"delivery {row.id} is {row.status} after {row.attempts} attempts"


def _wrong(
    connection: sqlalchemy.Connection, objects: ObjectStore, papers: Mapping[str, Paper]
) -> Iterator[str]:
    """Find result files that are not, byte for byte, those of a calm day."""
    done = connection.execute(select(jobs).where(jobs.c.status == "succeeded")).all()
    known = [job for job in done if job.id in papers]
    with ProcessPoolExecutor(2) as pool:
        expected = pool.map(calm, [papers[job.id] for job in known], chunksize=8)
        for job, files in zip(known, expected, strict=True):
            if sorted({*files, LONG_TABLE}) != job.files:
                yield f"{job.id} has the files {job.files}"
            for name, content in files.items():
                if read(objects, keys.result(job.tenant, job.id, name)) != content:
                    yield f"{job.id} {papers[job.id].name}: {name} is not that of a calm day"
