"""From candidate readings to values: n-best digits and the joint decision over the relations."""

from dataclasses import dataclass

from schemas.evidence import Evidence


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The value of one cell and its evidence; fees are decimal strings, counts integers."""

    value: int | str | None
    evidence: Evidence
