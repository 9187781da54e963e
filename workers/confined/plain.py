"""Which documents may follow one another in one process: texts that no parser written in C sees.

A text without tags is taken apart by Python code of ours, which such a document cannot take over.
"""

import re

from schemas.formats import sniff
from workers.confined.messages import Ask, AskInspection, AskPage

PLAIN_KINDS = frozenset({"markdown", "text"})
MOST_DOCUMENTS = 64
"""Of one process: what one leaves in its memory does not add up for long."""

_BREAK = re.compile(rb"<br\s*/?>", re.I)
"""The one tag that Markdown of reports is full of; it is taken off as text."""


def is_plain(content: bytes) -> bool:
    """Say whether a document is read by Python alone.

    In every encoding that is read, a tag begins with this byte.
    """
    if b"<" in content and b"<" in _BREAK.sub(b"", content):
        return False
    kind = sniff(content, "")
    return kind is not None and kind.name in PLAIN_KINDS


def is_asked_plainly(ask: Ask) -> bool:
    """Say whether an ask has a plain text read as what it is."""
    return isinstance(ask, AskInspection) or (isinstance(ask, AskPage) and ask.kind in PLAIN_KINDS)
