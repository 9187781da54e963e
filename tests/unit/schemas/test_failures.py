"""Every failure has words in both languages, and says what to do next."""

import inspect
import re
from typing import get_args

import pytest

from schemas import failures
from schemas.failure import Failure, FailureCode
from schemas.formats import FORMATS

_ZIP, _RAR, _DOCX = FORMATS["zip"], FORMATS["rar"], FORMATS["docx"]

CASES: list[Failure] = [
    failures.file_unreadable(),
    failures.empty_file(),
    failures.not_a_document(),
    failures.unsupported_type(_DOCX),
    failures.archive_as_document(_ZIP),
    failures.archive_as_document(_RAR),
    failures.truncated(FORMATS["pdf"]),
    failures.damaged(FORMATS["jpeg"]),
    failures.encrypted(FORMATS["pdf"]),
    failures.encoding_unknown(FORMATS["html"]),
    failures.tables_are_pictures(),
    failures.converter_missing(FORMATS["ole"]),
    failures.conversion_failed(FORMATS["rtf"]),
    failures.no_pages(),
    failures.too_large(300 * 1024 * 1024, 200 * 1024 * 1024),
    failures.too_large(None, 1536),
    failures.too_many_pages(500),
    failures.page_too_large(3, 60000, 60000, 100_000_000),
    failures.document_bomb(),
    failures.too_many_objects(500_000),
    failures.duplicate("a/b.pdf"),
    failures.not_a_report(),
    failures.several_reports(),
    failures.template_unsupported(2018),
    failures.template_unsupported(None),
    failures.page_unreadable(2),
    failures.reading_crashed(),
    failures.timed_out(90.0),
    failures.out_of_memory(),
    failures.attempts_exhausted(3),
    failures.storage_unavailable(),
    failures.internal(),
    failures.archive_corrupt(),
    failures.archive_corrupt(incomplete=True),
    failures.archive_empty(),
    failures.archive_encrypted(whole=True),
    failures.archive_encrypted(whole=False),
    failures.archive_too_many_entries(10),
    failures.archive_bomb("member"),
    failures.archive_bomb("whole"),
    failures.archive_path_unsafe(),
    failures.archive_link(),
    failures.archive_special_file(),
    failures.archive_nested(),
    failures.archive_member_damaged(),
    failures.archive_method_unsupported(),
]


@pytest.mark.parametrize("failure", CASES, ids=lambda failure: failure.code)
def test_words_are_complete(failure: Failure) -> None:
    assert failure.message.endswith("。")
    assert re.search("请|排除|系统会|无需处理", failure.message), "what to do next"
    assert failure.message_en.endswith(".")
    assert not re.search(r"[一-鿿]|\bNone\b|  ", failure.message_en)


def test_every_code_has_words_and_every_function_is_tried() -> None:
    assert {failure.code for failure in CASES} == set(get_args(FailureCode))
    makers = [name for name, function in inspect.getmembers(failures, inspect.isfunction)
              if inspect.signature(function).return_annotation is Failure
              and not name.startswith("_")]  # fmt: skip
    assert len(makers) == len({failure.code for failure in CASES})


@pytest.mark.parametrize(
    ("size", "text"),
    [(1, "1 KB"), (1536, "2 KB"), (1024 * 1024, "1 MB"), (1572864, "1.5 MB"), (2**30, "1024 MB")],
)
def test_sizes_read_as_people_say_them(size: int, text: str) -> None:
    assert failures.size_text(size) == text
