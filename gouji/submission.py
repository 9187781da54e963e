"""`gouji submit`: hand files, folders, archives and prefixes to a service."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import JsonValue
from rich.progress import Progress, TaskID

from gouji.client import Client, ClientError, Unreachable, Wishes
from gouji.client.uploads import hash_of
from gouji.pursuit import INTERRUPTED, Handed, come_back, pursue, say_handed
from gouji.terminal import Terminal
from schemas.batch import OnDuplicate
from schemas.formats import sniff
from schemas.job import Priority

_HEAD_BYTES = 64 * 1024
_TAKEN = ("readable", "convertible", "archive")
_USAGE = 2


@dataclass(frozen=True, kw_only=True)
class Submission:
    """What is to be handed in, and how."""

    places: tuple[str, ...]
    """Paths of files and folders, and prefixes `s3://…` or `file:///…` of the service."""
    priority: Priority
    on_duplicate: OnDuplicate | None
    again: bool
    wait: bool
    out: Path | None


@dataclass
class _Round:
    """How far the handing in is."""

    terminal: Terminal
    client: Client
    wanted: Submission
    handed: list[Handed] = field(default_factory=list)
    refused: int = 0


def submit(terminal: Terminal, client: Client, wanted: Submission) -> int:
    """Hand everything in; wait and fetch when asked. Return the exit code."""
    prefixes = [place for place in wanted.places if is_prefix(place)]
    files = _files([Path(place) for place in wanted.places if not is_prefix(place)])
    if not files and not prefixes:
        terminal.fail(
            "no_documents",
            "所给文件夹中没有文档或压缩包。 There are no documents or archives in the folders.",
        )
        return _USAGE
    now = _Round(terminal=terminal, client=client, wanted=wanted)
    try:
        _hand_all_in(now, files, prefixes)
    except KeyboardInterrupt:
        number = len(files) + len(prefixes)
        say_handed(terminal, now.handed)
        terminal.fail(
            "interrupted",
            f"已中断：{number} 项中已提交 {len(now.handed)} 项。再次运行同一命令即可继续："
            "已提交的不会重复，大文件从中断处续传。 "
            f"Interrupted with {len(now.handed)} of {number} handed in. Run the same command "
            "again: what is in is not sent twice, and a large file goes on where it stopped.",
        )
        return INTERRUPTED
    if not wanted.wait:
        say_handed(terminal, now.handed)
        come_back(terminal, now.handed)
        return 1 if now.refused else 0
    return max(1 if now.refused else 0, pursue(terminal, client, now.handed, wanted.out))


def is_prefix(place: str) -> bool:
    """Say whether a place is one the service looks into itself."""
    return place.startswith(("s3://", "file:///"))


def _files(paths: Sequence[Path]) -> list[Path]:
    """List files, and in folders those whose content is a document or an archive."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(item for item in path.rglob("*") if item.is_file())
            found += [item for item in inside if _role(item) in _TAKEN]
        else:
            found.append(path)
    return list(dict.fromkeys(found))


def _role(path: Path) -> str | None:
    with path.open("rb") as file:
        kind = sniff(file.read(_HEAD_BYTES), path.name)
    return kind.role if kind else None


def _hand_all_in(now: _Round, files: Sequence[Path], prefixes: Sequence[str]) -> None:
    with now.terminal.transfer() as bar:
        task = bar.add_task("", total=sum(path.stat().st_size for path in files))
        for number, path in enumerate(files, 1):
            title = f"提交 handing in {number}/{len(files)}"
            bar.update(task, description=title)
            _try(now, path, str(path), bar, task)
    for prefix in prefixes:
        _try(now, None, prefix, bar, task)


def _try(now: _Round, path: Path | None, named: str, bar: Progress, task: TaskID) -> None:
    """Hand one thing in; a refusal is printed, and the others go on."""
    try:
        if path is None:
            made = now.client.submit_prefix(named, **_wishes(now.wanted, named)).id
        else:
            made = _hand_in(now, path, bar, task)
    except Unreachable:
        raise
    except ClientError as exc:
        now.refused += 1
        error: JsonValue = {"code": getattr(exc, "code", "failed"), "message": str(exc)}
        value: dict[str, JsonValue] = {"path": named, "id": None, "error": error}
        now.terminal.result(value, f"{named}: {exc}")
    else:
        now.handed.append(Handed(path=named, id=made))


def _hand_in(now: _Round, path: Path, bar: Progress, task: TaskID) -> str:
    before = bar.tasks[task].completed
    wishes = _wishes(now.wanted, hash_of(path))

    def sent(done: int, _: int) -> None:
        bar.update(task, completed=before + done)

    if _role(path) == "archive":
        return now.client.submit_batch([path], progress=sent, **wishes).id
    return now.client.submit(path, progress=sent, **wishes).id


def _wishes(wanted: Submission, content: str) -> Wishes:
    """Return the options of one submission.

    The same content handed in before, and not long ago, in the same way, is the same submission;
    a prefix is looked into anew each time.
    """
    wishes: Wishes = {"priority": wanted.priority}
    if wanted.on_duplicate is not None:
        wishes["on_duplicate"] = wanted.on_duplicate
    if not wanted.again and not is_prefix(content):
        how = f"-{wanted.on_duplicate}" if wanted.on_duplicate else ""
        wishes["idempotency_key"] = f"submit-{wanted.priority}{how}-{content}"
    return wishes
