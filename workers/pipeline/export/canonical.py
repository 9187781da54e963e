"""Canonical JSON: the same value gives the same bytes, on every machine."""

from pydantic import BaseModel


def json_bytes(value: BaseModel) -> bytes:
    """Return a value as readable JSON in the order of its fields, UTF-8, ending in a newline."""
    return (value.model_dump_json(by_alias=True, indent=1) + "\n").encode()
