"""The client of the service: `Client`, and `AsyncClient` with the same methods.

Both are patient with a busy server, repeat a request whose answer was lost, and hand nothing in
twice: each submission carries an Idempotency-Key. Large files go up in parts and go on where they
stopped. What goes wrong is a ClientError whose message says what to do next.

A method is a flow (`flow`, `calls`, `uploads`): a generator that yields what is to be done in the
world and gets back what came of it. `sync` and `aio` do it; nothing is written twice.
"""

from gouji.client.aio import AsyncClient
from gouji.client.errors import ClientError, NotAuthentic, Refused, Unreachable
from gouji.client.ledger import FileLedger, Ledger
from gouji.client.sync import Client
from gouji.client.webhook import verify_webhook
from gouji.client.wishes import (
    DeliveryFilters,
    ExportFormat,
    ItemFilters,
    JobFilters,
    Progress,
    ResultFormat,
    Wishes,
)

__all__ = [
    "AsyncClient",
    "Client",
    "ClientError",
    "DeliveryFilters",
    "ExportFormat",
    "FileLedger",
    "ItemFilters",
    "JobFilters",
    "Ledger",
    "NotAuthentic",
    "Progress",
    "Refused",
    "ResultFormat",
    "Unreachable",
    "Wishes",
    "verify_webhook",
]
