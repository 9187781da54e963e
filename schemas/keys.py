"""Where objects lie: keys computed from ids and hashes, so that doing a thing twice is once.

Everything begins with the tenant. Uploads and page readings are named by content, results by job.
"""

import hashlib

from schemas.record import Engine

LONG_TABLE = "long.csv"
"""The tidy rows of one report, which the export of a batch strings together."""

RESULTS = (
    "record.json", "validation.json", "tables.json", "validation.html", "workbook.xlsx",
    "searchable.pdf", LONG_TABLE,
)  # fmt: skip
"""Every file a job may have for a result."""


def upload(tenant: str, sha256: str) -> str:
    """Return the key of a file as it was handed in."""
    return f"{tenant}/uploads/{sha256}"


def incoming(tenant: str, upload_id: str) -> str:
    """Return the key of a direct upload whose hash is not known yet."""
    return f"{tenant}/incoming/{upload_id}"


def upload_part(incoming_key: str, number: int) -> str:
    """Return the key of a part of a direct upload, in a folder as store; numbers count from 1."""
    return f"{incoming_key}.parts/{number:05d}"


def listing(tenant: str, batch_id: str) -> str:
    """Return the key of the names found under a batch's prefix, one JSON string a line."""
    return f"{tenant}/listings/{batch_id}.jsonl"


def engine_version(engine: Engine) -> str:
    """Return 16 hexadecimal digits that change with any version or model of the engine."""
    return hashlib.sha256(engine.model_dump_json().encode()).hexdigest()[:16]


def page_reading(tenant: str, sha256: str, engine: Engine, number: int) -> str:
    """Return the key of the reading of a page by an engine; its picture lies beside it."""
    return f"{tenant}/pages/{sha256}/{engine_version(engine)}/{number:04d}.json"


def page_image(reading_key: str) -> str:
    """Return the key of the upright picture that belongs to a page reading."""
    return reading_key.removesuffix(".json") + ".webp"


def failed_page(tenant: str, job_id: str, number: int) -> str:
    """Return the key of the reading of a page that failed: its job's, so that nobody reuses it."""
    return result(tenant, job_id, f"failed_pages/{number:04d}.json")


def result(tenant: str, job_id: str, name: str) -> str:
    """Return the key of a result file, e.g. `record.json`."""
    return f"{tenant}/jobs/{job_id}/{name}"
