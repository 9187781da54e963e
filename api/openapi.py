"""What /openapi.json says of answers, so that nothing a client may get is left unsaid."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI

from api.errors import MEDIA_TYPE, Problem

Answers = dict[int | str, dict[str, Any]]

_ALWAYS = (401, 403, 422, 429, 503)
_OF_ONE = (404, 410)
"""Of an operation on something that has an id."""
_OF_A_CHANGE = (400, 409, 413)
_OF_A_FILE = (404, 409, 410)
_SUBMISSIONS = frozenset({"/v1/jobs", "/v1/batches"})
_PROBLEM = {"$ref": "#/components/schemas/Problem"}


def files(*media_types: str) -> Answers:
    """Return the answers of an operation that hands out a file: it, or where it is."""
    content = {kind: {"schema": {"type": "string", "format": "binary"}} for kind in media_types}
    moved = {"Location": {"schema": {"type": "string"}, "description": "a presigned address"}}
    return {
        200: {"description": "The file.", "content": content},
        303: {"description": "It is large: fetch it from Location.", "headers": moved},
    }


UNCHANGED: Answers = {304: {"description": "It is as the ETag says."}}


def describe(app: FastAPI) -> None:
    """Have the document of the application tell every problem an operation may answer with."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = plain()
            problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            parts = problem.pop("$defs", {})
            document["components"]["schemas"].update({**parts, "Problem": problem})
            for path, operations in document["paths"].items():
                for method, operation in operations.items():
                    _add(path, method, operation)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _add(path: str, method: str, operation: dict[str, Any]) -> None:
    answers = operation["responses"]
    for status in _problems(path, method) if path.startswith("/v1/") else ():
        answers[str(status)] = _answer(status)


def _problems(path: str, method: str) -> list[int]:
    found = set(_ALWAYS)
    if "{" in path:
        found.update(_OF_ONE)
    if method != "get":
        found.update(_OF_A_CHANGE)
    if "/{job_id}/" in path:
        found.update(_OF_A_FILE)
    if method == "post" and path in _SUBMISSIONS:
        found.update((404, 410, 415))
    return sorted(found)


def _answer(status: int) -> Mapping[str, object]:
    told: dict[str, object] = {
        "description": HTTPStatus(status).phrase,
        "content": {MEDIA_TYPE: {"schema": _PROBLEM}},
    }
    if status in (429, 503):
        told["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
    return told
