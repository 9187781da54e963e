"""Around every request: an id for logs and errors, a limit on what comes in, and HEAD."""

import re
import secrets
import time

import structlog
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import refused, unforeseen
from schemas import failures
from storage import tracing
from storage.tally import TALLY

log = structlog.get_logger()

_GIVEN_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
_QUIET = frozenset({"/livez", "/readyz", "/metrics"})


class RequestId:
    """Give each request an id (or keep a harmless one it brings), answer with it, log by it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = dict(scope["headers"]).get(b"x-request-id", b"")
        request_id = given.decode() if _GIVEN_ID.fullmatch(given) else secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id
        started = time.monotonic()
        status, begun = 500, False

        async def answer(message: Message) -> None:
            nonlocal status, begun
            if message["type"] == "http.response.start":
                begun = True
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        headers = dict(scope["headers"])
        parent = headers.get(b"traceparent", b"").decode("latin-1") or None
        with (
            structlog.contextvars.bound_contextvars(request_id=request_id),
            tracing.span("request", parent, "server", {"gouji.request_id": request_id}) as traced,
        ):
            try:
                await self._app(scope, receive, answer)
            except Exception as exc:  # the framework's own net hangs outside of all this
                if begun:
                    raise
                await (await unforeseen(Request(scope), exc))(scope, receive, answer)
            finally:
                traced.name(*_described(scope, status))
                seconds = time.monotonic() - started
                _count(scope, status, seconds)
                if scope["path"] not in _QUIET:
                    took_ms = round(seconds * 1000)
                    log.info("request", method=scope["method"], path=scope["path"],
                             status=status, duration_ms=took_ms,
                             tenant=scope["state"].get("tenant"))  # fmt: skip


def _count(scope: Scope, status: int, seconds: float) -> None:
    """Count an answer by its route as it is declared: of paths and methods there is no end."""
    route = _route(scope)
    method = scope["method"] if scope["method"] in _METHODS else "other"
    TALLY.time("http", seconds, method, route, f"{status // 100}xx")


def _route(scope: Scope) -> str:
    return getattr(scope.get("route"), "path", "none")


def _described(scope: Scope, status: int) -> tuple[str, dict[str, str | int]]:
    """Return name and attributes of a request's span, in OpenTelemetry's own words."""
    return f"{scope['method']} {_route(scope)}", {
        "http.request.method": scope["method"],
        "http.route": _route(scope),
        "http.response.status_code": status,
    }


class BodyLimit:
    """Stop reading a body that is larger than anything this service takes."""

    def __init__(self, app: ASGIApp, limit_bytes: int) -> None:
        self._app = app
        self._limit = limit_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; what is over the limit is answered 413 as soon as that is known."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        announced = int(declared) if declared.isdigit() else 0
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            if announced > self._limit:
                raise refused(413, failures.too_large(announced, self._limit))
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._limit:
                raise refused(413, failures.too_large(seen, self._limit))
            return message

        await self._app(scope, counted, send)


class _Answered(Exception):  # noqa: N818  says what is so, not that it is wrong
    """Head and status are sent, and there is to be no body."""


class Head:
    """Answer HEAD as GET would, without its body: nothing is read that nobody gets.

    The routes are told GET. The innermost, so that all around see an answer as any other.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return

        async def answer(message: Message) -> None:
            await send(message)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            raise _Answered

        asked = {**scope, "method": "GET"}
        try:
            await self._app(asked, receive, answer)
        except* _Answered:
            pass
        finally:
            scope.update({name: asked[name] for name in ("route",) if name in asked})
