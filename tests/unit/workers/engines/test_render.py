"""Opening documents: one is left open for its next page, and never one too many."""

import pymupdf
import pytest

from workers.engines import render
from workers.engines.render import RenderError, let_go, open_document, opened, pictures


def document(text: str) -> bytes:
    made = pymupdf.open()
    made.new_page().insert_text((72, 72), text)
    return bytes(made.tobytes())


def test_a_document_stays_open_until_another_is_opened() -> None:
    one, other = document("one"), document("other")
    with opened(one) as first:
        pass
    with opened(bytes(bytearray(one))) as again:  # equal bytes fetched anew
        assert again is first
    with opened(other) as second:
        assert "other" in second[0].get_text()
    assert first.is_closed
    let_go()
    assert second.is_closed


def test_an_error_closes_the_document() -> None:
    with pytest.raises(RenderError), opened(document("one")) as first:
        raise RenderError(reason="page")
    assert first.is_closed


def test_pictures_are_those_of_the_document_open() -> None:
    made = pymupdf.open()
    square = pymupdf.Pixmap(pymupdf.csGRAY, pymupdf.IRect(0, 0, 8, 8))
    made.new_page().insert_image(pymupdf.Rect(10, 20, 50, 60), pixmap=square)
    with opened(bytes(made.tobytes())) as first:
        once, again = pictures(first[0]), pictures(first[0])
        assert [info["bbox"] for info in once] == [(10, 20, 50, 60)] == [i["bbox"] for i in again]
    with opened(document("other")) as second:
        assert pictures(second[0]) == []
    let_go()


def test_a_large_document_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "_KEPT_BYTES", 100)
    with opened(document("one")) as first:
        assert len(first) == 1
    assert first.is_closed


def test_what_is_no_document_is_an_error_and_leaves_nothing_open() -> None:
    with pytest.raises(RenderError), opened(b"no document"):
        pass
    with opened(document("one")) as first:
        assert not first.is_closed
    let_go()


def test_a_pdf_without_its_header_is_opened() -> None:
    content = document("one")
    assert len(open_document(content[content.index(b"\n") + 1 :])) == 1
