"""What a request needs of the world, in one value; `api.app` puts it together."""

from dataclasses import dataclass
from functools import cached_property

import sqlalchemy
from fastapi import Request

from api.errors import ApiError
from api.hub import Hub
from api.key_memory import KeyMemory
from api.limits import Limiter, Waiting
from api.pulse import Pulse, Watch
from api.queue import Depths
from api.readiness import Probes
from api.settings import ApiSettings
from api.shared import Shared
from storage.objects import ObjectStore
from storage.outbox import Send, at_once
from storage.parts import PartStore


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Settings and the open ends to database, store and broker."""

    settings: ApiSettings
    database: sqlalchemy.Engine
    objects: ObjectStore
    multipart: PartStore
    send: Send
    depths: Depths
    watch: Watch
    hub: Hub
    limiter: Limiter
    waiting: Waiting
    shared: Shared
    probes: Probes
    keys: KeyMemory

    @cached_property
    def reading(self) -> sqlalchemy.Engine:
        """The database for single looks, each of which sees a state of its own.

        Beginning and ending a transaction would be two more trips to the server than the look.
        """
        return at_once(self.database)

    def pulse(self) -> Pulse:
        """Return how the service is doing, at most a second old."""
        return self.watch.pulse(self.database)


async def parts(request: Request) -> Parts:
    """Return the parts of the application that serves a request, without a thread of its own."""
    return parts_of(request)


def parts_of(request: Request) -> Parts:
    """Return the parts of the application that serves a request."""
    found = request.app.state.parts
    assert isinstance(found, Parts)
    return found


def unauthorised() -> ApiError:
    """Return the answer to a request without a valid key."""
    return ApiError(
        401,
        "unauthorized",
        "需要有效的密钥：请求头 Authorization: Bearer gj_…。",
        "A valid key is needed: Authorization: Bearer gj_….",
        category="policy",
        headers={"WWW-Authenticate": "Bearer"},
    )
