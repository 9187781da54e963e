"""What a reader asks of its confined process, and what it takes for an answer.

Answers are checked against these like anything else that comes from outside.
"""

from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

from pydantic import Field, TypeAdapter

from schemas.failure import Failure
from schemas.page import Page
from schemas.record import DocumentKind
from schemas.value import Value
from workers.archive import ArchiveLimits
from workers.engines.inspection import Inspection, Limits
from workers.pipeline.read.clean import Pixels


class Opening(Value):
    """The first thing told: what may be used and reached; the document's bytes come along."""

    memory_bytes: int
    file_bytes: int
    cpu_s: float
    """For each ask, and for each member of an archive."""
    programs: bool = False
    archive: str | None = None
    """Path of an archive, which does not come along."""
    environment: dict[str, str]


class AskInspection(Value):
    """What is this document? Answered by an Inspection or a Failure."""

    verb: Literal["inspect"] = "inspect"
    filename: str
    limits: Limits


class AskPage(Value):
    """What is on this page? Answered by an OpenedPage."""

    verb: Literal["page"] = "page"
    kind: DocumentKind
    number: int


class AskMembers(Value):
    """What is in this archive? Each Given as it comes, then Unpacked."""

    verb: Literal["unpack"] = "unpack"
    limits: ArchiveLimits


class AskNext(Value):
    """Here is another document, a plain text as the one before: its bytes come along, no answer."""

    verb: Literal["next"] = "next"


class AskEnd(Value):
    """That was all; there is no answer but the end."""

    verb: Literal["end"] = "end"


Ask: TypeAlias = AskInspection | AskPage | AskMembers | AskNext | AskEnd
ASK: TypeAdapter[Ask] = TypeAdapter(Annotated[Ask, Field(discriminator="verb")])


class Inspected(Value):
    """What became of an inspection."""

    found: Inspection | None = None
    failure: Failure | None = None


class OpenedPage(Value):
    """A page as far as it is read, and the height and width of the pixels that come along."""

    page: Page | None
    size: tuple[int, int] | None


class Given(Value):
    """A member of an archive with its bytes along, or why it is refused."""

    name: str
    failure: Failure | None = None


class Unpacked(Value):
    """The end of an archive, and why the rest of it is refused if it is."""

    failure: Failure | None = None


class Raised(Value):
    """Our own code raised something; out of memory is the document's doing."""

    error: str
    where: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A page as far as it is read without recognition.

    A text layer or markup is read: `page`. Of a text layer there is a picture, too: `pixels`. A
    scan is pixels only, to be recognised. A page that cannot be opened is a page with its failure.
    """

    page: Page | None
    pixels: Pixels | None = None


def failed_page(number: int, failure: Failure) -> Page:
    """Return a page that could not be read."""
    return Page(number=number, width=1, height=1, source="ocr", failure=failure)
