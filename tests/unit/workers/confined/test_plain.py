"""Plain texts follow one another in one process; nothing else does, and none hears of another."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.environment import Confinement
from schemas.page import Page
from tests.corpus.arrivals import make_arrival
from tests.documents import pdf
from workers.confined import reader as reading
from workers.confined.plain import is_plain
from workers.confined.reader import Reader
from workers.engines.inspection import Inspection, Limits
from workers.pipeline.read.markup import read_markup

TEXTS = [make_arrival("text", seed)[1] for seed in range(3)]


@pytest.fixture(scope="module")
def shared() -> Iterator[Reader]:
    made = Reader(Confinement())
    yield made
    made.close()


def process_of(reader: Reader) -> int:
    assert reader._warm is not None
    warm = reader._warm._process.pid
    deadline = time.monotonic() + 60
    while True:  # it may be about to be forked
        found = Path(f"/proc/{warm}/task/{warm}/children").read_text().split()
        if found or time.monotonic() > deadline:
            return int(found[0])
        time.sleep(0.01)


def page_of(reader: Reader, content: bytes, kind: str = "text") -> Page:
    assert isinstance(reader.inspect(content, "a.txt", Limits()), Inspection)
    page = reader.open_page(content, kind, 1).page
    assert page is not None
    return page


def test_texts_follow_one_another_in_one_process_up_to_a_number(
    shared: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_DOCUMENTS", 2)
    shared.close_document()
    processes = []
    for content in TEXTS:
        page_of(shared, content)
        processes.append(process_of(shared))
    assert processes[0] == processes[1] != processes[2]


@pytest.mark.parametrize(
    "other",
    [
        pdf(1),
        make_arrival("docx", 1)[1],
        make_arrival("html", 1)[1],
        TEXTS[0] + b"\n<span>1</span>",
    ],
    ids=["pdf", "docx", "html", "text with a tag"],
)
def test_what_a_parser_in_c_sees_comes_neither_before_nor_behind_another(
    shared: Reader, other: bytes
) -> None:
    processes = []
    for content in (TEXTS[0], other, TEXTS[0]):
        shared.inspect(content, "a", Limits())
        processes.append(process_of(shared))
    assert len(set(processes)) == 3


def test_a_text_opened_as_something_else_has_a_process_of_its_own(shared: Reader) -> None:
    page_of(shared, TEXTS[0])
    before = process_of(shared)
    shared.open_page(TEXTS[0], "html", 1)
    assert process_of(shared) != before


def test_a_text_is_read_behind_others_as_it_is_alone(shared: Reader) -> None:
    odd = ["１２\t３\n" * 2000, "|" * 5000, "一、\n" * 500, "\x0b\x85 " * 99 + "规章"]
    for content in (*TEXTS, *(text.encode() for text in odd), *TEXTS):
        assert page_of(shared, content) == read_markup(content, "text")


def test_a_text_is_not_blamed_for_what_another_left_behind(shared: Reader) -> None:
    """A process damaged by the first text ends with the second, which is read anew."""
    shared.close_document()
    page_of(shared, TEXTS[0])
    os.kill(process_of(shared), signal.SIGSEGV)
    assert page_of(shared, TEXTS[1]).failure is None


def test_a_text_that_kills_its_process_whoever_was_before_is_refused_by_name(
    shared: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared.close_document()
    page_of(shared, TEXTS[0])
    sent = reading.wire.send

    def deadly(line: object, frame: reading.Frame, limit_s: float | None = None) -> None:
        sent(line, frame, limit_s)  # type: ignore[arg-type]  # a socket
        if TEXTS[1] == frame.content:
            os.kill(process_of(shared), signal.SIGSEGV)

    monkeypatch.setattr(reading.wire, "send", deadly)
    page = shared.open_page(TEXTS[1], "text", 1).page
    assert page is not None
    assert page.failure is not None
    assert page.failure.code == "reading_crashed"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("年度报告".encode(), True),
        ("年度报告".encode("gb18030"), True),
        ("\ufeff年度报告".encode("utf-16"), True),
        ("# 报告\n| 1<br>2 | 3<BR /> |\n|---|---|".encode(), True),
        (b"| <b>1</b> |\n|---|\n| 2 |", False),
        ("\ufeff<b>1</b>".encode("utf-16-le"), False),
        ("\ufeff<b>1</b>".encode("utf-16-be"), False),
        (b"<html>", False),
        (b"%PDF-1.4", False),
        (b"PK\x03\x04", False),
        (b"{\\rtf1 a}", False),
        (b"\x00\x01\x02", False),
        (b"", False),
    ],
)
def test_plain_is_a_text_without_tags(content: bytes, expected: bool) -> None:
    assert is_plain(content) is expected
