"""The settings that keep work from being lost or done twice, each as the notes on Celery ask."""

from typing import get_args

import pytest

from schemas.message import QUEUES, TaskName
from workers.app import create_celery, steps_for
from workers.settings import WorkerSettings, hard_limits


def test_every_task_has_a_hard_limit_shorter_than_the_visibility_timeout() -> None:
    settings = WorkerSettings()
    bounds = hard_limits(settings)
    assert set(bounds) == set(get_args(TaskName))
    options = create_celery(settings).conf.broker_transport_options
    assert all(0 < bound < options["visibility_timeout"] for bound in bounds.values())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("task_acks_late", True),
        ("task_reject_on_worker_lost", False),
        ("task_acks_on_failure", True),
        ("task_acks_on_timeout", True),
        ("task_retry_on_worker_lost", True),
        ("worker_prefetch_multiplier", 1),
        ("worker_disable_prefetch", True),
        ("worker_proc_alive_timeout", 120),
        ("worker_cancel_long_running_tasks_on_connection_loss", False),  # leases see to it
        ("task_ignore_result", True),
        ("task_serializer", "json"),
        ("accept_content", ["json"]),
    ],
)
def test_celery_is_set_as_the_notes_ask(name: str, value: object) -> None:
    assert create_celery(WorkerSettings()).conf[name] == value


def test_the_sweep_of_unacknowledged_messages_runs_often() -> None:
    options = create_celery(WorkerSettings()).conf.broker_transport_options
    assert (options["unacked_restore_interval"], options["unacked_restore_throttle"]) == (10, 1)
    for name in ("socket_timeout", "socket_keepalive", "health_check_interval"):
        assert options[name]


def test_no_queue_has_a_name_that_the_broker_would_split() -> None:
    assert all(queue.replace(".", "").isalpha() for queue in QUEUES)


def test_the_null_engine_is_chosen_by_name_only() -> None:
    null = steps_for(WorkerSettings(engine="null"))
    assert null.engines().describe().ocr == "null"
    assert WorkerSettings().engine == "paddle"
