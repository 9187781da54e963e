"""Sign events as Standard Webhooks asks (standardwebhooks.com): HMAC-SHA256 over id, time, body."""

import base64
import secrets as random_source
from collections.abc import Sequence
from datetime import UTC, datetime

from standardwebhooks import Webhook

_SECRET_BYTES = 32
"""The specification asks for 24 to 64."""


def new_secret() -> str:
    """Return a fresh signing secret, `whsec_` and base64; shown to its owner once."""
    return "whsec_" + base64.b64encode(random_source.token_bytes(_SECRET_BYTES)).decode("ascii")


def headers(secrets: Sequence[str], event_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the three `webhook-*` headers of one attempt.

    Several secrets give several signatures: during a rotation the receiver may know either one.
    `at` is the time of this attempt, not of the event; receivers refuse one older than minutes.
    Raises ValueError without a secret or for a time without a zone.
    """
    if not secrets:
        raise ValueError("an event is signed with at least one secret")
    if at.tzinfo is None:
        raise ValueError("the time of an attempt needs a zone")
    moment = at.astimezone(UTC)
    text = body.decode("utf-8")
    signatures = [str(Webhook(secret).sign(event_id, moment, text)) for secret in secrets]
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
