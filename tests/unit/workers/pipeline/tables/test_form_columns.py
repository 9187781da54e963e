"""Columns of a form chosen among rulings and the strokes of letters in low rows."""

import numpy as np

from workers.pipeline.tables.evidence import Lines
from workers.pipeline.tables.form_columns import choose_columns, even_blocks, reaching_columns
from workers.pipeline.tables.sight import Sight

SEEN = {  # place: ruled share of the height, how far it reaches the lines across
    8: (1.0, 1.0), 133: (0.63, 0.78), 153: (0.35, 0.43), 171: (0.4, 0.79), 182: (0.5, 0.77),
    202: (0.28, 0.67), 324: (0.72, 1.0), 483: (0.35, 0.83), 542: (0.28, 0.83), 558: (0.22, 1.0),
    570: (0.35, 0.83), 646: (0.45, 0.64), 669: (0.44, 0.5), 686: (0.54, 0.56), 703: (0.41, 0.42),
    791: (0.26, 0.94), 1027: (1.0, 1.0),
}  # fmt: skip


def low_rows() -> Sight:
    """Return what is seen of a table two whose letters fill its rows: 558 and 791 are its own."""
    columns = np.array(list(SEEN), np.float64)
    strengths, reaching = np.array(list(SEEN.values())).T
    integral = np.zeros((2, 2), np.int32)
    lines = Lines(
        mask=np.zeros((1, 1), np.uint8),
        total=integral,
        dark=integral,
        depths=np.zeros(256, np.int64),
    )
    none = np.zeros(len(columns), bool)
    return Sight(
        rows=np.arange(0.0, 360.0, 24.0),
        columns=columns,
        strengths=strengths,
        across=lines,
        down=lines,
        beside=np.zeros((14, len(columns))),
        reaching=reaching,
        letter=18.0,
        lost_rows=np.zeros(15, bool),
        lost_columns=none,
    )


def test_short_rulings_are_tried_though_strokes_of_letters_are_stronger() -> None:
    sight = low_rows()
    own = [8, 324, 558, 791, 1027]
    strong = choose_columns(sight, 3, 4, even_blocks(sight, 3, True))
    assert own not in [sight.columns[one].tolist() for one in strong]
    firm = reaching_columns(sight, 3, 4, strong)
    assert own in [sight.columns[one].tolist() for one in firm]


def test_wide_tables_and_what_was_chosen_already_are_not_tried_anew() -> None:
    sight = low_rows()
    assert reaching_columns(sight, 7, 10, []) == []
    firm = reaching_columns(sight, 3, 4, [])
    assert reaching_columns(sight, 3, 4, firm) == []
