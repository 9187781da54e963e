"""/livez, /readyz, /metrics: what operators and probes ask."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from api import metrics
from api.parts import Parts, parts

router = APIRouter(tags=["health"])

Found = Annotated[Parts, Depends(parts)]


@router.get("/livez", response_class=PlainTextResponse)
def livez() -> str:
    """Answer as long as the process does."""
    return "ok\n"


@router.get("/readyz", responses={503: {"description": "Something it needs is away."}})
def readyz(found: Found) -> Response:
    """Say whether database, object store and broker can be worked with, and what is wrong.

    Jobs handed in while the broker is away wait in the outbox, so it is named but does not count.
    """
    readiness = found.probes.ask()
    body = {
        "ready": readiness.ready,
        "checks": {part: readiness.state(part) for part in readiness.troubles},
        "problems": {
            part: trouble.sentence
            for part, trouble in readiness.troubles.items()
            if trouble is not None
        },
    }
    return JSONResponse(body, status_code=200 if readiness.ready else 503)


@router.get("/metrics", response_class=PlainTextResponse)
def get_metrics(found: Found) -> Response:
    """Return counters and gauges in Prometheus' text format."""
    return PlainTextResponse(metrics.render(found), media_type="text/plain; version=0.0.4")
