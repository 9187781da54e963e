"""The settings of the HTTP service; every field is an environment variable `GOUJI_…`."""

from ipaddress import ip_address

from pydantic import SecretStr

from schemas.environment import Addresses, DocumentLimits


class ApiSettings(Addresses, DocumentLimits):
    """What an API process is told by its environment."""

    host: str = "127.0.0.1"
    port: int = 8080
    require_key: bool | None = None
    """Whether requests need a key; unset, they do unless the address is a loopback one."""
    bootstrap_key: SecretStr | None = None
    """A key `gj_…` that is valid from the start, to make others with."""
    max_queued_jobs: int = 20_000
    """Jobs of one tenant that may wait at once; beyond it the door answers 429."""
    requests_per_minute: int = 0
    """Requests a key may make, unless it has a limit of its own; 0 sets none."""
    max_wait_s: float = 60.0
    presign_s: int = 900
    redirect_bytes: int = 8 * 1024 * 1024
    """Results larger than this are handed out by a presigned address where there is one."""
    no_worker_after_s: float = 60.0
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
