import pytest

from schemas.batch import BatchStatus, ItemStatus, final_status, item_status


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"succeeded": 3}, "succeeded"),
        ({"succeeded": 3, "skipped": 2}, "succeeded"),
        ({"succeeded": 2, "failed": 1}, "partially_succeeded"),
        ({"succeeded": 2, "cancelled": 1}, "partially_succeeded"),
        ({"partially_succeeded": 1}, "partially_succeeded"),
        ({"failed": 2}, "failed"),
        ({"failed": 1, "cancelled": 1}, "failed"),
        ({"cancelled": 2}, "cancelled"),
        ({"skipped": 2}, "failed"),
        ({}, "failed"),
        ({"succeeded": 9, "running": 1}, None),
        ({"queued": 1}, None),
    ],
)
def test_a_batch_ends_as_its_items_did(
    counts: dict[ItemStatus, int], expected: BatchStatus | None
) -> None:
    assert final_status(counts) == expected


def test_an_item_has_its_job_s_status_unless_there_was_nothing_to_read() -> None:
    assert item_status("running", None) == "running"
    assert item_status("failed", "encrypted") == "failed"
    assert item_status("failed", "unsupported_type") == "skipped"
    assert item_status(None, "duplicate") == "skipped"
    assert item_status(None, "archive_bomb") == "failed"
