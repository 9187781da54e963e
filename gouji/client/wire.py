"""What sync and async share of HTTP: how a request becomes arguments of httpx."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

import httpx

from gouji.client.errors import ClientError
from gouji.client.flow import Ask
from gouji.client.patience import Session

CHUNK_BYTES = 1024 * 1024


def settings(server: str, timeout_s: float) -> dict[str, Any]:
    """Return what both clients of httpx are made with; no proxy stands before this machine."""
    return {
        "timeout": httpx.Timeout(timeout_s, connect=10),
        "follow_redirects": False,
        "trust_env": not _is_here(server),
    }


def session(server: str) -> Session:
    """Return the state a client keeps of its server."""
    if not server.startswith(("http://", "https://")):
        raise ClientError(
            f"{server} 不是服务地址；地址以 http:// 或 https:// 开头。 "
            f"{server} is no address of a service: it begins with http:// or https://."
        )
    return Session(server=server.rstrip("/"))


def authorisation(key: str | None) -> dict[str, str]:
    """Return the header that says who asks."""
    return {"Authorization": f"Bearer {key}"} if key else {}


def arguments(ask: Ask, server: str, ours: dict[str, str], opened: ExitStack) -> dict[str, Any]:
    """Return a request as httpx takes it; its files are open for as long as `opened`."""
    found: dict[str, Any] = {
        "method": ask.method,
        "url": ask.address if ask.elsewhere else server + ask.address,
        "params": dict(ask.params) or None,
        "headers": dict(ask.headers) if ask.elsewhere else {**ours, **ask.headers},
    }
    if ask.json is not None:
        found["json"] = ask.json
    if ask.content is not None:
        found["content"] = ask.content
    if ask.files:
        found["data"] = dict(ask.fields)
        found["files"] = [
            ("file", (path.name, opened.enter_context(path.open("rb")))) for path in ask.files
        ]
    if ask.timeout_s is not None:
        found["timeout"] = httpx.Timeout(ask.timeout_s, connect=10)
    return found


@contextmanager
def whole(target: Path) -> Iterator[BinaryIO]:
    """Write a file whole or not at all."""
    aside = target.with_name(target.name + ".part")
    try:
        with aside.open("wb") as file:
            yield file
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)


def _is_here(server: str) -> bool:
    host = urlsplit(server).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
