"""Jobs the service has finished, made to tell of reports that were made up."""

from pathlib import Path

import httpx

from schemas.evidence import Evidence
from schemas.validation import Validation
from tests.documents import pdf
from tests.stack import Stack
from tests.strategies import LINES, Report, build_report, values_of
from workers.pipeline.validate.validate import validate


def finished(http: httpx.Client, mark: str) -> str:
    files = {"file": (f"{mark}.pdf", pdf(3, mark))}
    job = http.post("/v1/jobs", files=files, headers={"Prefer": "wait=30"}).json()
    assert job["status"] == "succeeded", job
    return str(job["id"])


def put(stack: Stack, job_id: str, report: Report) -> Validation:
    """Have a finished job tell of a report that was made up, instead of the null engine's."""
    validation = validate(report.record, report.registration, report.pages)
    folder = Path(stack.environment["GOUJI_OBJECTS_DIR"]) / "local" / "jobs" / job_id
    assert (folder / "record.json").exists()
    (folder / "record.json").write_text(report.record.model_dump_json(by_alias=True))
    (folder / "validation.json").write_text(validation.model_dump_json(by_alias=True))
    return validation


def faulty(**changes: object) -> Report:
    """A report whose 予以公开 row and column break, with doubt, a blank and a claim."""
    doubt = Evidence(
        kind="number",
        text="7",
        source="ocr",
        confidence=0.61,
        page=2,
        box=(0.7, 0.5, 0.78, 0.53),
        flag="doubtful",
        alternatives=("1",),
    )
    values = values_of({"granted": (4, 0, 0, 0, 0, 0), "new_requests": (4, 0, 0, 0, 0, 0)})
    values |= {"/requests/granted/natural_person": 9, "/requests/carried_over/other": None}
    values |= {"/proactive_disclosure/administrative_penalties": 7}
    evidence = {"/proactive_disclosure/administrative_penalties": doubt}
    lines = [line.replace("，监督保障到位", "") for line in LINES]  # worth a note
    return build_report(values, evidence=evidence, lines=lines, **changes)
