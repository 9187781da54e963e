"""Decide whether a document without pages can be read: whole, not locked, in a known encoding."""

from schemas import failures
from schemas.failure import Failure
from schemas.formats import Format
from workers.engines.inspection import Limits
from workers.pipeline.read.docx_package import PackageError, check_package
from workers.pipeline.read.encoding import EncodingUnknownError, decode
from workers.pipeline.read.html import markup_of
from workers.pipeline.read.markup import failure_of


def inspect_markup(content: bytes, kind: Format, limits: Limits) -> Failure | None:
    """Return why a document of the sniffed `kind` is refused; None where it can be read."""
    most = limits.max_markup_bytes
    try:
        if kind.name == "docx":
            check_package(content, max_parts=limits.max_objects, max_part_bytes=most)
        elif len(content) > most:
            return failures.too_large(len(content), most)
        elif kind.name in ("html", "mhtml"):
            markup_of(content)
        else:
            decode(content)
    except (PackageError, EncodingUnknownError) as error:
        return failure_of(error, kind)
    return None
