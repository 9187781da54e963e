"""The reading side's only wiring: the Celery application, its limits, and each process's parts.

Tasks are functions of `Parts` and ids. `parts()` puts the parts together on first use in a
process; nothing that must not cross a fork is made before it.
"""

import os
import signal
import threading
from collections.abc import Callable, Sequence
from typing import Any, Concatenate, ParamSpec

import structlog
from celery import Celery, bootsteps, signals

from schemas import message
from schemas.message import OPENING_QUEUES, PAGE_QUEUES, STEP_QUEUES, TaskName
from storage import broker, logs, tracing
from storage.database import connect, migrate
from storage.objects import open_store
from storage.presence import Presence
from storage.start import settings_or_exit
from storage.tally import TALLY
from workers import drain
from workers.alive import alive_step
from workers.confined.reader import check_confinement, reader
from workers.parent import die_with_parent
from workers.parts import Parts, Steps
from workers.settings import WorkerSettings, hard_limits, soft_limit_s

log = structlog.get_logger()

P = ParamSpec("P")

_SUBJECTS = {"job": "job_id", "bat": "batch_id", "whd": "delivery_id"}
_PAGE_CHILD_KIB = 3_000_000
_LOST_RETRY_S = 2
_LAST_S = 8.0
"""What a worker has, after its children are through, to leave the broker."""
_SHORT_TASKS_PER_CHILD = 10_000
"""Of a child that reads no pages: nothing in it grows but by defects, and it loads for seconds."""


def create_celery(settings: WorkerSettings) -> Celery:
    """Return the application with every setting the queue notes ask for."""
    app = Celery("gouji", broker=broker.broker_url(settings.redis_url))
    app.conf.update(
        include=[
            f"workers.tasks.{name}"
            for name in ("inspect", "page", "assemble", "expand", "deliver", "sweep")
        ],
        task_default_queue="housekeeping",
        task_serializer="json",
        accept_content=["json"],
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=False,
        task_acks_on_failure=True,
        task_acks_on_timeout=True,
        task_retry_on_worker_lost=True,
        worker_prefetch_multiplier=1,
        worker_disable_prefetch=True,
        worker_proc_alive_timeout=120,
        worker_max_tasks_per_child=settings.pages_per_child,
        worker_max_memory_per_child=_PAGE_CHILD_KIB,
        worker_soft_shutdown_timeout=20,
        # A task goes on when the broker is away: its lease keeps others from doing it as well,
        # while ending it would cost an attempt and the time until the lease is over.
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        broker_connection_retry_on_startup=True,
        broker_transport_options={
            **broker.TRANSPORT_OPTIONS,
            "visibility_timeout": 2 * settings.longest_limit_s(),
            "unacked_restore_interval": 10,
            "unacked_restore_throttle": 1,
        },
    )
    app.steps["worker"].add(SweepTimer)
    if settings.alive_file is not None:
        app.steps["worker"].add(alive_step(settings.alive_file))
    return app


class SweepTimer(bootsteps.StartStopStep):  # type: ignore[misc]  # Celery is not typed
    """Ask for a round of housekeeping now and then, from the worker's own timer.

    No beat, no process that may be missing: every worker that takes housekeeping asks, the
    request expires when the next one is due, and a lock in the database lets one round in.
    """

    requires = {"celery.worker.components:Timer"}  # noqa: RUF012  Celery's way of saying it

    def start(self, worker: Any) -> None:
        """Begin asking, if this worker takes housekeeping."""
        if "housekeeping" in celery.amqp.queues.consume_from:
            timer = worker.timer
            timer.call_after(0.1, self._ask)
            self._entry = timer.call_repeatedly(settings.sweep_interval_s, self._ask)

    def _ask(self) -> None:
        try:
            celery.send_task(
                "gouji.sweep",
                queue=message.sweep().queue,
                expires=settings.sweep_interval_s,
                retry=False,
            )
        except Exception as exc:  # the timer must go on whatever the broker does
            log.warning("sweep_not_sent", error=type(exc).__name__)


def task(
    name: TaskName,
) -> Callable[[Callable[Concatenate[Parts, P], None]], Callable[Concatenate[Parts, P], None]]:
    """Register a function of parts and ids as a task; the function itself stays as it is."""

    def register(
        function: Callable[Concatenate[Parts, P], None],
    ) -> Callable[Concatenate[Parts, P], None]:
        def run(*args: P.args, **kwargs: P.kwargs) -> None:
            structlog.contextvars.clear_contextvars()
            with structlog.contextvars.bound_contextvars(task=name, **_named(args)):
                function(parts(), *args, **kwargs)

        celery.task(
            name=name,
            time_limit=hard_limits(settings)[name],
            soft_time_limit=soft_limit_s(settings, name),
            default_retry_delay=_LOST_RETRY_S,
            max_retries=settings.max_attempts,
        )(run)
        return function

    return register


