"""Checking that a webhook was sent by the service, and now."""

from collections.abc import Mapping, Sequence

from pydantic import ValidationError
from standardwebhooks import Webhook, WebhookVerificationError

from gouji.client.errors import NotAuthentic
from schemas.event import WebhookEvent


def verify_webhook(
    body: bytes, headers: Mapping[str, str], secret: str | Sequence[str]
) -> WebhookEvent:
    """Return the event of a request, or raise NotAuthentic: then do nothing of what it says.

    `body` is the request's body byte for byte, before any JSON was read; `secret` is what the
    endpoint's creation or rotation said, or several during a rotation. An event may come more than
    once, under the same `webhook-id`.
    """
    named = {name.lower(): value for name, value in headers.items()}
    for one in [secret] if isinstance(secret, str) else secret:
        try:
            Webhook(one).verify(body, named)
            return WebhookEvent.model_validate_json(body, extra="ignore")
        except (WebhookVerificationError, ValidationError, ValueError):
            continue
    raise NotAuthentic(
        "签名不符，或时间相差超过五分钟：该请求不是本服务此刻发出的，请勿处理。 "
        "The signature does not hold, or the time is more than five minutes off: the service did "
        "not send this just now. Do not act on it."
    )
