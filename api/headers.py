"""What every answer tells a browser, whatever it answers: files, JSON, errors, nothing at all.

A route says more where it knows better (the page for people, result pages, files that keep); what
it does not say is filled in here, as strict as it can be: an answer of JSON loads nothing, is not
framed, not guessed to be another type, kept by nobody and read by no other site.
"""

from collections.abc import Iterable
from typing import Literal
from urllib.parse import quote

from starlette.types import ASGIApp, Message, Receive, Scope, Send

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
OVER_TLS = {"Strict-Transport-Security": "max-age=31536000"}
"""Only where the request came that way, by this server's or a trusted proxy's word."""
SANDBOX = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
    "frame-ancestors 'none'"
)
"""What a page shown inline may do: neither run scripts nor load anything."""

_ASCII_NAME = "document"


class Headers:
    """Fill in what an answer does not say itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        wanted = ALWAYS | (OVER_TLS if scope.get("scheme") == "https" else {})

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_missing(message["headers"], wanted)]
            await send(message)

        await self._app(scope, receive, answer)


def disposition(how: Literal["inline", "attachment"], filename: str) -> str:
    """Return a Content-Disposition (RFC 6266): no character of a name is more than a name there."""
    ascii_name = f"{_ASCII_NAME}{_ending(filename)}"
    return f"{how}; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(filename, safe='')}"


def _ending(filename: str) -> str:
    """Return what a name says of the kind of its file, for programs that know no other letters."""
    ending = filename.rpartition(".")[2]
    plain = ending.isascii() and ending.isalnum() and len(ending) <= 5 and ending != filename
    return f".{ending}" if plain else ""


def _missing(
    there: Iterable[tuple[bytes, bytes]], wanted: dict[str, str]
) -> list[tuple[bytes, bytes]]:
    said = {name.lower() for name, _ in there}
    pairs = ((name.lower().encode(), value.encode()) for name, value in wanted.items())
    return [(name, value) for name, value in pairs if name not in said]
