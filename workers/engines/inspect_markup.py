"""Decide whether a document without pages can be read: whole, not locked, in a known encoding."""

from schemas import failures
from schemas.failure import Failure
from schemas.formats import Format
from workers.pipeline.read.docx_package import PackageError, open_package
from workers.pipeline.read.encoding import EncodingUnknownError, decode
from workers.pipeline.read.html import markup_of


def inspect_markup(content: bytes, kind: Format) -> Failure | None:
    """Return why a document of the sniffed `kind` is refused; None where it can be read."""
    try:
        if kind.name == "docx":
            open_package(content)
        elif kind.name in ("markdown", "text"):
            decode(content)
        else:
            markup_of(content)
    except PackageError as error:
        return package_failure(error, kind)
    except EncodingUnknownError:
        return failures.encoding_unknown(kind)
    return None


def package_failure(error: PackageError, kind: Format) -> Failure:
    """Return what a customer is told of a package that cannot be opened."""
    if error.reason == "encrypted":
        return failures.encrypted(kind)
    return failures.document_bomb() if error.reason == "bomb" else failures.damaged(kind)
