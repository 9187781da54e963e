"""What can go wrong with a service.

ClientError              says what happened and what to do next
├── Unreachable          nobody answers at the address, or not to the end
├── Refused              the server's problem+json: `code`, `status`, `retryable`
└── NotAuthentic         a webhook that was not sent by the service, or was altered
"""

import httpx

RETRYABLE = frozenset({429, 500, 502, 503, 504})


class ClientError(Exception):
    """Something did not work; the message says what to do next."""


class Unreachable(ClientError):  # noqa: N818  says what is so
    """Nobody answers at the address."""

    def __init__(self, server: str) -> None:
        super().__init__(
            f"{server} 没有 gouji 服务应答。请用 `gouji serve` 启动，或用 --server 指定其他地址。 "
            f"No gouji service answers at {server}. Start one with `gouji serve`, or name another "
            "address with --server."
        )


class Refused(ClientError):  # noqa: N818  says what is so
    """The server refused; `code` is stable, the message is for people."""

    def __init__(self, status: int, code: str, detail: str, *, retryable: bool) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.retryable = retryable


class NotAuthentic(ClientError):  # noqa: N818  says what is so
    """A webhook whose signature does not hold, or whose time is not now: do not act on it."""


def problem(answer: httpx.Response) -> Refused:
    """Return a server's refusal; an answer that is no problem+json is named by its status."""
    try:
        body = answer.json()
        return Refused(
            answer.status_code,
            str(body["code"]),
            f"{body['detail']} {body['detail_en']}",
            retryable=bool(body["retryable"]),
        )
    except (ValueError, KeyError, TypeError):
        return Refused(
            answer.status_code,
            "unexpected_answer",
            f"服务返回了 {answer.status_code}，格式不是 gouji 的。请检查地址。 "
            f"The server answered {answer.status_code} in a form that is not gouji's. Check that "
            "the address is that of a gouji service.",
            retryable=answer.status_code in RETRYABLE,
        )
