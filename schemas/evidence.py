"""Where a number comes from and how far it can be trusted."""

from typing import Literal

from schemas.value import Box, Fraction, Value

Kind = Literal["number", "zero", "blank", "not_applicable", "missing"]
Source = Literal["ocr", "text_layer", "markup", "inferred"]
Flag = Literal["doubtful", "corrected", "inferred"]


class Evidence(Value):
    """The evidence of one of the values of a record, keyed there by JSON pointer.

    `flag` is null only for a value that can be relied on; `read_as` holds what the pixels alone
    said best when the value was corrected by the relations; `alternatives` are the other readings
    that could not be excluded.
    """

    kind: Kind
    text: str
    source: Source
    confidence: Fraction
    page: int | None
    box: Box | None
    flag: Flag | None = None
    read_as: str | None = None
    alternatives: tuple[str, ...] = ()
