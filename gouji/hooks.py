"""`gouji webhooks …`: addresses that are told of events, and what was sent to them."""

import json as json_module
from datetime import UTC, datetime
from typing import Annotated, cast

import typer
from pydantic import BaseModel

from gouji.client import Client
from gouji.service import SERVER, Json, Key, Server
from gouji.terminal import Terminal
from schemas.event import Delivery, Endpoint, EndpointSecret, Subscribable

app = typer.Typer(
    name="webhooks",
    help="事件通知。 Addresses that are told of events, and what was sent to them.",
    no_args_is_help=True,
)

Address = Annotated[str, typer.Argument(help="whe_…", show_default=False)]
_SHOWN = 20


@app.command("list")
def list_all(server: Server = SERVER, key: Key = None, json: Json = False) -> None:
    """列出接收地址。 List the registered addresses."""
    terminal = Terminal(as_json=json)
    with Client(server, key) as client:
        for endpoint in client.endpoints():
            _print(terminal, endpoint, _line(endpoint))


@app.command()
def add(
    url: Annotated[str, typer.Argument(help="https://…", show_default=False)],
    event: Annotated[
        list[str] | None,
        typer.Option(help="只要这种事件， 可多次给出。 Only these; may be given several times."),
    ] = None,
    server: Server = SERVER,
    key: Key = None,
    json: Json = False,
) -> None:
    """登记接收地址； 密钥只显示这一次。 Register an address; its secret is said only now."""
    with Client(server, key) as client:
        made = client.register(url, cast("list[Subscribable]", event or []))
    _print(Terminal(as_json=json), made, f"{made.id}  {made.url}\n密钥 secret: {made.secret}")


@app.command()
def remove(
    id: Address,  # noqa: A002  as the other commands name it
    server: Server = SERVER,
    key: Key = None,
    json: Json = False,
) -> None:
    """删除接收地址。 Forget an address."""
    with Client(server, key) as client:
        client.unregister(id)
    Terminal(as_json=json).result({"id": id, "removed": True}, f"{id}: 已删除 removed")


@app.command()
def enable(
    id: Address,  # noqa: A002  as the other commands name it
    server: Server = SERVER,
    key: Key = None,
    json: Json = False,
) -> None:
    """重新启用被停用的地址。 Switch an address on again; see `replay` for what it missed."""
    with Client(server, key) as client:
        endpoint = client.change_endpoint(id, {"enabled": True})
    _print(Terminal(as_json=json), endpoint, _line(endpoint))


@app.command()
def rotate(
    id: Address,  # noqa: A002  as the other commands name it
    overlap_hours: Annotated[
        int,
        typer.Option(min=0, max=168, help="旧密钥并用时数。 How long the old one signs along."),
    ] = 24,
    server: Server = SERVER,
    key: Key = None,
    json: Json = False,
) -> None:
    """更换密钥。 Make a new secret; it is said only now."""
    with Client(server, key) as client:
        made: EndpointSecret = client.rotate_secret(id, overlap_hours=overlap_hours)
    _print(Terminal(as_json=json), made, f"{made.id}\n密钥 secret: {made.secret}")


@app.command("test")
def send_test(
    id: Address,  # noqa: A002  as the other commands name it
    server: Server = SERVER,
    key: Key = None,
    json: Json = False,
) -> None:
    """发送测试事件。 Send a test event; `log` shows what came of it."""
    with Client(server, key) as client:
        delivery = client.send_test(id)
    _print(Terminal(as_json=json), delivery, _told(delivery))


@app.command()
def log(
    id: Annotated[  # noqa: A002  as the other commands name it
        str | None, typer.Argument(help="whe_…", show_default=False)
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="条数。 How many.")] = _SHOWN,
    server: Server = SERVER,
    key: Key = None,
    json: Json = False,
) -> None:
    """投递记录， 最新在前。 What was sent and what was answered, the newest first."""
    terminal = Terminal(as_json=json)
    with Client(server, key) as client:
        found = client.deliveries(endpoint_id=id) if id else client.deliveries()
        for _, delivery in zip(range(limit), found, strict=False):
            _print(terminal, delivery, _told(delivery))


@app.command()
def replay(
    id: Annotated[  # noqa: A002  as the other commands name it
        str, typer.Argument(help="whd_… 或 or whe_…", show_default=False)
    ],
    since: Annotated[
        datetime | None,
        typer.Option(help="自此时起未送达的全部。 For an address: all not delivered since."),
    ] = None,
    server: Server = SERVER,
    key: Key = None,
    json: Json = False,
) -> None:
    """重新发送。 Send an event once more, or all that an address missed since a time."""
    terminal = Terminal(as_json=json)
    with Client(server, key) as client:
        if since is None:
            delivery = client.replay(id)
            _print(terminal, delivery, _told(delivery))
        else:
            begun = (
                since if since.tzinfo else since.replace(tzinfo=datetime.now().astimezone().tzinfo)
            )
            number = client.replay_range(id, begun.astimezone(UTC))
            terminal.result({"replayed": number}, f"{number} 条重新发送 sent once more")


def _print(terminal: Terminal, value: BaseModel, text: str) -> None:
    terminal.result(json_module.loads(value.model_dump_json()), text)


def _line(endpoint: Endpoint) -> str:
    state = "启用 on" if endpoint.enabled else f"停用 off ({endpoint.disabled_reason or '-'})"
    events = ", ".join(endpoint.events) or "全部 all"
    return f"{endpoint.id}  {endpoint.url}  {state}  {events}"


def _told(delivery: Delivery) -> str:
    last = delivery.attempts[-1] if delivery.attempts else None
    answer = f"{last.status or last.error} · {last.duration_ms} ms" if last else ""
    tried = f"{len(delivery.attempts)} 次 tries"
    when = delivery.created_at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    return f"{when}  {delivery.id}  {delivery.type}  {delivery.status}  {tried}  {answer}"
