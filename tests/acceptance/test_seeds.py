"""Five real reports, as text in the forms in which they were found: complete, exact, and with just
the findings that their texts justify.

They are not ours to keep here: `GOUJI_SHARED` names the folder that holds `seeds/` and `corpus/`.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from schemas.failure import Failure
from schemas.record import Engine, Source
from tests.corpus.truth import compare, read_truth
from workers.engines.inspect import Limits
from workers.steps import Assembly, assemble_document, inspect_document, read_page

SHARED = os.environ.get("GOUJI_SHARED")

pytestmark = pytest.mark.skipif(
    not SHARED, reason="GOUJI_SHARED is not set: the folder of real reports is not here"
)


@dataclass(frozen=True, kw_only=True)
class Seed:
    """A real report: its truth, its findings each with the reason, its region code."""

    truth: str
    issuer: str
    region: str | None
    findings: dict[tuple[str, str], str]
    """Code and a part of the message → why that is right."""


SEEDS = {
    "000": Seed(
        truth="seed000-lianchi",
        issuer="保定市莲池区科学技术局",
        region="130606",
        findings={},  # every aspect, the period and the fee are stated; bookmarks are no values
    ),
    "001": Seed(
        truth="seed001-qingzhou",
        issuer="青州市科学技术局",
        region="370781",
        findings={("STR-ASPECT", "1071"): "section one is over 1,000 characters"},
    ),
    "002": Seed(
        truth="seed002-yanshi",
        issuer="偃师区科学技术局",
        region="410307",
        findings={
            ("STR-LABEL", "本年度止件数"): "for 本年废止件数",
            ("NAR-APPROX", "56"): "56 余条 is exact and approximate at once",
            ("META-PERIOD", ""): "no period of the figures is stated anywhere",
        },
    ),
    "003": Seed(
        truth="seed003-chaoyang",
        issuer="朝阳区科技局",
        region=None,  # there are several of that name, and nothing tells which
        findings={
            ("STR-LABEL", "三类内容事务信息"): "for 三类内部事务信息",
            ("STR-LABEL", "只计这一情况"): "for 只计这一情形",
            ("META-ISSUER", "只见于正文"): "there is no title; the issuer is named in the text",
            ("META-PERIOD", ""): "no period of the figures is stated anywhere",
            ("STR-ASPECT", "第一部分"): "neither management nor platforms are spoken of",
            ("STR-ASPECT", "信息处理费"): "section six says nothing about the fee",
        },
    ),
    "004": Seed(
        truth="seed004-yinzhou",
        issuer="宁波市鄞州区科学技术局（科协）",
        region="330212",
        findings={
            ("STR-SECTION", "“总体情况”没有编号"): "the first title has no number",
            ("STR-SECTION", "第二部分标题"): "情况 is 的情况, which no variant has",
            ("STR-SECTION", "第五部分标题"): "it begins with 工作, which no variant does",
            ("STR-LABEL", "3.其它"): "for 3.其他",
            ("STR-LABEL", "其他政府信息公开申请"): "其 became 其他",
            ("NAR-NUMBER-OF", "5 个"): "five categories are announced, four percentages given",
            ("META-PERIOD", ""): "no period of the figures is stated anywhere",
        },
    ),
}


def assembled(name: str) -> Assembly:
    (path,) = (Path(SHARED or "") / "seeds").glob(f"{name}_*")
    content = path.read_bytes()
    found = inspect_document(content, path.name, Limits())
    assert not isinstance(found, Failure)
    source = Source(
        filename=path.name,
        sha256=found.sha256,
        media_type=found.media_type,
        kind=found.kind,
        pages=found.pages,
    )
    engine = Engine(gouji="0", ocr="none", models={})
    page = read_page(content, found.kind, 1, None).page  # type: ignore[arg-type]  # no engine
    assembly = assemble_document(source, engine, [page], lambda _: b"")
    assert isinstance(assembly, Assembly)
    return assembly


@pytest.mark.parametrize("name", SEEDS)
def test_every_value_is_right_and_unflagged(name: str) -> None:
    truth = read_truth(Path(SHARED or "") / "corpus" / f"{SEEDS[name].truth}.json")
    compared = compare(truth, json.loads(assembled(name).files["record.json"]))
    assert (compared.right, compared.flagged) == (200, 0)


@pytest.mark.parametrize("name", SEEDS)
def test_issuer_year_and_region_are_those_of_the_report(name: str) -> None:
    record = assembled(name).record
    code = record.region.code if record.region else None
    assert (record.issuer, record.year, code) == (SEEDS[name].issuer, 2024, SEEDS[name].region)


@pytest.mark.parametrize("name", SEEDS)
def test_the_findings_are_just_those_the_text_justifies(name: str) -> None:
    findings = assembled(name).validation.findings
    expected = SEEDS[name].findings
    matched = {
        key: [f for f in findings if f.code == key[0] and key[1] in f.message] for key in expected
    }
    assert {key: len(found) for key, found in matched.items()} == dict.fromkeys(expected, 1)
    assert len(findings) == len(expected)
    assert {finding.cause for finding in findings} <= {"source"}
