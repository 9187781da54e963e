"""The command line. Every error says what to do next; a traceback goes to a file, never here.

Exit codes: 0 done (a report that breaks rules is done), 1 something could not be, 2 bad usage.
"""

import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from gouji import serve as serving
from gouji.client import Client, ClientError
from gouji.embedded import EmbeddedFailed
from gouji.terminal import Terminal
from storage.start import WrongSettings

if TYPE_CHECKING:  # an image without the API has the command line all the same
    from api.long_files import LongFormat

app = typer.Typer(
    name="gouji",
    help="政府信息公开工作年度报告：识别、还原法定表格、核对勾稽关系。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Paths = Annotated[list[Path], typer.Argument(help="Files and folders.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]
Server = Annotated[
    str, typer.Option(help="Address of the service.", envvar="GOUJI_SERVER", show_default=True)
]
Key = Annotated[str | None, typer.Option(help="API key, gj_….", envvar="GOUJI_API_KEY")]


class _LongFormat(Enum):
    """Forms of one file of all values; an option given several times takes no plain words."""

    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"
    JSONL = "jsonl"


_SERVER = "http://127.0.0.1:8080"
_USAGE = 2


@app.command()
def process(
    paths: Paths,
    out: Annotated[Path, typer.Option(help="Folder for the result files.")],
    jobs: Annotated[int | None, typer.Option(min=1, help="Documents read at once.")] = None,
    previous: Annotated[
        Path | None, typer.Option(help="Folder of earlier results, for last year's reports.")
    ] = None,
    format: Annotated[  # noqa: A002
        list[_LongFormat] | None,
        typer.Option(
            help="Also write the values of all documents to OUT/values.FORMAT, one row a value; "
            "may be given several times.",
            show_default=False,
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Read documents on this machine, without any server.

    Each document gets a folder in OUT; of more than one, OUT/summary.html sums them up.
    """
    from gouji import commands

    terminal = Terminal(as_json=json)
    _must_exist(terminal, [*paths, *([previous] if previous else [])])
    formats: list[LongFormat] = [one.value for one in format or ()]
    wanted = commands.Wanted(formats=tuple(formats), previous=previous)
    raise typer.Exit(commands.process(terminal, paths, out, jobs or _processors(), wanted))


@app.command()
def serve(
    data: Annotated[Path, typer.Option(help="Folder for everything the service keeps.")] = Path(
        ".gouji"
    ),
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8080,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes that read pages, one a core.")
    ] = None,
    json: Json = False,
) -> None:
    """Run the whole service on this machine; nothing else needs to be installed."""
    terminal = Terminal(as_json=json)
    options = serving.Options(data=data, host=host, port=port, workers=workers or _processors())
    terminal.note("Starting …")
    serving.serve(options, lambda ready: _greet(terminal, ready))
    terminal.note("Stopped.")


def _greet(terminal: Terminal, options: serving.Options) -> None:
    if terminal.as_json:
        terminal.line(serving.describe(options))
        return
    terminal.say(f"gouji is ready at {options.address}")
    terminal.say(f"  page        {options.address}/")
    terminal.say(f"  interface   {options.address}/openapi.json")
    terminal.say(f"  hand in     gouji submit FILE… --server {options.address} --wait --out DIR")
    terminal.say(f"  data, logs  {options.data.resolve()}")
    terminal.say("Stop with Ctrl-C; what is under way goes on at the next start.")


@app.command()
def submit(
    paths: Paths,
    server: Server = _SERVER,
    key: Key = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for the results.")] = False,
    out: Annotated[Path | None, typer.Option(help="Fetch the results to this folder.")] = None,
    priority: Annotated[Literal["interactive", "bulk"], typer.Option()] = "bulk",
    again: Annotated[
        bool, typer.Option("--again", help="Submit anew what was submitted before.")
    ] = False,
    json: Json = False,
) -> None:
    """Hand files, folders and archives to a running service; run it again to resume."""
    from gouji import remote

    terminal = Terminal(as_json=json)
    _must_exist(terminal, paths)
    with Client(server, key) as client:
        submission = remote.Submission(
            paths=tuple(paths), priority=priority, again=again, wait=wait or out is not None
        )
        raise typer.Exit(remote.submit(terminal, client, submission, out))


@app.command()
def status(
    id: Annotated[str, typer.Argument(help="job_… or bat_…", show_default=False)],  # noqa: A002
    server: Server = _SERVER,
    key: Key = None,
    json: Json = False,
) -> None:
    """Say how far a job or batch is."""
    from gouji import remote

    terminal = Terminal(as_json=json)
    with Client(server, key) as client:
        remote.status(terminal, client, id)


@app.command()
def fetch(
    id: Annotated[str, typer.Argument(help="job_… or bat_…", show_default=False)],  # noqa: A002
    out: Annotated[Path, typer.Option(help="Folder for the result files.")],
    server: Server = _SERVER,
    key: Key = None,
    json: Json = False,
) -> None:
    """Fetch the result files of a job or of a whole batch."""
    from gouji import remote

    terminal = Terminal(as_json=json)
    with Client(server, key) as client:
        raise typer.Exit(remote.fetch(terminal, client, id, out))


@app.command()
def export(
    batch: Annotated[str, typer.Argument(help="bat_…", show_default=False)],
    format: Annotated[  # noqa: A002
        Literal["csv", "xlsx", "parquet", "jsonl", "html"],
        typer.Option(help="html: one page that sums the batch up."),
    ] = "csv",
    out: Annotated[Path | None, typer.Option(help="File to write.")] = None,
    server: Server = _SERVER,
    key: Key = None,
    json: Json = False,
) -> None:
    """Write all values of a batch to one file, one row a value, or a page that sums it up."""
    terminal = Terminal(as_json=json)
    target = out or Path(f"{batch}.{format}")
    with Client(server, key) as client:
        client.export(batch, format, target)
    terminal.result({"out": str(target)}, f"{target}")


@app.command()
def doctor(json: Json = False) -> None:
    """Check a deployment from here, by the settings of the environment, and say what is wrong.

    Run it where a process of the service runs, with that process's settings. Exit code 1 when
    anything is wrong.
    """
    from gouji.doctor import examine

    raise typer.Exit(examine.doctor(Terminal(as_json=json)))


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    add_help_option=False,
)
def bench(context: typer.Context) -> None:
    """Run the measurements quoted in the README; needs a checkout of the project."""
    import subprocess

    if not Path("bench", "__main__.py").is_file():
        Terminal(as_json="--json" in context.args).fail(
            "bench_missing",
            "The measurements are not part of the installed package. Run `gouji bench` in a "
            "checkout of the project.",
        )
        raise typer.Exit(_USAGE)
    command = [sys.executable, "-m", "bench", *context.args]
    raise typer.Exit(subprocess.call(command))  # noqa: S603  our own module


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _must_exist(terminal: Terminal, paths: Sequence[Path]) -> None:
    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        terminal.fail("no_such_file", f"There is no {', '.join(missing)}. Check the path.")
        raise typer.Exit(_USAGE)


def main() -> None:
    """Run the command line; nothing that goes wrong shows a traceback."""
    terminal = Terminal(as_json="--json" in sys.argv)
    try:
        app()
    except WrongSettings as exc:
        terminal.fail("wrong_setting", str(exc))
        sys.exit(_USAGE)
    except (ClientError, serving.ServeFailed, EmbeddedFailed) as exc:
        terminal.fail(getattr(exc, "code", type(exc).__name__), str(exc))
        sys.exit(1)
    except KeyboardInterrupt:
        terminal.fail("interrupted", "Interrupted; run the same command again to go on.")
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as exc:
        terminal.fail("io_error", f"{exc.strerror}: {exc.filename}. Check the path and the rights.")
        sys.exit(1)
    except Exception:
        terminal.fail("internal", f"This is a defect of gouji. Please report {_keep_trace()}.")
        sys.exit(1)


def _keep_trace() -> str:
    """Write the traceback aside and return where it is."""
    with tempfile.NamedTemporaryFile(
        "w", prefix="gouji-error-", suffix=".log", delete=False, encoding="utf-8"
    ) as file:
        traceback.print_exc(file=file)
    return file.name
