"""Decide whether an old office document can be converted, and is one of text at all."""

from schemas import failures
from schemas.environment import Conversion
from schemas.failure import Failure
from schemas.formats import Format
from workers.engines.office import OfficeError, program

_WORD, _LOCKED = (name.encode("utf-16-le") for name in ("WordDocument", "EncryptedPackage"))
"""Names of streams in a compound file (MS-CFB): a text of Word or WPS, and one with a password."""
_TEXT = b"application/vnd.oasis.opendocument.text"
_MIMETYPE_WITHIN = 128


def inspect_office(content: bytes, kind: Format, settings: Conversion) -> Failure | None:
    """Return why a document of a convertible `kind` is refused; None where it can be converted."""
    if kind.name == "ole" and _LOCKED in content:
        return failures.encrypted(kind)
    if kind.name == "ole" and _WORD not in content:
        return failures.unsupported_type(kind)
    if kind.name == "odf" and _TEXT not in content[:_MIMETYPE_WITHIN]:
        return failures.unsupported_type(kind)
    return failures.converter_missing(kind) if program(settings) is None else None


def office_failure(error: OfficeError, kind: Format, settings: Conversion) -> Failure:
    """Return what a customer is told of a conversion that came to nothing."""
    if error.reason == "missing":
        return failures.converter_missing(kind)
    if error.reason == "timeout":
        return failures.timed_out(settings.soffice_timeout_s)
    return failures.conversion_failed(kind)
