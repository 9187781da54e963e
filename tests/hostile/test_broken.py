"""Broken files end in a typed refusal or an honest record.

They are opened as in the service, each in a confined process: what crashes or hangs there is told
by name, and the reader goes on. `make hostile` takes every kilobyte and 400 seeds, CI some of each.
"""

import os

import pytest

from tests.hostile.conftest import Outcome
from tests.hostile.files import WHOLE, cuts, flipped

LONG = os.environ.get("GOUJI_TEST_HOSTILE") == "long"
SEEDS = range(400) if LONG else range(6)
EVERY = 1024 if LONG else 8 * 1024
EXPECTED = {
    *("ok", "truncated", "damaged", "not_a_document", "unsupported_type", "encrypted", "no_pages"),
    *("encoding_unknown", "page_too_large", "too_many_pages", "document_bomb", "page_unreadable"),
    *("archive_as_document", "tables_are_pictures", "converter_missing", "too_many_objects"),
}
"""A crash, a hang and hunger for memory are no part of it: such a file is worth a look."""


@pytest.mark.parametrize("kind", WHOLE)
def test_whole_files_are_read(outcome: Outcome, kind: str) -> None:
    assert outcome(WHOLE[kind]()) == "ok"


@pytest.mark.parametrize("kind", WHOLE)
def test_a_file_cut_anywhere_is_refused_by_name_or_read(outcome: Outcome, kind: str) -> None:
    outcomes = {len(cut): outcome(cut) for cut in cuts(WHOLE[kind](), EVERY)}
    assert {at: code for at, code in outcomes.items() if code not in EXPECTED} == {}


@pytest.mark.parametrize("kind", WHOLE)
def test_a_file_with_bits_turned_over_is_refused_by_name_or_read(
    outcome: Outcome, kind: str
) -> None:
    content = WHOLE[kind]()
    outcomes = {seed: outcome(flipped(content, seed)) for seed in SEEDS}
    assert {seed: code for seed, code in outcomes.items() if code not in EXPECTED} == {}
