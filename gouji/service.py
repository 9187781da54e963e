"""The commands that talk to a running service."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from gouji.client import Client, FileLedger
from gouji.terminal import Terminal

SERVER = "http://127.0.0.1:8080"
_USAGE = 2

Json = Annotated[bool, typer.Option("--json", help="供程序读取。 Machine-readable output.")]
Server = Annotated[
    str,
    typer.Option(
        help="服务地址。 Address of the service.", envvar="GOUJI_SERVER", show_default=True
    ),
]
Key = Annotated[str | None, typer.Option(help="密钥 gj_…。 API key, gj_….", envvar="GOUJI_API_KEY")]
Thing = Annotated[str, typer.Argument(help="job_… 或 or bat_…", show_default=False)]

Places = Annotated[
    list[str],
    typer.Argument(
        metavar="PATH…",
        help="文件、文件夹、压缩包，或 s3://桶/路径/。 Files, folders, archives, or "
        "s3://bucket/path/ where the service's operator has opened it.",
        show_default=False,
    ),
]
Wait = Annotated[
    bool,
    typer.Option(
        "--wait",
        help="等到处理完； Ctrl-C 只停止等待。 Wait until all is done; Ctrl-C ends the "
        "waiting, not the work.",
    ),
]
Fetched = Annotated[
    Path | None,
    typer.Option(help="等待，并取回结果。 Wait, and fetch the results to this folder."),
]
Priority = Annotated[
    Literal["interactive", "bulk"],
    typer.Option(help="少量急件用 interactive。 interactive for a few urgent ones."),
]
OnDuplicate = Annotated[
    Literal["reuse", "reprocess", "reject"] | None,
    typer.Option(
        help="以前交过的文件： 用已有结果、 重新识读、 不收。 What becomes of a file handed in "
        "before: its results are used, it is read again, it is refused.",
        show_default=False,
    ),
]
Again = Annotated[
    bool,
    typer.Option(
        "--again",
        help="作为新的提交。 Submit anew instead of going on with the last time.",
    ),
]


def _client(server: str, key: str | None) -> Client:
    return Client(server, key, ledger=FileLedger())


def submit(
    places: Places,
    server: Server = SERVER,
    key: Key = None,
    wait: Wait = False,
    out: Fetched = None,
    priority: Priority = "bulk",
    on_duplicate: OnDuplicate = None,
    again: Again = False,
    json: Json = False,
) -> None:
    """把文件交给服务，中断后重新运行即续传。 Hand files to a service; run it again to resume.

    A document becomes a job; an archive, a folder or a prefix becomes one batch. Nothing is sent
    twice, and folders and large files go on where they stopped.
    """
    from gouji import submission

    terminal = Terminal(as_json=json)
    missing = [one for one in places if not submission.is_prefix(one) and not Path(one).exists()]
    must_exist(terminal, missing)
    wanted = submission.Submission(
        places=tuple(places),
        priority=priority,
        on_duplicate=on_duplicate,
        again=again,
        wait=wait or out is not None,
        out=out,
    )
    with _client(server, key) as client:
        raise typer.Exit(submission.submit(terminal, client, wanted))


def must_exist(terminal: Terminal, missing: list[str]) -> None:
    """Refuse paths that lead nowhere."""
    if missing:
        named = ", ".join(missing)
        terminal.fail(
            "no_such_file", f"找不到 {named}，请检查路径。 There is no {named}. Check the path."
        )
        raise typer.Exit(_USAGE)


def status(
    id: Thing,  # noqa: A002  the contract's name
    server: Server = SERVER,
    key: Key = None,
    json: Json = False,
) -> None:
    """查看进度。 Say how far a job or batch is, and what it waits for."""
    from gouji import pursuit

    with _client(server, key) as client:
        pursuit.status(Terminal(as_json=json), client, id)


def fetch(
    id: Thing,  # noqa: A002  the contract's name
    out: Annotated[Path, typer.Option(help="结果文件夹。 Folder for the result files.")],
    server: Server = SERVER,
    key: Key = None,
    json: Json = False,
) -> None:
    """取回结果。 Fetch the result files of a job or batch; those fetched before are kept."""
    from gouji import pursuit

    with _client(server, key) as client:
        raise typer.Exit(pursuit.fetch(Terminal(as_json=json), client, id, out))


def export(
    batch: Annotated[str, typer.Argument(help="bat_…", show_default=False)],
    format: Annotated[  # noqa: A002  the contract's name
        Literal["csv", "xlsx", "parquet", "jsonl", "html"],
        typer.Option(help="html 为汇总页。 html: one page that sums the batch up."),
    ] = "csv",
    out: Annotated[
        Path | None,
        typer.Option(help="输出文件，默认 批次号.格式。 File to write; BATCH.FORMAT if left out."),
    ] = None,
    server: Server = SERVER,
    key: Key = None,
    json: Json = False,
) -> None:
    """导出批次的全部数值。 Write all values of a batch to one file, one row a value."""
    target = out or Path(f"{batch}.{format}")
    with _client(server, key) as client:
        client.export(batch, format, target)
    Terminal(as_json=json).result({"out": str(target)}, f"{target}")


def cancel(
    id: Thing,  # noqa: A002  the contract's name
    server: Server = SERVER,
    key: Key = None,
    json: Json = False,
) -> None:
    """取消未完成的部分。 Cancel what of a job or batch is not finished; the rest stays."""
    from gouji import pursuit

    with _client(server, key) as client:
        raise typer.Exit(pursuit.change(Terminal(as_json=json), client, id, retry=False))


def retry(
    id: Thing,  # noqa: A002  the contract's name
    server: Server = SERVER,
    key: Key = None,
    json: Json = False,
) -> None:
    """重试失败的部分。 Try again what failed or was cancelled; pages read are not read again."""
    from gouji import pursuit

    with _client(server, key) as client:
        raise typer.Exit(pursuit.change(Terminal(as_json=json), client, id, retry=True))


def delete(
    id: Thing,  # noqa: A002  the contract's name
    server: Server = SERVER,
    key: Key = None,
    json: Json = False,
) -> None:
    """删除任务或批次及其结果，不可恢复。 Delete a job or batch with its results, for good."""
    with _client(server, key) as client:
        if id.startswith("bat_"):
            client.delete_batch(id)
        else:
            client.delete(id)
    Terminal(as_json=json).result({"id": id, "deleted": True}, f"{id}: 已删除 deleted")


def usage(server: Server = SERVER, key: Key = None, json: Json = False) -> None:
    """查看限额与本月用量。 Say what you may use, and what was handed in this month."""
    from gouji import pursuit

    with _client(server, key) as client:
        pursuit.usage(Terminal(as_json=json), client)


def register(app: typer.Typer) -> None:
    """Add the commands to the command line, in the order of use."""
    for command in (submit, status, fetch, export, cancel, retry, delete, usage):
        app.command()(command)