def _named(args: Sequence[object]) -> dict[str, object]:
    """Return a task's arguments, ids and perhaps a page, under the names logs give them."""
    found: dict[str, object] = {"task_id": celery.current_worker_task.request.id}
    if args:
        found[_SUBJECTS.get(str(args[0]).partition("_")[0], "subject")] = args[0]
    if len(args) > 1:
        found["page"] = args[1]
    return found


def steps_for(settings: WorkerSettings) -> Steps:
    """Return the steps of reading the settings name: the only place that chooses them."""
    if settings.engine == "null":
        from workers import null_steps

        return null_steps.build(settings.null_page_s)
    from workers import real_steps

    return real_steps.build()


def compose(settings: WorkerSettings) -> Parts:
    """Put together what the tasks of one process need."""
    return Parts(
        settings=settings,
        steps=steps_for(settings),
        database=connect(settings.database_url.get_secret_value(), plans="kept"),
        objects=open_store(settings),
        send=broker.sender(celery, settings.redis_url),
        waiting=broker.looker(settings.redis_url),
        reads_pages=bool(PAGE_QUEUES & set(celery.amqp.queues.consume_from)),
    )


def parts() -> Parts:
    """Return this process's parts, made on first use."""
    global _parts
    if _parts is None:
        _parts = compose(settings)
    return _parts


_parts: Parts | None = None
_presence: Presence | None = None
settings = settings_or_exit(WorkerSettings)
celery = create_celery(settings)


def load() -> None:
    """Load the tasks and the libraries of their steps: what is forked from here has them at once.

    They take seconds of the processor, but start no thread and open nothing; models do, and are
    left to the processes that use them.
    """
    celery.loader.import_default_modules()
    steps_for(settings).load()


def run(arguments: Sequence[str]) -> None:
    """Be a worker in a process that was forked after `load`, with an environment of its own."""
    global settings
    drain.anew()
    settings = settings_or_exit(WorkerSettings)
    celery.worker_main(list(arguments))


def _log(**_: object) -> None:
    logs.configure(settings.log_level, as_json=settings.log_json)


def _prepare(sender: Any, **_: object) -> None:
    """Bring the database's schema up to date before any child is forked."""
    if not PAGE_QUEUES & set(celery.amqp.queues.consume_from):
        sender.max_tasks_per_child = _SHORT_TASKS_PER_CHILD
    if OPENING_QUEUES & set(celery.amqp.queues.consume_from):
        check_confinement(settings)
    if STEP_QUEUES & set(celery.amqp.queues.consume_from):
        steps_for(settings).load()  # once, for all children there are and will be
    if settings.migrate_on_start:
        database = connect(settings.database_url.get_secret_value(), pool_size=1)
        migrate(database)
        database.dispose()


def _begin(**_: object) -> None:
    """Build the models in a child that reads pages; bound the memory of one that does not.

    What its tasks need is loaded now, not by the first document: that would wait for seconds.
    """
    global _presence
    die_with_parent()
    TALLY.clear()
    _presence = Presence(parts().database, "worker", sorted(celery.amqp.queues.consume_from))
    _presence.begin()
    tracing.begin("gouji-worker")
    queues = set(celery.amqp.queues.consume_from)
    if queues & OPENING_QUEUES and settings.engine != "null":
        reader().start()  # it loads while this process does
    if queues & STEP_QUEUES:
        parts().steps.load()
    if queues & PAGE_QUEUES:
        parts().steps.engines()
    elif settings.child_memory_bytes:
        import resource

        cap = settings.child_memory_bytes
        resource.setrlimit(resource.RLIMIT_AS, (cap, cap))


def _end(**_: object) -> None:
    """Say that this child is over, with its last sums."""
    if _presence is not None:
        _presence.end()
    tracing.end()


def _drain(**_: object) -> None:
    """Give what is under way a while to end; then its children hand it back.

    A worker whose broker is away waits for it even then, so it is ended at last.
    """
    drain.begin(settings.drain_s)
    patience_s = settings.drain_s + _LAST_S
    last = threading.Timer(patience_s, os.kill, (os.getpid(), signal.SIGKILL))
    last.daemon = True
    last.start()


signals.setup_logging.connect(_log, weak=False)
signals.worker_shutting_down.connect(_drain, weak=False)
signals.worker_init.connect(_prepare, weak=False)
signals.worker_process_init.connect(_begin, weak=False)
signals.worker_process_shutdown.connect(_end, weak=False)
