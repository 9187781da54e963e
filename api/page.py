"""The page for people as it is served: its files, how long they keep, what the browser may do.

The files under `pages/app/` are sent as they are, below an address that names their content: a
browser may keep them for ever, and after an upgrade asks for new ones. Only the first page has no
such address; it is asked for anew each time. Two modules are made here: the statutory forms and the
phrases that page, workbook and reports share.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from api.form_view import form_view
from schemas import phrases
from schemas.forms import FORMS

MEDIA_TYPES = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
KEPT_FOR_EVER = "public, max-age=31536000, immutable"
ASKED_EACH_TIME = "no-cache"
FIRST = "index.html"

_VERSION = b"{{version}}"


@dataclass(frozen=True, kw_only=True)
class Asset:
    """A file of the page with what the browser is told of it."""

    content: bytes
    media_type: str
    etag: str


@dataclass(frozen=True, kw_only=True)
class Site:
    """All files of the page; `version` is a hash of their content."""

    version: str
    first: Asset
    assets: Mapping[str, Asset]


@lru_cache(maxsize=1)
def site() -> Site:
    """Read the files of the page, once in a process."""
    found = {
        entry.name: entry.read_bytes()
        for entry in sorted(
            files("api").joinpath("pages", "app").iterdir(), key=lambda entry: entry.name
        )
        if entry.name.rpartition(".")[2] in MEDIA_TYPES
    }
    found |= {"forms.js": _forms(), "phrases.js": _phrases()}
    first = found.pop(FIRST)
    told = hashlib.sha256(first)
    for name, content in found.items():
        told.update(f"\n{name} {len(content)}\n".encode() + content)
    version = told.hexdigest()[:12]
    return Site(
        version=version,
        first=_asset(FIRST, first.replace(_VERSION, version.encode())),
        assets={name: _asset(name, content) for name, content in found.items()},
    )


def headers(asset: Asset, keep: str) -> dict[str, str]:
    """Return what is said of every file: how long it keeps."""
    return {"Cache-Control": keep, "ETag": asset.etag}


def guard(store: str | None) -> dict[str, str]:
    """Return what the page may do: run its own modules, talk to this service, show its pictures.

    No markup is ever made from text (trusted types refuse it). `store` is the address of an S3
    server from which large files are fetched, where there is one.
    """
    also = f" {_origin(store)}" if store else ""
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": f"'self' blob:{also}",
        "connect-src": f"'self'{also}",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    }


def _forms() -> bytes:
    """Return the statutory forms as a module."""
    views = {template: form_view(form).model_dump(mode="json") for template, form in FORMS.items()}
    return _module("FORMS", views)


def _phrases() -> bytes:
    """Return the shared phrases as a module: Chinese and English by key."""
    groups: Mapping[str, Mapping[Any, phrases.Phrase]] = {
        "severity": phrases.SEVERITIES,
        "cause": phrases.CAUSES,
        "cause.more": phrases.CAUSES_AT_LENGTH,
        "verdict": phrases.VERDICTS,
        "verdict.more": phrases.VERDICTS_AT_LENGTH,
        "rule": phrases.RULES,
        "flag": phrases.FLAGS,
        "kind": phrases.KINDS,
    }
    found = {f"{group}.{key}": phrase for group, of in groups.items() for key, phrase in of.items()}
    return _module("PHRASES", found)


def _module(name: str, value: object) -> bytes:
    content = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return f"export const {name} = {content};\n".encode()


def _asset(name: str, content: bytes) -> Asset:
    return Asset(
        content=content,
        media_type=MEDIA_TYPES[name.rpartition(".")[2]],
        etag=f'"{hashlib.sha256(content).hexdigest()[:20]}"',
    )


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
