"""The settings every room shares: where the broker, the database and the objects are."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from schemas.setting import (
    BucketName,
    DatabaseAddress,
    HttpAddress,
    LogLevel,
    Network,
    Prefix,
    RedisAddress,
)

PREFIX = "GOUJI_"

Count = Annotated[int, Field(ge=1)]
"""A number of things, at least one."""
Bytes = Annotated[int, Field(ge=1)]
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
WholeSeconds = Annotated[int, Field(ge=1)]


def _split(value: object) -> object:
    """Split a list as an environment variable writes it: by commas."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


Prefixes = Annotated[tuple[Prefix, ...], NoDecode, BeforeValidator(_split)]
"""Places in object storage or folders, separated by commas in the environment."""
Networks = Annotated[tuple[Network, ...], NoDecode, BeforeValidator(_split)]
"""Networks in CIDR notation, separated by commas in the environment."""


class Addresses(BaseSettings):
    """Addresses of the three servers; every field is an environment variable `GOUJI_…`.

    `gouji serve` fills those left out with the embedded parts. Objects live in `objects_dir`
    unless `s3_endpoint` is given.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="ignore"
    )

    redis_url: RedisAddress = "redis://127.0.0.1:6379/0"
    database_url: DatabaseAddress = SecretStr("postgresql://gouji@127.0.0.1:5432/gouji")
    s3_endpoint: HttpAddress | None = None
    """`http://host:port` or `https://…`; the scheme decides about TLS."""
    s3_bucket: BucketName = "gouji"
    s3_access_key: SecretStr = SecretStr("")
    s3_secret_key: SecretStr = SecretStr("")
    s3_region: str | None = None
    s3_public_endpoint: HttpAddress | None = None
    """Where clients reach the same store, when that differs; presigned addresses use it."""
    objects_dir: Path = Path(".gouji/objects")
    import_prefixes: Prefixes = ()
    """Where batches may be taken in from, `s3://bucket/path/` or `file:///path/`; `{tenant}` in one
    stands for the tenant that asks."""
    jobs_in_flight: Count = 16
    """Jobs of one priority under way at once, the rest waits for its turn: about four a child that
    reads, so that none idles and nobody waits long for a turn."""
    log_level: LogLevel = "INFO"
    log_json: bool = True


class DocumentLimits(BaseSettings):
    """What may come in; the same numbers at the door and at inspection."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="ignore"
    )

    max_upload_bytes: Bytes = 200 * 1024 * 1024
    max_archive_bytes: Bytes = 2 * 1024 * 1024 * 1024
    max_pages: Count = 500
    max_page_pixels: Count = 100_000_000
    max_objects: Count = 500_000
    """Objects of a PDF, parts of a DOCX."""
    max_markup_bytes: Bytes = 64 * 1024 * 1024
    """Bytes of a text, a web page, or one part of a DOCX unpacked."""


class Retention(BaseSettings):
    """How long results are kept; the same number where it is told and where it is kept to."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="ignore"
    )

    retention_days: Annotated[int, Field(ge=0, le=36_500)] = 0
    """Days after its end until a job or batch is deleted with its results, unless its tenant or the
    batch has a number of its own; 0 keeps for ever."""


class Conversion(BaseSettings):
    """Whether and how old office documents are converted; asked where they are read."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="ignore"
    )

    soffice: str = "soffice"
    """LibreOffice: a path, or a name looked for in PATH."""
    soffice_timeout_s: Seconds = 90.0


class Confinement(BaseSettings):
    """What opening one document may use up, and whether it must be kept from network and files."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="ignore"
    )

    confinement: Literal["required", "available", "off"] = "available"
    """`required` reads nothing where the kernel cannot confine; `off` is for measuring only."""
    document_memory_bytes: int = Field(default=3 * 1024**3, ge=512 * 1024**2)
    """Beyond what the process that opens it begins with."""
    document_file_bytes: int = Field(default=512 * 1024**2, ge=1024**2)
    """Of each file that a conversion writes."""
    document_cpu_s: float = Field(default=60.0, ge=1.0, allow_inf_nan=False)
    """Processor time of inspecting a document, opening a page or unpacking a member."""
    document_limit_s: float = Field(default=100.0, ge=1, allow_inf_nan=False, validate_default=True)
    """The same by the clock."""

    @field_validator("document_limit_s")
    @classmethod
    def _outlasts_conversion(cls, limit_s: float, before: ValidationInfo) -> float:
        conversion_s = before.data.get("soffice_timeout_s", 0.0)
        if limit_s <= conversion_s:
            raise ValueError(f"more than {PREFIX}SOFFICE_TIMEOUT_S, {conversion_s:g}")
        return limit_s


class WebhookAddresses(BaseSettings):
    """Where events may go; asked at the door and again at every connection."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="ignore"
    )

    webhook_allow_networks: Networks = ()
    """Networks which may be reached though they are not public, e.g. `127.0.0.0/8`."""

    def networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """Return the networks webhooks may reach besides the public ones."""
        return tuple(ip_network(network) for network in self.webhook_allow_networks)
