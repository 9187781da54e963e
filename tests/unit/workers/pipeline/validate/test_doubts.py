"""When a broken sum is the report's fault although some of its numbers are doubtful."""

from collections.abc import Mapping

import pytest

from schemas.forms.template_2021 import FORM
from schemas.validation import Cause
from tests.strategies import Values, build_report, evidence_of, values_of
from workers.pipeline.validate.doubts import Doubts
from workers.pipeline.validate.relations import check_relations

# 13 + 10 = 23 granted, 5 refused; of natural persons 13 + 5 = 18, all new this year
ROWS = {
    "granted": (13, 10, 0, 0, 0, 0),
    "denied_state_secret": (5, 0, 0, 0, 0, 0),
    "new_requests": (18, 10, 0, 0, 0, 0),
}
PART, OTHER = "/requests/granted/natural_person", "/requests/granted/commercial_enterprise"
ROW_TOTAL, TOTAL = "/requests/granted/total", "/requests/handled_total/natural_person"


def cause(
    stated: int,
    doubtful: Mapping[str, tuple[str, ...]],
    *,
    misplaced: bool = False,
    changed: Values | None = None,
) -> Cause:
    """Return who is at fault for natural persons' outcomes, 13 + 5, against a stated total.

    `doubtful` are values hidden in part, with what else they are listed to be.
    """
    values = values_of(ROWS) | {TOTAL: stated} | (changed or {})
    evidence = {
        at: evidence_of(values[at], flag="doubtful", alternatives=others)
        for at, others in doubtful.items()
    }
    hidden = frozenset(doubtful)
    doubts = Doubts(misplaced=hidden) if misplaced else Doubts(unlisted=hidden)
    outcome = check_relations(build_report(values, evidence=evidence).record, FORM, doubts)
    (found,) = (
        f for f in outcome.findings if f.code == "REQ-COL" and TOTAL in f.paths and PART in f.paths
    )
    return found.cause


def test_a_hidden_number_that_another_sum_confirms_is_what_it_seems() -> None:
    assert cause(19, {PART: ()}) == "source"  # 14 + 5 = 19, but then 14 + 10 is not 23


def test_a_hidden_number_that_no_other_sum_confirms_may_be_any() -> None:
    assert cause(19, {PART: ()}, changed={ROW_TOTAL: 25}) == "undetermined"


def test_another_reading_that_is_listed_leaves_the_cause_open_though_a_sum_holds() -> None:
    assert cause(19, {PART: ("14",)}) == "undetermined"


@pytest.mark.parametrize(("left", "whole"), [(12, 1242), (10, 1000), (13, 1345)])
def test_digits_that_an_edge_takes_of_two_numbers_alike_leave_the_cause_open(
    left: int, whole: int
) -> None:
    """Also where the last digit left is the last one taken: 1242 and its total, 12 of each."""
    changed = {PART: left, OTHER: 0, ROW_TOTAL: left}
    assert cause(whole + 5, {PART: (), ROW_TOTAL: ()}, changed=changed) == "undetermined"


def test_what_is_out_of_place_is_confirmed_by_nothing() -> None:
    assert cause(19, {PART: ()}, misplaced=True) == "undetermined"


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        (19, "undetermined"),  # 13 and 23 are both 4 at the end, and 14 + 10 = 24
        (118, "undetermined"),  # both lost a 1 in front: 113 + 10 = 123
        (10018, "undetermined"),  # both lost 100 in front
        (48, "source"),  # 43 is 13 with a 4, but then the total is 53, which is 23 with a 5
        (25, "source"),  # 20 is 13 with two digits exchanged
    ],
)
def test_two_hidden_numbers_confirm_each_other_but_for_what_befalls_both_alike(
    stated: int, expected: Cause
) -> None:
    assert cause(stated, {PART: (), ROW_TOTAL: ()}) == expected


def test_another_number_listed_to_make_up_for_it_leaves_the_cause_open() -> None:
    assert cause(48, {PART: (), ROW_TOTAL: ("53",)}) == "undetermined"
    assert cause(48, {PART: (), OTHER: ("2", "40")}) == "source"  # -20, not -30


def test_a_doubtful_blank_is_none_where_its_row_adds_up_without_it() -> None:
    blank: Values = {"/requests/denied_internal_affairs/natural_person": None}
    at = next(iter(blank))
    row = {f"/requests/denied_internal_affairs/{name}": 2 for name in ("other", "total")}
    assert cause(19, {at: ()}, changed=blank | row) == "source"
    other = "/requests/denied_internal_affairs/other"
    assert cause(19, {at: (), other: ()}, changed=blank | row) == "undetermined"


def test_several_hidden_numbers_of_a_sum_may_mend_it_together() -> None:
    refused = "/requests/denied_state_secret/natural_person"
    both = {PART: ("12",), refused: ("7",)}  # 12 + 7 = 19
    assert cause(19, both) == "undetermined"
    assert cause(22, both) == "source"
