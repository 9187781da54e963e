"""What travels through the broker: the name of a task and ids, never bytes."""

from typing import Literal, get_args

from schemas.job import Priority
from schemas.value import Value

TaskName = Literal[
    "gouji.inspect",
    "gouji.page",
    "gouji.assemble",
    "gouji.expand",
    "gouji.deliver",
    "gouji.sweep",
]
Queue = Literal[
    "inspect.interactive",
    "inspect.bulk",
    "expand",
    "pages.interactive",
    "pages.bulk",
    "assemble.interactive",
    "assemble.bulk",
    "webhooks",
    "housekeeping",
]

QUEUES: tuple[Queue, ...] = get_args(Queue)
PAGE_QUEUES: frozenset[Queue] = frozenset({"pages.interactive", "pages.bulk"})
OPENING_QUEUES: frozenset[Queue] = PAGE_QUEUES | {"inspect.interactive", "inspect.bulk", "expand"}
"""Those whose tasks open files nobody trusts."""
STEP_QUEUES: frozenset[Queue] = PAGE_QUEUES | {
    "inspect.interactive",
    "inspect.bulk",
    "assemble.interactive",
    "assemble.bulk",
}
"""Queues of tasks that take one of the three steps of a document's way."""


CALLS: frozenset[TaskName] = frozenset({"gouji.deliver"})
"""Tasks that find out by themselves what is to be done: one message waiting is enough."""


class Message(Value):
    """One task to be run: `args` are ids and page numbers."""

    task: TaskName
    queue: Queue
    args: tuple[str | int, ...]


def inspect(job_id: str, priority: Priority) -> Message:
    """Ask for the inspection of a job's document."""
    queue: Queue = "inspect.interactive" if priority == "interactive" else "inspect.bulk"
    return Message(task="gouji.inspect", queue=queue, args=(job_id,))


def page(job_id: str, number: int, priority: Priority) -> Message:
    """Ask for the reading of page `number`, counted from 1."""
    queue: Queue = "pages.interactive" if priority == "interactive" else "pages.bulk"
    return Message(task="gouji.page", queue=queue, args=(job_id, number))


def assemble(job_id: str, priority: Priority) -> Message:
    """Ask for the assembly of a job whose pages are all read."""
    queue: Queue = "assemble.interactive" if priority == "interactive" else "assemble.bulk"
    return Message(task="gouji.assemble", queue=queue, args=(job_id,))


def expand(batch_id: str) -> Message:
    """Ask for the opening of a batch's archives: long, so in nobody's way."""
    return Message(task="gouji.expand", queue="expand", args=(batch_id,))


def deliver() -> Message:
    """Ask for the sending of all events whose time has come: a call to look, not one event."""
    return Message(task="gouji.deliver", queue="webhooks", args=())


def sweep() -> Message:
    """Ask for a round of housekeeping."""
    return Message(task="gouji.sweep", queue="housekeeping", args=())
