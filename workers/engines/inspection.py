"""What inspection is told and what it finds; apart from it, for who asks need not load it."""

from dataclasses import dataclass

from schemas.environment import DocumentLimits
from schemas.record import DocumentKind


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a document may measure; every field is a setting."""

    max_bytes: int = 200 * 1024 * 1024
    max_pages: int = 500
    max_page_pixels: int = 100_000_000
    max_objects: int = 500_000
    max_markup_bytes: int = 64 * 1024 * 1024


def limits_of(settings: DocumentLimits) -> Limits:
    """Return the limits that the settings name."""
    return Limits(
        max_bytes=settings.max_upload_bytes,
        max_pages=settings.max_pages,
        max_page_pixels=settings.max_page_pixels,
        max_objects=settings.max_objects,
        max_markup_bytes=settings.max_markup_bytes,
    )


@dataclass(frozen=True, kw_only=True)
class Inspection:
    """What a readable document is."""

    sha256: str
    media_type: str
    kind: DocumentKind
    pages: int
    repaired: bool = False
    """The file's own directory was broken and rebuilt; pages at its end may be lost."""
