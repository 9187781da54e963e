"""The addresses, schemas and settings customers build on do not change by accident."""

import json
import os
from pathlib import Path

import pytest

from api.app import create_app
from api.routes.schemas import MODELS
from api.settings import ApiSettings

KEPT = Path(__file__).parent.parent.parent / "docs" / "schemas"

PROMISED = {
    "/v1/jobs": {"get", "post"},
    "/v1/jobs/{job_id}": {"get", "delete"},
    "/v1/jobs/{job_id}/events": {"get"},
    "/v1/jobs/{job_id}/result": {"get"},
    "/v1/jobs/{job_id}/validation": {"get"},
    "/v1/jobs/{job_id}/tables": {"get"},
    "/v1/jobs/{job_id}/pages/{number}": {"get"},
    "/v1/jobs/{job_id}/source": {"get"},
    "/v1/jobs/{job_id}/cancel": {"post"},
    "/v1/jobs/{job_id}/retry": {"post"},
    "/v1/batches": {"get", "post"},
    "/v1/batches/{batch_id}": {"get", "delete"},
    "/v1/batches/{batch_id}/items": {"get"},
    "/v1/batches/{batch_id}/export": {"get"},
    "/v1/batches/{batch_id}/events": {"get"},
    "/v1/batches/{batch_id}/cancel": {"post"},
    "/v1/batches/{batch_id}/retry": {"post"},
    "/v1/uploads": {"post"},
    "/v1/uploads/{upload_id}/complete": {"post"},
    "/v1/webhook_endpoints": {"get", "post"},
    "/v1/webhook_endpoints/{endpoint_id}": {"get", "patch", "delete"},
    "/v1/webhook_endpoints/{endpoint_id}/test": {"post"},
    "/v1/webhook_endpoints/{endpoint_id}/rotate_secret": {"post"},
    "/v1/webhook_endpoints/{endpoint_id}/replay": {"post"},
    "/v1/webhook_deliveries": {"get"},
    "/v1/webhook_deliveries/{delivery_id}/replay": {"post"},
    "/v1/api_keys": {"get", "post"},
    "/v1/api_keys/{key_id}": {"delete"},
    "/v1/quota": {"get"},
    "/v1/usage": {"get"},
    "/v1/audit": {"get"},
    "/v1/tenants": {"get"},
    "/v1/tenants/{tenant}": {"get", "put"},
    "/v1/dead_letters": {"get"},
    "/v1/dead_letters/{letter_id}": {"get", "delete"},
    "/v1/dead_letters/{letter_id}/requeue": {"post"},
    "/v1/schemas/{name}/{version}": {"get"},
    "/livez": {"get"},
    "/readyz": {"get"},
    "/metrics": {"get"},
}


def test_every_promised_address_is_served() -> None:
    paths = create_app(ApiSettings()).openapi()["paths"]
    served = {path: set(methods) for path, methods in paths.items()}
    for path, methods in PROMISED.items():
        assert methods <= served.get(path, set()), path


def test_the_filters_of_the_job_list_are_the_promised_ones() -> None:
    operation = create_app(ApiSettings()).openapi()["paths"]["/v1/jobs"]["get"]
    names = {parameter["name"] for parameter in operation["parameters"]}
    wanted = "status batch_id issuer year sha256 verdict created_after cursor limit"
    assert set(wanted.split()) <= names


@pytest.mark.parametrize(("name", "version"), sorted(MODELS))
def test_the_schemas_kept_are_those_of_the_models(name: str, version: str) -> None:
    """Set GOUJI_WRITE_SCHEMAS=1 and run this once after a change that is meant."""
    schema = MODELS[name, version].model_json_schema(by_alias=True, mode="serialization")
    text = json.dumps(schema, ensure_ascii=False, indent=1) + "\n"
    kept = KEPT / f"{name}-{version}.json"
    if os.environ.get("GOUJI_WRITE_SCHEMAS"):
        kept.write_text(text)
    assert kept.read_text() == text
