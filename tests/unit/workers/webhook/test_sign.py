"""Signatures are what receivers verify with the reference library."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta, timezone

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from workers.webhook import sign

BODY = '{"type":"job.succeeded","data":{"id":"一"}}'.encode()


def test_new_secrets_are_long_and_differ() -> None:
    first, second = sign.new_secret(), sign.new_secret()
    assert first != second
    assert first.startswith("whsec_")
    assert len(base64.b64decode(first.removeprefix("whsec_"))) == 32


def test_receiver_verifies_with_the_reference_library() -> None:
    secret = sign.new_secret()
    headers = sign.headers([secret], "evt_1", datetime.now(UTC), BODY)
    assert Webhook(secret).verify(BODY, headers)["type"] == "job.succeeded"
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(BODY + b" ", headers)


def test_during_rotation_both_secrets_verify() -> None:
    old, new = sign.new_secret(), sign.new_secret()
    headers = sign.headers([new, old], "evt_1", datetime.now(UTC), BODY)
    assert len(headers["webhook-signature"].split(" ")) == 2
    for secret in (old, new):
        assert Webhook(secret).verify(BODY, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(sign.new_secret()).verify(BODY, headers)


def test_signature_is_the_hmac_of_id_time_and_body() -> None:
    """1735689600 is 2025-01-01T00:00:00Z."""
    key = b"k" * 32
    secret = "whsec_" + base64.b64encode(key).decode()
    headers = sign.headers([secret], "evt_1", datetime(2025, 1, 1, tzinfo=UTC), b"{}")
    mac = hmac.new(key, b"evt_1.1735689600.{}", hashlib.sha256).digest()
    assert headers == {
        "webhook-id": "evt_1",
        "webhook-timestamp": "1735689600",
        "webhook-signature": "v1," + base64.b64encode(mac).decode(),
    }


def test_zone_of_the_time_does_not_matter() -> None:
    secret, beijing = sign.new_secret(), timezone(timedelta(hours=8))
    at = datetime(2025, 1, 1, 8, 0, 0, 900_000, tzinfo=beijing)
    assert sign.headers([secret], "e", at, BODY) == sign.headers(
        [secret], "e", at.astimezone(UTC), BODY
    )


def test_neither_without_secret_nor_without_zone() -> None:
    with pytest.raises(ValueError, match="at least one secret"):
        sign.headers([], "e", datetime.now(UTC), BODY)
    with pytest.raises(ValueError, match="zone"):
        sign.headers([sign.new_secret()], "e", datetime(2025, 1, 1), BODY)  # noqa: DTZ001
