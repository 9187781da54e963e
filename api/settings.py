"""The settings of the HTTP service; every field is an environment variable `GOUJI_…`."""

from ipaddress import ip_address
from typing import Annotated

from pydantic import Field

from schemas.environment import (
    Addresses,
    Count,
    DocumentLimits,
    Retention,
    Seconds,
    WebhookAddresses,
    WholeSeconds,
)
from schemas.setting import BootstrapKey, Host

_WEEK_S = 604_800


class ApiSettings(Addresses, DocumentLimits, Retention, WebhookAddresses):
    """What an API process is told by its environment."""

    host: Host = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8080
    require_key: bool | None = None
    """Whether requests need a key; unset, they do unless the address is a loopback one."""
    bootstrap_key: BootstrapKey | None = None
    """A key `gj_…` that is valid from the start, to make others with."""
    max_queued_jobs: Count = 20_000
    """Jobs of one tenant that may wait at once; beyond it the door answers 429."""
    requests_per_minute: Annotated[int, Field(ge=0)] = 0
    """Requests a key may make, unless it has a limit of its own; 0 sets none."""
    max_wait_s: Seconds = 60.0
    presign_s: Annotated[WholeSeconds, Field(le=_WEEK_S)] = 900
    redirect_bytes: Annotated[int, Field(ge=0)] = 8 * 1024 * 1024
    """Results larger than this are handed out by a presigned address where there is one."""
    no_worker_after_s: Seconds = 60.0
    """Silence of the workers after which a waiting job says that none is there."""
    migrate_on_start: bool = True

    @property
    def keys_required(self) -> bool:
        """Say whether a request without a key is refused."""
        return not is_loopback(self.host) if self.require_key is None else self.require_key


def is_loopback(host: str) -> bool:
    """Say whether only this machine can reach an address."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
