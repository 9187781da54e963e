"""What the command line prints: words for people on a terminal, or JSON lines for programs."""

import json
import sys
from collections.abc import Mapping, Sequence

from pydantic import JsonValue
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

INTERRUPTED = 130
"""The exit code of what Ctrl-C ended."""
_WORD_LEFT = TextColumn("· 还需 left")


class Terminal:
    """Results go to stdout, everything else to stderr."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self._out = Console(highlight=False, soft_wrap=True)
        self._err = Console(stderr=True, highlight=False, soft_wrap=True)

    def line(self, text: str) -> None:
        """Print one line of output, at once and as it is."""
        sys.stdout.write(text + "\n")
        sys.stdout.flush()

    def say(self, text: str) -> None:
        """Print words for people; nothing in JSON mode."""
        if not self.as_json:
            self.line(text)

    def note(self, text: str) -> None:
        """Print a remark that is no result; nothing in JSON mode."""
        if not self.as_json:
            self._err.print(text, style="dim", markup=False)

    def result(self, value: Mapping[str, JsonValue], text: str) -> None:
        """Print a result: the value in JSON mode, the text otherwise."""
        self.line(json.dumps(value, ensure_ascii=False) if self.as_json else text)

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print a table for people."""
        shown = Table(*columns, box=None, pad_edge=False)
        for row in rows:
            shown.add_row(*row)
        self._out.print(shown, markup=False)

    def fail(self, code: str, message: str) -> None:
        """Say what went wrong and what to do next."""
        if self.as_json:
            self.line(json.dumps({"error": {"code": code, "message": message}}, ensure_ascii=False))
        else:
            self._err.print(f"gouji: {message}", style="red", markup=False)

    def progress(self, *, left: bool = False) -> Progress:
        """Return a progress bar of things, with the time `left` where they are much alike.

        It shows only to a person at a terminal.
        """
        remaining = [_WORD_LEFT, TimeRemainingColumn()] if left else []
        return self._bar(MofNCompleteColumn(), TimeElapsedColumn(), *remaining)

    def transfer(self) -> Progress:
        """Return a progress bar of bytes; it shows only to a person at a terminal."""
        return self._bar(DownloadColumn(), TimeRemainingColumn())

    def _bar(self, *columns: ProgressColumn) -> Progress:
        return Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            *columns,
            console=self._err,
            transient=True,
            disable=self.as_json or not self._err.is_terminal,
        )
