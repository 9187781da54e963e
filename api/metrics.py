"""What is measured, in Prometheus' text format: read from the rows, so every process says the same.

Gauges are what stands in the rows now; counters and histograms are the sums all processes, those
that are gone too, have written there.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from itertools import accumulate

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from api import pulse
from api.gauges import Gauge, gauges
from api.parts import Parts
from schemas.message import QUEUES
from storage import presence
from storage.outbox import BrokerUnavailable
from storage.tally import BUCKETS_S, Counted, Tally, Timed

_TIMED: dict[Timed, tuple[str, str, tuple[str, ...]]] = {
    "stage": (
        "gouji_stage_seconds",
        "Attempts at a stage of work and how long they took; failed ones are tried again.",
        ("stage", "outcome"),
    ),
    "http": (
        "gouji_http_request_seconds",
        "Requests and how long their answers took, by route.",
        ("method", "route", "status"),
    ),
}
_COUNTED: dict[Counted, tuple[str, str]] = {
    "jobs_finished": ("gouji_jobs_finished", "Jobs that came to their end, by status."),
    "pages_finished": ("gouji_pages_finished", "Pages read or given up."),
}


def render(parts: Parts) -> bytes:
    """Return all metrics."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Rows(parts))
    return generate_latest(registry)


class _Rows(Collector):
    """Reads everything anew each time it is asked."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def collect(self) -> Iterator[Metric]:
        """Yield the families; without a database or broker, what can be said without it."""
        yield _gauge("gouji_build_info", "The version.", ("version",), [((version("gouji"),), 1)])
        try:
            with self._parts.database.connect() as connection:
                found = [*_of_rows(connection, self._parts)]
        except SQLAlchemyError:
            found = []
        yield _gauge(
            "gouji_database_up", "Whether the database answers.", (), [((), float(bool(found)))]
        )
        yield from found
        yield from _broker(self._parts)
        ready = self._parts.probes.ask()
        states = [((part,), float(trouble is None)) for part, trouble in ready.troubles.items()]
        yield _gauge("gouji_ready", "Whether a part can be worked with.", ("part",), states)


def _of_rows(connection: Connection, parts: Parts) -> Iterator[Metric]:
    for gauge in gauges(connection):
        yield _family(gauge)
    seen = pulse.workers_seen(connection, parts.settings.no_worker_after_s)
    text = "Whether workers gave a sign of life lately."
    yield _gauge("gouji_workers_seen", text, (), [((), float(seen))])
    yield from _processes(connection)
    yield from _sums(presence.summed(connection))


def _processes(connection: Connection) -> Iterator[Metric]:
    rows = presence.live(connection)
    takers = Counter(dict.fromkeys(QUEUES, 0))
    takers.update(queue for row in rows for queue in row.queues)
    yield _gauge(
        "gouji_workers", "Live processes that take a queue.", ("queue",),
        [((queue,), number) for queue, number in sorted(takers.items())],
    )  # fmt: skip
    labels = ("process", "kind")
    yield _gauge(
        "gouji_process_memory_bytes", "Resident memory of each live process.", labels,
        [((row.id, row.kind), row.memory_bytes) for row in rows if row.memory_bytes is not None],
    )  # fmt: skip
    yield _gauge(
        "gouji_process_clock_ahead_seconds", "A process's clock before the database's.", labels,
        [((row.id, row.kind), row.clock_ahead_s) for row in rows if row.clock_ahead_s is not None],
    )  # fmt: skip


def _sums(tally: Tally) -> Iterator[Metric]:
    sums = sorted(tally.sums().items())
    for timed, (name, text, labels) in _TIMED.items():
        histogram = HistogramMetricFamily(name, text, labels=labels)
        for (metric, values), found in sums:
            if metric == timed:
                bounds = [*map(str, BUCKETS_S), "+Inf"]
                counts = zip(bounds, accumulate(found.counts), strict=True)
                histogram.add_metric(values, list(counts), found.total)
        yield histogram
    for counted, (name, text) in _COUNTED.items():
        counter = CounterMetricFamily(name, text, labels=("status",))
        for (metric, values), found in sums:
            if metric == counted:
                counter.add_metric(values, found.counts[0])
        yield counter


def _broker(parts: Parts) -> Iterator[Metric]:
    """Yield depth and age of the queues, or only that the broker is away."""
    name, text = "gouji_broker_up", "Whether the broker answers."
    try:
        depths, ages = parts.depths.read(), parts.depths.oldest_s()
    except BrokerUnavailable:
        yield _gauge(name, text, (), [((), 0.0)])
        return
    yield _gauge(name, text, (), [((), 1.0)])
    yield _gauge(
        "gouji_queue_messages", "Messages waiting in the broker.", ("queue",),
        [((queue,), depth) for queue, depth in depths.items()],
    )  # fmt: skip
    yield _gauge(
        "gouji_queue_oldest_seconds", "Age of the message that is next in a queue.", ("queue",),
        [((queue,), age) for queue, age in ages.items()],
    )  # fmt: skip


def _family(gauge: Gauge) -> Metric:
    return _gauge(gauge.name, gauge.text, gauge.labels, gauge.samples)


def _gauge(
    name: str,
    text: str,
    labels: tuple[str, ...],
    samples: Iterable[tuple[tuple[str, ...], float]],
) -> Metric:
    family = GaugeMetricFamily(name, text, labels=labels)
    for values, number in samples:
        family.add_metric(values, number)
    return family
