"""How a report can look: paper, flow, fonts, rules and the habits of its writers."""

import random
from dataclasses import dataclass, replace
from typing import Literal

Flow = Literal["flow", "own_page", "landscape"]
Align = Literal["left", "center", "right"]
Frame = Literal["single", "double", "none"]
Lines = Literal["all", "rows", "none"]

SONG = "Noto Serif SC"
HEI = "Noto Sans SC"
FALLBACK = "Droid Sans Fallback"


@dataclass(frozen=True, kw_only=True)
class Layout:
    """One look; lengths in points unless the name says otherwise."""

    name: str = ""
    text_font: str = SONG
    heading_font: str = HEI
    digit_font: str = ""  # empty: the digits of the text font
    flow: Flow = "flow"  # where table three starts
    repeat_header: bool = False
    title: bool = True
    variant_titles: bool = False
    page_numbers: bool = False
    align: Align = "center"
    frame: Frame = "single"
    lines: Lines = "all"  # rows: no upright rules; none: no rules at all
    gutter: float = 0.0  # between cells; each then has rules of its own, so that all are double
    rule: float = 0.5
    rule_color: str = "#000000"
    shade: str = ""  # of the header; empty: none
    margin_mm: float = 25.0
    table_size: float = 9.0
    inset: float = 3.0  # above and below the text of a cell
    number_width: float = 27.0  # of a column of table three, at least
    stacked_groups: bool = False  # group labels one character a line
    spread_groups: bool = False  # and these over the whole height, so that a page break cuts them
    break_review: int = 0  # table four goes on with this row, counted from 0, on a new page
    stroke_em: float = 0.0  # outline of the characters with round joins: bold and rounded print
    mark: str | None = None  # what stands for zero in rows of zeros
    full_width: bool = False  # １２ for 12, in numbers of up to four digits


LAYOUTS: dict[str, Layout] = {
    "plain": Layout(),
    "own_page": Layout(flow="own_page", digit_font="Libertinus Serif", page_numbers=True),
    "landscape": Layout(flow="landscape", table_size=10.5, number_width=48, margin_mm=22),
    "split": Layout(inset=8.5, table_size=10.5, page_numbers=True),
    "split_repeated": Layout(inset=8.5, table_size=10.5, repeat_header=True, text_font=HEI),
    "landscape_split": Layout(flow="landscape", inset=7.0, number_width=56, repeat_header=True),
    "bare": Layout(title=False, frame="none", variant_titles=True, align="left"),
    "double": Layout(frame="double", rule=0.4, digit_font="New Computer Modern"),
    "shaded": Layout(shade="#d9d9d9", text_font=HEI, digit_font="Arimo", rule=0.75),
    "web": Layout(shade="#dbe5f1", rule_color="#a6a6a6", text_font=HEI, inset=4.5),
    "narrow": Layout(
        number_width=20, table_size=7.5, inset=2.0, stacked_groups=True, margin_mm=31, rule=0.35
    ),
    "wide": Layout(number_width=40, margin_mm=15, align="right", flow="own_page"),
    "blank": Layout(mark="", align="right"),
    "slash": Layout(mark="/", text_font=FALLBACK, heading_font=FALLBACK),
    "dash": Layout(mark="—", digit_font="Arimo", variant_titles=True),
    "full_width": Layout(full_width=True, flow="own_page", number_width=38, margin_mm=18),
    "none_word": Layout(mark="无", align="right", page_numbers=True),
    "left": Layout(align="left", digit_font="Libertinus Serif", number_width=36, margin_mm=18),
    "round": Layout(text_font=HEI, stroke_em=0.04, inset=4.0),
    "bold": Layout(stroke_em=0.025, digit_font="Arimo", flow="own_page"),
    "hair": Layout(rule=0.15, inset=4.0),
    "double_rules": Layout(gutter=1.6, rule=0.35, inset=2.5, margin_mm=18),
    "three_line": Layout(lines="rows", frame="none", rule=0.75, align="right", inset=4.5),
    "three_pages": Layout(inset=17.0, table_size=10.5, page_numbers=True),
    "three_pages_repeated": Layout(
        flow="landscape", inset=9.5, table_size=12, number_width=52, repeat_header=True
    ),
    "cut_group": Layout(inset=10.5, table_size=10.5, stacked_groups=True, spread_groups=True),
    "cut_review": Layout(break_review=3, inset=4.5),
    "cut_review_labels": Layout(break_review=2, text_font=HEI, page_numbers=True),
    "fallback": Layout(text_font=FALLBACK, heading_font=FALLBACK, rule=1.0, inset=4.0),
}
"""The named looks; each is there for one difficulty."""

LAYOUTS = {name: replace(look, name=name) for name, look in LAYOUTS.items()}


def draw_layout(rng: random.Random) -> Layout:
    """Draw a look at random, with the named ones as its ground."""
    look = LAYOUTS[rng.choice(sorted(LAYOUTS))]
    return replace(
        look,
        text_font=rng.choice((SONG, SONG, HEI, FALLBACK)),
        digit_font=rng.choice(
            ("", "", "Libertinus Serif", "New Computer Modern", "Arimo", "DejaVu Sans Mono")
        ),
        align=rng.choice(("center", "center", look.align)),
        rule=look.rule if look.rule < 0.3 else rng.choice((0.3, 0.5, 0.5, 0.75, 1.0)),
        shade=look.shade or rng.choice(("", "", "", "", "#e4e4e4")),
        page_numbers=rng.random() < 0.5,
        inset=look.inset + rng.choice((-0.5, 0.0, 1.0)),
    )
