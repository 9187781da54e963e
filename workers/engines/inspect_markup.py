"""Decide whether a document without pages can be read: whole, not locked, in a known encoding."""

from schemas.failure import Failure
from schemas.formats import Format
from workers.pipeline.read.docx_package import PackageError, check_package
from workers.pipeline.read.encoding import EncodingUnknownError, decode
from workers.pipeline.read.html import markup_of
from workers.pipeline.read.markup import failure_of


def inspect_markup(content: bytes, kind: Format) -> Failure | None:
    """Return why a document of the sniffed `kind` is refused; None where it can be read."""
    try:
        if kind.name == "docx":
            check_package(content)
        elif kind.name in ("html", "mhtml"):
            markup_of(content)
        else:
            decode(content)
    except (PackageError, EncodingUnknownError) as error:
        return failure_of(error, kind)
    return None
