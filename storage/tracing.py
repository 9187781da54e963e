"""Traces from a request to each page, by OpenTelemetry; off unless an endpoint is named.

The trace of a job lies in its row, not in messages: a message may be lost and sent again by the
sweeper, or be sent because another job made room, and must not carry that other's trace.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:  # an extra; nothing of it is loaded while traces are off
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, Tracer

Kind = Literal["server", "consumer", "internal"]
Value = str | int

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")

_tracer: "Tracer | None" = None
_provider: "TracerProvider | None" = None


@dataclass(frozen=True)
class Traced:
    """A span that is open, or none while traces are off."""

    span: "Span | None" = None

    def name(self, name: str, attributes: Mapping[str, Value]) -> None:
        """Say what only the end of the work knows."""
        if self.span is not None:
            self.span.update_name(name)
            self.span.set_attributes(dict(attributes))


def is_wanted() -> bool:
    """Say whether the environment names somewhere to send traces to."""
    return any(os.environ.get(name) for name in ENDPOINTS)


def is_possible() -> bool:
    """Say whether the libraries of the extra `tracing` are installed."""
    return find_spec("opentelemetry") is not None and find_spec("opentelemetry.sdk") is not None


def begin(service: str) -> None:
    """Have this process send its spans; call it after any fork."""
    global _tracer, _provider
    if not is_wanted():
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    named = {"service.name": os.environ.get("OTEL_SERVICE_NAME", service)}
    resource = Resource.create({**named, "service.version": version("gouji")})
    _provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    _provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    _tracer = _provider.get_tracer("gouji", version("gouji"))


def end() -> None:
    """Send what is left, before this process ends."""
    global _tracer, _provider
    if _provider is not None:
        _provider.shutdown()
    _tracer = _provider = None


@contextmanager
def span(
    name: str, parent: str | None, kind: Kind, attributes: Mapping[str, Value]
) -> Iterator[Traced]:
    """Open a span below the parent (a W3C traceparent); without one it begins a trace.

    Of what is raised in it only the class is told: messages may hold what is nobody's business.
    """
    if _tracer is None:
        yield Traced()
        return
    from opentelemetry.trace import SpanKind, StatusCode

    with _tracer.start_as_current_span(
        name,
        context=_context(parent),
        kind=SpanKind[kind.upper()],
        attributes=dict(attributes),
        record_exception=False,
        set_status_on_exception=False,
    ) as opened:
        try:
            yield Traced(opened)
        except Exception as exc:
            opened.set_attribute("error.type", type(exc).__name__)
            opened.set_status(StatusCode.ERROR)
            raise


def current() -> str | None:
    """Return the open span as a traceparent, to be kept in a row."""
    if _tracer is None:
        return None
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    return carrier.get("traceparent")


def apart(name: str, attributes: Mapping[str, Value]) -> str | None:
    """Begin a trace of its own, linked to the open span, and return it as a traceparent.

    For the documents of a batch: ten thousand of them in one trace would be of use to nobody.
    """
    if _tracer is None:
        return None
    from opentelemetry.context import Context
    from opentelemetry.trace import Link, get_current_span

    link = Link(get_current_span().get_span_context())
    with _tracer.start_as_current_span(
        name, context=Context(), links=[link], attributes=dict(attributes)
    ):
        return current()


def _context(parent: str | None) -> "Context":
    from opentelemetry.context import Context
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carrier = {"traceparent": parent} if parent else {}
    return TraceContextTextMapPropagator().extract(carrier, context=Context())
