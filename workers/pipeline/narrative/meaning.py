"""A quantity with the words around it → which values of the form it may be told of."""

import re
from dataclasses import dataclass, replace
from typing import Literal

from workers.pipeline.narrative import disclosure_words, request_words, review_words
from workers.pipeline.narrative.quantities import CASES, MONEY, Quantity
from workers.pipeline.narrative.subjects import (
    CARRIED,
    FEES,
    FORWARD,
    HANDLED,
    INFORMATION_FEE,
    NEW,
    RECEIVED,
    REVIEW,
    TREATED,
    of_column,
)
from workers.pipeline.narrative.words import is_partial, is_something_else

Topic = Literal["requests", "review", "litigation", "documents", "other"]
Readings = tuple[str, ...]

_NO_FEE = re.compile(r"[未无没]|减免|标准|每")
_NO_DECISIONS = frozenset({"条", "个", "份", "封"})
_OPENS = re.compile(
    r"^(?:其中|其余|剩余|余下|另外|另有|还有|尚有|仍有|此外|另|有|对|已|已将|将|：|共有|余|的|共|已对|分别"
    r"|依法|按规定|截至年底|截至20\d\d年底?|截至20\d\d年12月31日|目前|年底)*$"
)
_BY_VERB: dict[str, Readings] = {
    "new": (NEW,),
    "taken": RECEIVED,
    "treated": TREATED,
    "done": (HANDLED,),
}


@dataclass(frozen=True)
class Place:
    """The words around a quantity, up to the next stop or quantity."""

    head: str
    tail: str
    clause: str
    """From the last stop on, earlier quantities included."""
    sentence: str
    begin: int
    """Where the sentence begins."""
    mark: str
    """The stop that ends the words behind, if one does."""

    def named(self, name: str) -> "Place":
        """Return the place with other words before the quantity."""
        return replace(self, head=name)


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What the text before a quantity has settled."""

    topic: Topic | None
    kind: str | None
    """The kind of rule spoken of, when rules are."""
    total: Readings
    """The readings of the last total of requests, which applicants are parts of."""
    lawsuits: Readings
    """The lawsuits spoken of last, which results are told of."""
    courts: bool
    """Whether reviews and lawsuits are about disclosure."""
    fees: bool
    """Whether charges are those for information."""
    year: int | None
    """The report year, which tells 结转 into it from 结转 out of it."""


def before(quantity: Quantity, place: Place, setting: Setting) -> Readings | None:
    """Return the readings by the words before a quantity."""
    if quantity.unit in MONEY:
        return _money(place.head, setting)
    cases = quantity.unit in CASES
    others = cases and is_something_else(place.tail, quantity.unit)
    return (
        (_of_review(place.head, setting) if cases else None)
        or (_of_requests(place.head, setting) if cases and not others else None)
        or _of_documents(quantity, place.head, setting)
        or (_of_decisions(quantity, place) if cases else None)
    )


def _money(head: str, setting: Setting) -> Readings | None:
    if disclosure_words.FEES_BEFORE.search(head):
        return (FEES,)
    named = disclosure_words.INFORMATION_FEE.search(head)
    charged = setting.fees and disclosure_words.CHARGED.search(head)
    return (INFORMATION_FEE,) if (named or charged) and not _NO_FEE.search(head) else None


def _of_requests(head: str, setting: Setting) -> Readings | None:
    known = setting.topic == "requests"
    if known:
        if found := request_words.outcome_before(head):
            return (found,)
        if columns := request_words.columns_before(head):
            return of_column(setting.total, *columns)
        if request_words.open_before(head):
            return (FORWARD,)
    if known or "申请" in head:
        if request_words.carried_before(head, setting.year):
            return (CARRIED,)
        if request_words.forward_before(head, setting.year):
            return (FORWARD,)
    return request_words.requests_before(head, known=known)


def _of_review(head: str, setting: Setting) -> Readings | None:
    if not setting.courts:
        return None
    if named := review_words.reviews_before(head):
        return review_words.REVIEW_PATHS[named]
    return _of_result(review_words.result_before(head), setting)


def _of_result(result: str | None, setting: Setting) -> Readings | None:
    """Return the readings of a result; what is judged is what the text spoke of last."""
    if result is None or setting.topic not in ("review", "litigation"):
        return None
    return of_column((REVIEW,) if setting.topic == "review" else setting.lawsuits, result)


def _of_documents(quantity: Quantity, head: str, setting: Setting) -> Readings | None:
    if quantity.unit not in disclosure_words.PAPERS:
        return None
    kind = setting.kind if setting.topic == "documents" else None
    found = disclosure_words.documents_before(head, kind)
    return (found,) if found else None


def _of_decisions(quantity: Quantity, place: Place) -> Readings | None:
    powers = disclosure_words.powers_before(place.head)
    if powers is None or disclosure_words.POWERS_NOT.search(place.sentence):
        return None
    expression, decided = powers
    listed = quantity.unit in _NO_DECISIONS or (quantity.unit == "项" and not decided)
    return None if listed else (expression,)


def behind(quantity: Quantity, place: Place, setting: Setting) -> Readings | None:
    """Return the readings by the words behind a quantity, and the verb before it."""
    if quantity.unit in disclosure_words.PAPERS:
        found = disclosure_words.documents_around(place.head, place.tail)
        if found:
            return (found,)
    if quantity.unit not in CASES:
        return None
    told = _with_verb(place) or _behind_courts(place, setting)
    if told is not None or not _OPENS.match(place.head):
        return told
    if setting.topic != "requests":
        return _of_result(review_words.result_behind(place.tail), setting)
    columns = request_words.columns_behind(place.tail)
    if columns:
        return of_column(setting.total, *columns)
    return request_words.behind(place.tail, setting.year)


def _with_verb(place: Place) -> Readings | None:
    """Return the readings of “收到12件政府信息公开申请” and “作出12件行政许可决定”."""
    verb = request_words.VERB_BEFORE.search(place.head)
    asked = verb and request_words.REQUEST_BEHIND.match(place.tail + place.mark)
    if verb and asked and not is_partial(place.head):
        return _BY_VERB[str(verb.lastgroup)]
    powers = disclosure_words.powers_around(place.head, place.tail)
    published = disclosure_words.POWERS_NOT.search(place.sentence)
    return (powers,) if powers and not published else None


def _behind_courts(place: Place, setting: Setting) -> Readings | None:
    named = review_words.reviews_behind(place.tail) if setting.courts else None
    if named is None or review_words.REVIEWING.search(place.head):
        return None
    return review_words.REVIEW_PATHS[named]
