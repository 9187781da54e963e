"""A displaced column is told once, a few doubtful labels each by itself."""

import pytest

from schemas.validation import Finding
from workers.pipeline.validate.displaced import gathered


def label(text: str, cause: str = "undetermined", table: str = "requests") -> Finding:
    return Finding.model_validate(
        {
            "code": "STR-LABEL",
            "severity": "warning",
            "cause": cause,
            "message": text,
            "message_en": text,
            "paths": [f"/{table}"],
            "actual": text,
        }
    )


@pytest.mark.parametrize(("count", "left"), [(1, 1), (3, 3), (4, 1), (30, 1)])
def test_many_doubtful_labels_of_a_table_are_one_finding(count: int, left: int) -> None:
    found = [label(f"第{at}格") for at in range(count)]
    kept = gathered([*found, label("其它", "source"), label("结果", table="review_and_litigation")])
    assert len(kept) == left + 2
    assert "第0格" in kept[0].message
    assert str(count) in kept[0].message or left == count


def test_the_reports_own_labels_are_told_one_by_one() -> None:
    found = [label(f"第{at}格", "source") for at in range(9)]
    assert gathered(found) == found
