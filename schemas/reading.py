"""A page reading as it is stored between the reading and the assembly of a document."""

from schemas.page import Page
from schemas.record import Engine
from schemas.value import Value


class StoredPage(Value):
    """A page with the engine that read it, which the record names."""

    engine: Engine
    page: Page
