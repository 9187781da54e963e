"""Canonical JSON: the same value gives the same bytes, on every machine."""

import json

from pydantic import BaseModel


def json_bytes(value: BaseModel) -> bytes:
    """Return a value as readable JSON in the order of its fields, UTF-8, ending in a newline."""
    content = value.model_dump(mode="json", by_alias=True)
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()
