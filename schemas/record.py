"""The normalised report: the content of `record.json`. Keys follow the statutory form."""

from datetime import date
from typing import Literal

from pydantic import Field

from schemas.evidence import Evidence
from schemas.value import Value

Template = Literal["2019", "2021"]
Scope = Literal["organ", "aggregate", "unknown"]
DocumentKind = Literal[
    "scan", "image", "born_digital", "docx", "html", "markdown", "text", "ofd", "mixed"
]


class Source(Value):
    """The document a record was read from."""

    filename: str
    sha256: str
    media_type: str
    kind: DocumentKind
    pages: int


class Engine(Value):
    """What read the document: versions and the hashes of the models."""

    gouji: str
    ocr: str
    models: dict[str, str]


class Region(Value):
    """An administrative division: its six-digit code (GB/T 2260) and full name."""

    code: str
    name: str


class Period(Value):
    """The period the figures cover, both days included."""

    start: date
    end: date


class Section(Value):
    """A section of the narrative; `number` is null when the report prints none."""

    number: int | None
    title: str
    text: str


class Claim(Value):
    """A number the text states, and whether it holds.

    `subject` is a dotted path into the record, 总计 implied (`requests.new_requests`), or several
    joined by `+`; a path ending in `_*` is the sum of a group of rows. What is told within the
    text alone begins with `text.` (`list`, `share`, `categories`, `approximate`,
    `information_fee`); `growth.` before a path is its change against last year, signed.
    """

    section: int | None
    text: str
    subject: str
    stated: str
    unit: str | None
    span: tuple[int, int] | None = None
    """Begin and end of `text` in the text of its section; two spans are equal or apart."""
    holds: bool | None = None
    """Null when nothing certain is there to compare with."""


class IssuanceCounts(Value):
    """本年制发件数, 本年废止件数, 现行有效件数 of one kind of rule."""

    issued: int | None
    repealed: int | None
    in_force: int | None


class ProactiveDisclosure(Value):
    """Table two, 主动公开政府信息情况, of the form of 2021."""

    regulations: IssuanceCounts
    normative_documents: IssuanceCounts
    administrative_licensing: int | None
    administrative_penalties: int | None
    administrative_compulsory_measures: int | None
    administrative_fees_10k_yuan: str | None
    """Decimal, 万元, exactly as printed."""


class DocumentCounts(Value):
    """本年新制作数量, 本年新公开数量, 对外公开总数量 of one kind of document."""

    made: int | None
    published: int | None
    published_total: int | None


class ItemCounts(Value):
    """上一年项目数量 and 本年增/减 of one kind of item; `change` may be negative."""

    previous_items: int | None
    change: int | None


class DecidedItemCounts(ItemCounts):
    """The items of one kind, and 处理决定数量: how many decisions were taken on them."""

    decisions: int | None


class Procurement(Value):
    """采购项目数量 and 采购总金额 of 政府集中采购."""

    projects: int | None
    amount: str | None
    """Decimal, exactly as printed; the form states no unit."""


class ProactiveDisclosure2019(Value):
    """Table two, 主动公开政府信息情况, of the form of 2019."""

    regulations: DocumentCounts
    normative_documents: DocumentCounts
    administrative_licensing: DecidedItemCounts
    other_management_services: DecidedItemCounts
    administrative_penalties: DecidedItemCounts
    administrative_compulsory_measures: DecidedItemCounts
    administrative_fees: ItemCounts
    government_procurement: Procurement


class ApplicantCounts(Value):
    """One row of table three: requests by applicant."""

    natural_person: int | None
    commercial_enterprise: int | None
    research_institution: int | None
    social_welfare_organization: int | None
    legal_service_institution: int | None
    other: int | None
    total: int | None


class ReviewCounts(Value):
    """One block of table four: outcomes of review or litigation."""

    upheld: int | None
    corrected: int | None
    other: int | None
    pending: int | None
    total: int | None


class ReviewAndLitigation(Value):
    """Table four, 行政复议、行政诉讼情况."""

    administrative_reconsideration: ReviewCounts
    litigation_direct: ReviewCounts
    litigation_after_reconsideration: ReviewCounts


class Record(Value):
    """One annual report. Every value null or not has its evidence, keyed by JSON pointer."""

    schema_: Literal["gouji/annual-report/1"] = Field(
        default="gouji/annual-report/1", alias="schema"
    )
    source: Source
    engine: Engine
    issuer: str | None
    region: Region | None
    year: int | None
    period: Period | None
    template: Template | None
    title: str | None
    scope: Scope
    sections: tuple[Section, ...]
    proactive_disclosure: ProactiveDisclosure | ProactiveDisclosure2019
    """By the form of `template`; where that is null, by the form of 2021."""
    requests: dict[str, ApplicantCounts]
    """The rows of table three by key, in the order of the form."""
    review_and_litigation: ReviewAndLitigation
    claims: tuple[Claim, ...] = ()
    evidence: dict[str, Evidence]
