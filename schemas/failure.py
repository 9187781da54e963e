"""A fault of a document or of the service, as a value: what customers are told and may act on."""

from typing import Literal

from schemas.value import Value

Category = Literal["input", "capacity", "timeout", "dependency", "internal", "policy"]

FailureCode = Literal[
    "file_unreadable",
    "empty_file",
    "unsupported_type",
    "not_a_document",
    "truncated",
    "damaged",
    "encrypted",
    "encoding_unknown",
    "tables_are_pictures",
    "converter_missing",
    "conversion_failed",
    "no_pages",
    "too_large",
    "too_many_pages",
    "page_too_large",
    "document_bomb",
    "too_many_objects",
    "archive_as_document",
    "duplicate",
    "not_a_report",
    "several_reports",
    "template_unsupported",
    "archive_corrupt",
    "archive_empty",
    "archive_member_damaged",
    "archive_method_unsupported",
    "archive_path_unsafe",
    "archive_link",
    "archive_special_file",
    "archive_bomb",
    "archive_nested",
    "archive_encrypted",
    "archive_too_many_entries",
    "page_unreadable",
    "reading_crashed",
    "timed_out",
    "out_of_memory",
    "attempts_exhausted",
    "storage_unavailable",
    "internal",
]


class Failure(Value):
    """Why something could not be done, and what the reader can do next."""

    code: FailureCode
    category: Category
    retryable: bool
    message: str
    """One or two sentences in Chinese: what happened, and what to do next."""
    message_en: str


def refusal(code: FailureCode, message: str, message_en: str) -> Failure:
    """Return a fault of what was sent: trying the same again cannot help."""
    return Failure(
        code=code, category="input", retryable=False, message=message, message_en=message_en
    )
