"""/livez, /readyz, /metrics: what operators and probes ask."""

from typing import Annotated

import structlog
from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from api import metrics
from api.parts import Parts, parts
from schemas.tables_sql import jobs
from storage.objects import StorageError
from storage.outbox import BrokerUnavailable

router = APIRouter(tags=["health"])
log = structlog.get_logger()

Found = Annotated[Parts, Depends(parts)]


@router.get("/livez", response_class=PlainTextResponse)
def livez() -> str:
    """Answer as long as the process does."""
    return "ok\n"


@router.get("/readyz")
def readyz(found: Found) -> Response:
    """Say whether database, object store and broker answer; without a broker work is still taken.

    Jobs handed in while the broker is away wait in the outbox, so it is named but does not count.
    """
    checks = {
        "database": _database(found),
        "object_store": _store(found),
        "broker": _broker(found),
    }
    ready = checks["database"] and checks["object_store"]
    body = {"ready": ready, "checks": {name: "ok" if ok else "away" for name, ok in checks.items()}}
    return JSONResponse(body, status_code=200 if ready else 503)


@router.get("/metrics", response_class=PlainTextResponse)
def get_metrics(found: Found) -> Response:
    """Return counters and gauges in Prometheus' text format."""
    return PlainTextResponse(metrics.render(found), media_type="text/plain; version=0.0.4")


def _database(found: Parts) -> bool:
    try:
        with found.database.connect() as connection:
            connection.execute(text("SELECT 1"))
            connection.execute(select(func.count()).select_from(jobs).where(jobs.c.id == ""))
    except SQLAlchemyError as exc:
        log.warning("not_ready", part="database", error=type(exc).__name__)
        return False
    return True


def _store(found: Parts) -> bool:
    try:
        found.objects.stat("readiness/probe")
    except StorageError as exc:
        log.warning("not_ready", part="object_store", error=type(exc).__name__)
        return False
    return True


def _broker(found: Parts) -> bool:
    try:
        found.depths.read()
    except BrokerUnavailable:
        return False
    return True
