"""/v1/webhook_endpoints and the log of deliveries to them."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from api import deliveries, webhooks
from api.auth import Asking
from api.deliveries import Filters
from api.parts import Parts, parts
from schemas.event import (
    Delivery,
    DeliveryList,
    DeliveryStatus,
    Endpoint,
    EndpointChange,
    EndpointList,
    EndpointRequest,
    EndpointSecret,
    EventType,
    Replay,
    Replayed,
    Rotation,
)

router = APIRouter(prefix="/v1", tags=["webhooks"])

Found = Annotated[Parts, Depends(parts)]


@router.post("/webhook_endpoints", status_code=201)
def post_endpoint(wanted: EndpointRequest, found: Found, asking: Asking) -> EndpointSecret:
    """Register an address for events; the secret is said in this answer only."""
    return webhooks.create(found, asking.tenant, wanted)


@router.get("/webhook_endpoints")
def list_endpoints(found: Found, asking: Asking) -> EndpointList:
    """List the registered addresses."""
    return webhooks.listed(found, asking.tenant)


@router.get("/webhook_endpoints/{endpoint_id}")
def get_endpoint(endpoint_id: str, found: Found, asking: Asking) -> Endpoint:
    """Read one endpoint."""
    return webhooks.read(found, asking.tenant, endpoint_id)


@router.patch("/webhook_endpoints/{endpoint_id}")
def patch_endpoint(
    endpoint_id: str, wanted: EndpointChange, found: Found, asking: Asking
) -> Endpoint:
    """Change address, events or description; switch an endpoint off or on again."""
    return webhooks.change(found, asking.tenant, endpoint_id, wanted)


@router.delete("/webhook_endpoints/{endpoint_id}", status_code=204)
def delete_endpoint(endpoint_id: str, found: Found, asking: Asking) -> None:
    """Forget an endpoint."""
    webhooks.remove(found, asking.tenant, endpoint_id)


@router.post("/webhook_endpoints/{endpoint_id}/test", status_code=202)
def test_endpoint(endpoint_id: str, found: Found, asking: Asking) -> Delivery:
    """Send a test event."""
    return deliveries.send_test(found, asking.tenant, endpoint_id)


@router.post("/webhook_endpoints/{endpoint_id}/rotate_secret")
def rotate_secret(
    endpoint_id: str, found: Found, asking: Asking, wanted: Rotation | None = None
) -> EndpointSecret:
    """Make a new secret; the one before signs along, for a day unless the body says otherwise."""
    return webhooks.rotate(found, asking.tenant, endpoint_id, wanted or Rotation())


@router.post("/webhook_endpoints/{endpoint_id}/replay", status_code=202)
def replay_range(endpoint_id: str, wanted: Replay, found: Found, asking: Asking) -> Replayed:
    """Send the events of a time once more; repeat the call while `remaining` is not 0."""
    return deliveries.replay_range(found, asking.tenant, endpoint_id, wanted)


@router.get("/webhook_deliveries")
def list_deliveries(
    found: Found,
    asking: Asking,
    endpoint_id: str | None = None,
    status: DeliveryStatus | None = None,
    type: EventType | None = None,  # noqa: A002  the field's name
    event_id: str | None = None,
    created_after: datetime | None = None,
    created_before: datetime | None = None,
    cursor: Annotated[str | None, Query(max_length=100)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> DeliveryList:
    """List deliveries with every attempt, the newest first."""
    filters = Filters(
        endpoint_id=endpoint_id,
        status=status,
        type=type,
        event_id=event_id,
        created_after=created_after,
        created_before=created_before,
    )
    return deliveries.listed(found, asking.tenant, filters, cursor, limit)


@router.get("/webhook_deliveries/{delivery_id}")
def get_delivery(delivery_id: str, found: Found, asking: Asking) -> Delivery:
    """Read one delivery."""
    return deliveries.read(found, asking.tenant, delivery_id)


@router.post("/webhook_deliveries/{delivery_id}/replay", status_code=202)
def replay_delivery(delivery_id: str, found: Found, asking: Asking) -> Delivery:
    """Send an event once more under its own id."""
    return deliveries.replay(found, asking.tenant, delivery_id)
