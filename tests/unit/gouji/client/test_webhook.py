from datetime import UTC, datetime, timedelta

import pytest

from gouji.client import NotAuthentic, verify_webhook
from schemas.event import EventData, WebhookEvent
from workers.webhook import sign

EVENT = WebhookEvent(
    type="job.succeeded",
    timestamp=datetime.now(UTC),
    data=EventData(id="job_1", status="succeeded"),
)
BODY = EVENT.model_dump_json().encode()
OLD, NEW = sign.new_secret(), sign.new_secret()


def headers(*secrets: str, later: timedelta = timedelta()) -> dict[str, str]:
    """Sign the event now, or so much later: it is about when a test runs that minutes count."""
    signed = sign.headers(secrets, "evt_1", datetime.now(UTC) + later, BODY)
    return {name.title(): value for name, value in signed.items()}


def test_an_event_of_the_service_is_returned() -> None:
    assert verify_webhook(BODY, headers(NEW), NEW) == EVENT


@pytest.mark.parametrize("known", [OLD, NEW, [OLD, NEW]])
def test_during_a_rotation_either_secret_will_do(known: str | list[str]) -> None:
    assert verify_webhook(BODY, headers(NEW, OLD), known) == EVENT


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (BODY.replace(b"succeeded", b"cancelled"), headers(NEW)),
        (BODY, headers(OLD)),
        (BODY, {}),
        (BODY, headers(NEW, later=-timedelta(hours=2))),
        (BODY, headers(NEW, later=timedelta(hours=2))),
        (b"\xff" + BODY, headers(NEW)),
    ],
)
def test_anything_else_is_not_acted_on(body: bytes, told: dict[str, str]) -> None:
    with pytest.raises(NotAuthentic, match="Do not act"):
        verify_webhook(body, told, NEW)
