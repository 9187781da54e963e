"""`gouji submit`: hand files, folders, archives and prefixes to a service."""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import JsonValue
from rich.progress import Progress, TaskID

from gouji.client import Client, ClientError, Unreachable, Wishes
from gouji.client.folder import left_out, planned, role_of
from gouji.client.uploads import hash_of
from gouji.pursuit import Handed, come_back, pursue, say_handed
from gouji.terminal import INTERRUPTED, Terminal
from gouji.words import names
from schemas.batch import OnDuplicate
from schemas.job import Priority
from schemas.phrases import counted

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
    places = [place for place in dict.fromkeys(wanted.places) if not _is_empty(place)]
    if not places:
        terminal.fail(
            "no_documents",
            "所给文件夹中没有文档或压缩包。 There are no documents or archives in the folders.",
        )
        return _USAGE
    now = _Round(terminal=terminal, client=client, wanted=wanted)
    try:
        _hand_all_in(now, places)
    except KeyboardInterrupt:
        say_handed(terminal, now.handed)
        terminal.fail(
            "interrupted",
            f"已中断：{len(places)} 项中已提交 {len(now.handed)} 项。再次运行同一命令即可继续："
            "已提交的不会重复，文件夹和大文件从中断处续传。 "
            f"Interrupted with {len(now.handed)} of {len(places)} handed in. Run the same command "
            "again: what is in is not sent twice, and folders and large files go on where they "
            "stopped.",
        )
        come_back(terminal, now.handed)
        return INTERRUPTED
    if not wanted.wait:
        say_handed(terminal, now.handed)
        come_back(terminal, now.handed)
        return 1 if now.refused else 0
    return max(1 if now.refused else 0, pursue(terminal, client, now.handed, wanted.out))


def is_prefix(place: str) -> bool:
    """Say whether a place is one the service looks into itself."""
    return place.startswith(("s3://", "file:///"))


def _is_empty(place: str) -> bool:
    return not is_prefix(place) and Path(place).is_dir() and not planned(Path(place))


def _size(place: str) -> int:
    """Return how many bytes are to be sent, as far as is known before."""
    if is_prefix(place):
        return 0
    path = Path(place)
    if path.is_dir():
        return sum(part.size_bytes for part in planned(path))
    return path.stat().st_size


def _hand_all_in(now: _Round, places: Sequence[str]) -> None:
    with now.terminal.transfer() as bar:
        task = bar.add_task("", total=sum(map(_size, places)))
        for number, place in enumerate(places, 1):
            bar.update(task, description=f"提交 handing in {number}/{len(places)}")
            _try(now, place, bar, task)


def _try(now: _Round, place: str, bar: Progress, task: TaskID) -> None:
    """Hand one thing in; a refusal is printed, and the others go on."""
    try:
        made = _hand_in(now, place, bar, task)
    except Unreachable:
        raise
    except ClientError as exc:
        now.refused += 1
        error: JsonValue = {"code": getattr(exc, "code", "failed"), "message": str(exc)}
        value: dict[str, JsonValue] = {"path": place, "id": None, "error": error}
        now.terminal.result(value, f"{place}: {exc}")
    else:
        now.handed.append(Handed(path=place, id=made))


def _hand_in(now: _Round, place: str, bar: Progress, task: TaskID) -> str:
    """Hand in one place: a document is a job, everything else a batch."""
    client, wanted = now.client, now.wanted
    before = bar.tasks[task].completed

    def sent(done: int, _: int) -> None:
        bar.update(task, completed=before + done)

    if is_prefix(place):
        return client.submit_prefix(place, **_wishes(wanted, None)).id
    path = Path(place)
    if path.is_dir():
        wishes: Wishes = {"metadata": {"title": path.resolve().name}, **_wishes(wanted, None)}
        if wanted.again:
            wishes["idempotency_key"] = f"again-{uuid.uuid4()}"
        made = client.submit_folder(path, progress=sent, **wishes).id
        _say_left_out(now.terminal, path)
        return made
    wishes = _wishes(wanted, hash_of(path))
    if role_of(path) == "archive":
        return client.submit_batch([path], progress=sent, **_titled(wishes, path.name)).id
    return client.submit(path, progress=sent, **wishes).id


def _say_left_out(terminal: Terminal, folder: Path) -> None:
    """Name what of a folder was not sent: nobody should think that it was read."""
    if others := left_out(folder):
        terminal.note(
            f"{folder}: 另有 {len(others)} 个文件未提交（空文件，或不能识读的格式）："
            f"{counted(len(others), 'file was', 'files were')} not handed in (empty, or of a kind "
            "that is not read): "
            f"{names(path.relative_to(folder) for path in others)}"
        )


def _titled(wishes: Wishes, title: str) -> Wishes:
    """Give a batch the name of its archive; the same content by another name is another batch."""
    titled: Wishes = {"metadata": {"title": title}, **wishes}
    if key := wishes.get("idempotency_key"):
        titled["idempotency_key"] = f"{key}-{hashlib.sha256(title.encode()).hexdigest()[:16]}"
    return titled


def _wishes(wanted: Submission, content: str | None) -> Wishes:
    """Return the options of one submission.

    The same content handed in before, and not long ago, in the same way, is the same submission;
    a prefix is looked into anew each time, and a folder knows its content itself.
    """
    wishes: Wishes = {"priority": wanted.priority}
    if wanted.on_duplicate is not None:
        wishes["on_duplicate"] = wanted.on_duplicate
    if content is not None and not wanted.again:
        how = f"-{wanted.on_duplicate}" if wanted.on_duplicate else ""
        wishes["idempotency_key"] = f"submit-{wanted.priority}{how}-{content}"
    return wishes
