"""The command line. Every error says what to do next; a traceback goes to a file, never here.

Exit codes: 0 done (a report that breaks rules is done), 1 something could not be, 2 bad usage.
"""

import os
import sys
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gouji import hooks, service
from gouji import serve as serving
from gouji.client import ClientError
from gouji.embedded import EmbeddedFailed
from gouji.service import Json, must_exist
from gouji.terminal import Terminal
from gouji.trace import keep_trace
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

Paths = Annotated[
    list[Path], typer.Argument(help="文件与文件夹。 Files and folders.", show_default=False)
]


class _LongFormat(Enum):
    """Forms of one file of all values; an option given several times takes no plain words."""

    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"
    JSONL = "jsonl"


_USAGE = 2


@app.command()
def process(
    paths: Paths,
    out: Annotated[Path, typer.Option(help="结果文件夹。 Folder for the result files.")],
    jobs: Annotated[
        int | None, typer.Option(min=1, help="同时处理的份数。 Documents read at once.")
    ] = None,
    previous: Annotated[
        Path | None,
        typer.Option(
            help="往年结果的文件夹，用于比对上年。 Folder of earlier results, for last "
            "year's reports."
        ),
    ] = None,
    format: Annotated[  # noqa: A002
        list[_LongFormat] | None,
        typer.Option(
            help="另将全部数值写入一个文件。 Also write the values of all documents to "
            "OUT/values.FORMAT, one row a value; may be given several times.",
            show_default=False,
        ),
    ] = None,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            help="接着上次中断的同一命令继续，已有完整结果的不再识读。 Go on with the same command "
            "that was interrupted: what has whole results is not read again.",
        ),
    ] = False,
    json: Json = False,
) -> None:
    """在本机处理文档，无需服务。 Read documents on this machine, without any server.

    Each document gets a folder in OUT; of more than one, OUT/summary.html sums them up.
    """
    from gouji import commands

    terminal = Terminal(as_json=json)
    needed = [*paths, *([previous] if previous else [])]
    must_exist(terminal, [str(path) for path in needed if not path.exists()])
    formats: list[LongFormat] = [one.value for one in format or ()]
    wanted = commands.Wanted(formats=tuple(formats), previous=previous, resume=resume)
    raise typer.Exit(commands.process(terminal, paths, out, jobs or _processors(), wanted))


@app.command()
def serve(
    data: Annotated[
        Path, typer.Option(help="服务的全部数据。 Folder for everything the service keeps.")
    ] = Path(".gouji"),
    host: Annotated[str, typer.Option(help="监听地址。 Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8080,
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="识读进程数，每核一个。 Processes that read pages, one a core."),
    ] = None,
    json: Json = False,
) -> None:
    """在本机运行整个服务。 Run the whole service on this machine; nothing else is needed."""
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


service.register(app)
app.add_typer(hooks.app)


@app.command()
def doctor(
    data: Annotated[
        Path | None,
        typer.Option(help="`gouji serve` 的数据目录。 The folder of a service of `gouji serve`."),
    ] = None,
    json: Json = False,
) -> None:
    """检查部署。 Check a deployment from here by its settings, and say what is wrong.

    Run it where a process of the service runs, with that process's settings; a service of `gouji
    serve` is found by its folder. Exit code 1 when anything is wrong.
    """
    from gouji.doctor import examine

    raise typer.Exit(examine.doctor(Terminal(as_json=json), data))


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    add_help_option=False,
)
def bench(context: typer.Context) -> None:
    """README 中的测量。 Run the measurements quoted in the README, in a checkout of the project."""
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
        terminal.fail(
            "interrupted",
            "已中断，再次运行同一命令即可继续。 Interrupted; run the same command again to go on.",
        )
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as exc:
        terminal.fail(
            "io_error",
            f"{exc.filename}：请检查路径、权限和磁盘空间。 "
            f"{exc.strerror}: {exc.filename}. Check the path, the rights and the room on the disk.",
        )
        sys.exit(1)
    except Exception:
        terminal.fail(
            "internal",
            f"程序出错，请反馈所附文件。 This is a defect of gouji. Please report {keep_trace()}.",
        )
        sys.exit(1)
