"""Say what a file is and whether it can be read at all, before any page of it is touched."""

from dataclasses import dataclass

from schemas.failure import Failure
from schemas.record import DocumentKind


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a document may measure; every field is a setting."""

    max_bytes: int = 200 * 1024 * 1024
    max_pages: int = 500
    max_page_pixels: int = 100_000_000


@dataclass(frozen=True, kw_only=True)
class Inspection:
    """What a readable document is."""

    sha256: str
    media_type: str
    kind: DocumentKind
    pages: int


def inspect(content: bytes, filename: str, limits: Limits) -> Inspection | Failure:
    """Return what the document is, or the reason it is refused."""
    raise NotImplementedError
