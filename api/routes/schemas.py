"""/v1/schemas: the JSON Schemas of what customers get, made from the models themselves."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from api.errors import not_found
from schemas.batch import Batch
from schemas.event import WebhookEvent
from schemas.job import Job
from schemas.record import Record
from schemas.table import Tables
from schemas.validation import Validation

router = APIRouter(prefix="/v1/schemas", tags=["schemas"])

MODELS: dict[tuple[str, str], type[BaseModel]] = {
    ("annual-report", "1"): Record,
    ("validation", "1"): Validation,
    ("tables", "1"): Tables,
    ("job", "1"): Job,
    ("batch", "1"): Batch,
    ("webhook-event", "1"): WebhookEvent,
}


@router.get("")
def list_schemas() -> dict[str, list[str]]:
    """List the addresses of all schemas."""
    return {"data": [f"/v1/schemas/{name}/{version}" for name, version in MODELS]}


@router.get("/{name}/{version}")
def get_schema(name: str, version: str) -> dict[str, Any]:
    """Return one JSON Schema."""
    model = MODELS.get((name, version))
    if model is None:
        raise not_found("模式", "schema")
    return model.model_json_schema(by_alias=True, mode="serialization")
