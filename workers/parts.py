"""What a task needs of the world, in one value; `workers.app` puts it together once a process."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import sqlalchemy

from schemas.failure import Failure
from schemas.message import Queue
from schemas.page import Page
from schemas.record import Engine, Source
from storage.broker import Waiting
from storage.objects import ObjectStore
from storage.outbox import Send
from workers.settings import WorkerSettings

if TYPE_CHECKING:  # the reading libraries take seconds to load; only who reads loads them
    from workers.engines.inspection import Inspection, Limits
    from workers.engines.protocols import Engines
    from workers.steps import Assembly, Earlier, PageReading, Tell

Inspect: TypeAlias = "Callable[[bytes, str, Limits], Inspection | Failure]"
ReadPage: TypeAlias = "Callable[[bytes, str, int, Engines], PageReading]"
Image: TypeAlias = Callable[[int], bytes]
Assemble: TypeAlias = (
    "Callable[[Source, Engine, Sequence[Page], Image, Earlier, Tell], Assembly | Failure]"
)


@dataclass(frozen=True, kw_only=True)
class Steps:
    """The three steps of a document's way, real or null."""

    inspect: Inspect
    read_page: ReadPage
    assemble: Assemble
    engines: "Callable[[], Engines]"
    """Builds the models at its first call in a process and keeps them there."""
    load: Callable[[], None]
    """Loads the libraries of the steps, which takes seconds; a step loads them if nobody did."""


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Settings, steps and the open ends to database, store and broker of one process."""

    settings: WorkerSettings
    steps: Steps
    database: sqlalchemy.Engine
    objects: ObjectStore
    send: Send
    waiting: Callable[[Queue], Waiting]
    """Which messages wait in a queue of the broker; raises BrokerUnavailable."""
    reads_pages: bool = False
    """Whether this process takes pages, and so has the models."""
