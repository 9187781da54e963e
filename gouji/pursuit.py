"""Following what was handed in: waiting, telling how each ended, fetching what came of it."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue
from rich.progress import Progress, TaskID

from gouji import words
from gouji.client import Client, Refused, ResultFormat
from gouji.terminal import INTERRUPTED, Terminal
from schemas.batch import Batch, BatchItem
from schemas.filename import folder_name
from schemas.job import TERMINAL, Job

_WAIT_S = 2.0
_LOOKED_AT = 20
"""Of many that are waited for, so many are looked at in a round."""
_GOOD = frozenset({"succeeded", "partially_succeeded"})
_NAMED = 5
_FILES: tuple[tuple[str, ResultFormat], ...] = (
    ("record.json", "json"),
    ("validation.html", "html"),
    ("workbook.xlsx", "xlsx"),
    ("searchable.pdf", "pdf"),
)


@dataclass(frozen=True, kw_only=True)
class Handed:
    """What was handed in, and the job or batch it became."""

    path: str
    id: str


def say_handed(terminal: Terminal, handed: Iterable[Handed]) -> None:
    """Print what became of each thing handed in."""
    for one in handed:
        terminal.result({"path": one.path, "id": one.id, "error": None}, f"{one.path}: {one.id}")


def come_back(terminal: Terminal, handed: Sequence[Handed]) -> None:
    """Say how to see later what came of it."""
    for one in handed[:_NAMED]:
        terminal.note(
            f"查看 look: gouji status {one.id} · 取回 fetch: gouji fetch {one.id} --out DIR"
        )


def pursue(terminal: Terminal, client: Client, handed: Sequence[Handed], out: Path | None) -> int:
    """Wait for everything; print, and fetch, each as it is finished. Return the exit code.

    Ctrl-C ends the waiting only: the service goes on.
    """
    waiting = list(handed)
    try:
        return _pursue(terminal, client, waiting, out)
    except KeyboardInterrupt:
        if terminal.as_json:
            say_handed(terminal, waiting)
        terminal.fail(
            "interrupted",
            f"不再等待，服务继续处理其余 {len(waiting)} 项；停止处理请用 gouji cancel。 "
            f"No longer waiting; the service goes on with the other {len(waiting)}. To stop it: "
            "gouji cancel ID.",
        )
        come_back(terminal, waiting)
        return INTERRUPTED


def _pursue(terminal: Terminal, client: Client, waiting: list[Handed], out: Path | None) -> int:
    """Look at what is waited for in turns; take what is finished off the list."""
    code = 0
    done = 0
    with terminal.progress() as bar:
        task = bar.add_task("", total=len(waiting))
        while waiting:
            for place, one in enumerate(waiting[:_LOOKED_AT]):
                found = _read(client, one.id, wait_s=0 if place else _WAIT_S)
                if found.status in TERMINAL:
                    waiting.remove(one)
                    code = max(code, _report(terminal, client, one, found, out))
                    done += 1
                _show(bar, task, found, done, alone=len(waiting) + done == 1)
            waiting[:] = waiting[_LOOKED_AT:] + waiting[:_LOOKED_AT]
    return code


def _show(bar: Progress, task: TaskID, found: Job | Batch, done: int, *, alone: bool) -> None:
    why = words.reason(found.progress.reason)
    if alone and isinstance(found, Batch):
        total = found.progress.items_total
        bar.update(task, description=why, completed=found.progress.items_done, total=total)
    else:
        bar.update(task, description=why, completed=done)


def _read(client: Client, thing: str, *, wait_s: float = 0) -> Job | Batch:
    if thing.startswith("bat_"):
        return client.batch(thing, wait_s=wait_s)
    return client.job(thing, wait_s=wait_s)


def _report(
    terminal: Terminal, client: Client, one: Handed, found: Job | Batch, out: Path | None
) -> int:
    if isinstance(found, Batch):
        _tell_all(terminal, client, found.id, out)
        return 0 if found.status == "succeeded" else 1
    return _tell(terminal, client, found, out, one.path)


def _tell_all(terminal: Terminal, client: Client, batch_id: str, out: Path | None) -> int:
    """Print every item of a batch and fetch its files; return how many are not finished yet."""
    items = list(client.items(batch_id))
    unfinished = 0
    with terminal.progress() as bar:
        task = bar.add_task("取回 fetching", total=len(items))
        for item in items:
            if item.status in ("queued", "running"):
                unfinished += 1
            elif item.job_id is None or item.error is not None:
                _tell_item(terminal, item)
            else:
                _tell(terminal, client, client.job(item.job_id), out)
            bar.advance(task)
    return unfinished


def _tell_item(terminal: Terminal, item: BatchItem) -> None:
    why = words.failure(item.error) if item.error else ""
    text = f"{item.name}: {words.status(item.status)} · {why}"
    terminal.result(json.loads(item.model_dump_json()), text)


def _tell(
    terminal: Terminal, client: Client, job: Job, out: Path | None, path: str | None = None
) -> int:
    """Print a finished job and fetch its files when there is a folder for them."""
    good = job.status in _GOOD
    folder = fetch_job(client, job, out) if good and out is not None else None
    value: dict[str, JsonValue] = {
        **json.loads(job.model_dump_json()),
        "out": str(folder) if folder else None,
    }
    error = words.failure(job.error) if job.error else ""
    said = [words.status(job.status), words.verdict(job.verdict), error]
    text = f"{path or job.filename}: {' · '.join(word for word in said if word)}"
    terminal.result(value, f"{text} → {folder}" if folder else text)
    return 0 if good else 1


def status(terminal: Terminal, client: Client, thing: str) -> None:
    """Print a job or batch as it is now."""
    found = _read(client, thing)
    if terminal.as_json:
        terminal.line(found.model_dump_json())
        return
    finished = found.status in TERMINAL
    if isinstance(found, Batch):
        terminal.say(f"{found.id}  {words.status(found.status)}  {found.progress.percent} %")
        counts = [[words.status(name), str(number)] for name, number in found.counts.items()]
        counts += [[words.verdict(name), str(number)] for name, number in found.verdicts.items()]
        terminal.table(["状态 status", "份数 items"], counts)
    else:
        said = [found.id, found.filename, words.status(found.status), words.verdict(found.verdict)]
        terminal.say("  ".join(word for word in said if word))
    if not finished:
        _say_progress(terminal, found)
    if found.error:
        terminal.say(words.failure(found.error))
    if finished and found.status in _GOOD:
        terminal.note(f"取回结果 fetch: gouji fetch {found.id} --out DIR")


def _say_progress(terminal: Terminal, found: Job | Batch) -> None:
    said = [f"{found.progress.percent} %", words.reason(found.progress.reason)]
    if isinstance(found, Job):
        before, left_s = found.progress.queue_position, found.progress.eta_seconds
        said += [f"前面还有 {before} 份 {before} ahead"] if before is not None else []
        said += [f"约 {left_s} 秒 about {left_s} s"] if left_s is not None else []
    terminal.say(" · ".join(said))


def fetch(terminal: Terminal, client: Client, thing: str, out: Path) -> int:
    """Fetch the files of a job, or of every finished job of a batch; those there are kept."""
    if not thing.startswith("bat_"):
        return _tell(terminal, client, client.job(thing), out)
    unfinished = _tell_all(terminal, client, thing, out)
    if unfinished:
        terminal.note(
            f"还有 {unfinished} 份未完成；稍后再次运行同一命令，只取其余。 "
            f"{unfinished} are not finished; run the same command again later for the rest."
        )
    return 1 if unfinished else 0


def fetch_job(client: Client, job: Job, out: Path) -> Path:
    """Write a job's files as `gouji process` does; equal names are told apart by the job's id.

    `job.json` is written last: a folder that has it is whole and is not fetched again.
    """
    folder = _folder(job, out)
    marker = folder / "job.json"
    if marker.exists() and marker.read_text(encoding="utf-8") == job.model_dump_json():
        return folder
    (folder / "pages").mkdir(parents=True, exist_ok=True)
    for name, kind in _FILES:
        try:
            (folder / name).write_bytes(client.result(job.id, kind))
        except Refused as exc:
            if exc.code != "format_not_available":
                raise
    (folder / "validation.json").write_bytes(client.file(job.id, "validation"))
    (folder / "tables.json").write_bytes(client.file(job.id, "tables"))
    for number in range(1, (job.pages or 0) + 1):
        try:
            picture = client.page(job.id, number)
        except Refused as exc:
            if exc.status not in (404, 409):
                raise
            continue
        (folder / "pages" / f"{number:04d}.webp").write_bytes(picture)
    marker.write_text(job.model_dump_json(), encoding="utf-8")
    return folder


def _folder(job: Job, out: Path) -> Path:
    folder = out / folder_name(job.filename)
    marker = folder / "job.json"
    if marker.exists() and json.loads(marker.read_text(encoding="utf-8"))["id"] != job.id:
        return out / f"{folder.name}-{job.id}"
    return folder


def change(terminal: Terminal, client: Client, thing: str, *, retry: bool) -> int:
    """Cancel or retry a job or batch, and print it as it is then."""
    if thing.startswith("bat_"):
        found: Job | Batch = client.retry_batch(thing) if retry else client.cancel_batch(thing)
    else:
        found = client.retry(thing) if retry else client.cancel(thing)
    text = f"{found.id}: {words.status(found.status)}"
    terminal.result(json.loads(found.model_dump_json()), text)
    return 0


def usage(terminal: Terminal, client: Client) -> None:
    """Print what may be used, and what was handed in this month."""
    quota, used = client.quota(), client.usage()
    if terminal.as_json:
        both = {"quota": quota.model_dump(mode="json"), "usage": used.model_dump(mode="json")}
        terminal.line(json.dumps(both, ensure_ascii=False))
        return
    kept = f"{quota.retention_days}" if quota.retention_days else "∞"
    rate = f"{quota.requests_per_minute}" if quota.requests_per_minute else "∞"
    queued = quota.queued_jobs
    rows = [
        ["处理中 under way", f"{queued.used} / {queued.limit}"],
        ["每分钟请求 requests a minute", rate],
        ["保存天数 days kept", kept],
        ["本月文档 documents this month", f"{used.jobs}"],
        ["本月页数 pages this month", f"{used.pages}"],
    ]
    terminal.table([f"{quota.tenant}", ""], rows)
