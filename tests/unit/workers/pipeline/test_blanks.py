"""Which blanks are taken for blanks: those of a habit, and rows left blank."""

from schemas.forms.template_2021 import FORM
from schemas.table import Candidate, Cell
from workers.pipeline.blanks import rows_asked_for, unlikely_blanks

APPLICANTS = [p.rsplit("/", 1)[1] for p in FORM.pointers if p.startswith("/requests/granted/")]
LONE = "/requests/granted/other"


def cell(text: str) -> Cell:
    """Return a cell that holds a number, or nothing."""
    found = (Candidate(text=text, probability=1.0),) if text else ()
    return Cell(
        row=0, column=0, text=text, confidence=1.0, page=1, box=None, ink=bool(text),
        candidates=found,
    )  # fmt: skip


def printed(*blank: str, zeros: str = "0") -> dict[str, Cell | None]:
    """Return all cells with a zero, or `zeros`, but some without ink."""
    return {pointer: cell("" if pointer in blank else zeros) for pointer in FORM.pointers}


def test_a_gap_among_printed_zeros_is_unlikely() -> None:
    assert unlikely_blanks(printed(LONE), FORM) == {LONE}


def test_a_lone_gap_among_other_numbers_is_unlikely_too() -> None:
    assert unlikely_blanks(printed(LONE, zeros="7"), FORM) == {LONE}


def test_a_row_left_blank_is_blank() -> None:
    row = [f"/requests/granted/{name}" for name in APPLICANTS]
    assert len(row) == 7
    assert unlikely_blanks(printed(*row), FORM) == frozenset()


def test_a_table_that_leaves_its_zeros_out_has_blanks_by_habit() -> None:
    most = [p for p in FORM.pointers if p.startswith("/requests/") and not p.endswith("/total")]
    assert unlikely_blanks(printed(*most), FORM) == frozenset()


def test_missing_cells_are_no_blanks() -> None:
    assert unlikely_blanks(dict.fromkeys(FORM.pointers), FORM) == frozenset()


ROW = [f"/requests/granted/{name}" for name in APPLICANTS]


def asked_for(*others: str, **stated: int) -> frozenset[str]:
    """Leave a row, and others, blank in a table of zeros whose column totals are these."""
    totals = {f"/requests/handled_total/{name}": count for name, count in stated.items()}
    ends = {f"/requests/new_requests/{name}": count for name, count in stated.items()}
    counts = dict.fromkeys(FORM.pointers, 0) | totals | ends
    return rows_asked_for(printed(*ROW, *others), counts, FORM)


def test_a_blank_row_of_which_the_columns_lack_numbers_that_add_up_was_printed() -> None:
    assert asked_for(natural_person=4, total=4) == frozenset(ROW)
    assert asked_for(natural_person=3, other=1, total=5) == frozenset(ROW)  # and a fault elsewhere


def test_a_report_that_leaves_rows_blank_left_this_one_too() -> None:
    names = ("denied_state_secret", "rejected_petition")
    others = [p for p in FORM.pointers if p.split("/")[2] in names]
    assert asked_for(*others, natural_person=4, total=4) == frozenset()


def test_a_column_that_lacks_a_number_alone_asks_for_no_row() -> None:
    assert asked_for(natural_person=3) == frozenset()
    assert asked_for() == frozenset()


def test_a_blank_row_is_not_asked_for_where_columns_state_less_than_they_add_up_to() -> None:
    assert asked_for(natural_person=3, other=-3, total=0) == frozenset()
