// Handing files in: dropped, or chosen by keyboard; sent with progress; retried without doubling.
import { to } from "./address.js";
import { button, element, fill, link } from "./element.js";
import { announce, notice } from "./notice.js";
import { isArchive, packed, pathOf } from "./pack.js";
import { forget, LARGE, sendInParts } from "./parts.js";
import { ask, Problem, upload } from "./service.js";
import { count, say } from "./words.js";

const AT_ONCE = 1000; // files the service takes in one request
const IGNORED = /^(\.|~\$|Thumbs\.db$|desktop\.ini$)/i; // what systems leave in folders

// Make the place where files are handed in; `taken` is told of each batch or job.
export function intake(signal, taken) {
  const said = element("div.sent", { "aria-live": "polite" });
  const hand = (files) => send(files, said, signal, taken);
  const choose = (id, phrase, given) => {
    const field = element("input.unseen", { id, type: "file", multiple: true, tabindex: -1, "aria-hidden": "true", change: () => (hand([...field.files]), (field.value = "")), ...given });
    return [button(say(phrase), () => field.click(), { class: id === "files" ? "strong" : "" }), field];
  };
  const zone = element(
    "section.drop",
    { "aria-labelledby": "drop-title" },
    element("h1", { id: "drop-title", tabindex: -1 }, say("drop.title")),
    element("p.soft", {}, say("drop.kinds")),
    element("div.row", {}, ...choose("files", "drop.files", {}), ...choose("folder", "drop.folder", { webkitdirectory: true })),
    said,
  );
  droppable(zone, signal, hand);
  return zone;
}

// Files may be dropped anywhere on the page: nobody aims well late in the day.
function droppable(zone, signal, hand) {
  let over = 0;
  const on = (name, act) => addEventListener(name, act, { signal });
  const withFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  on("dragenter", (event) => withFiles(event) && zone.classList.toggle("over", ++over > 0));
  on("dragleave", (event) => withFiles(event) && zone.classList.toggle("over", --over > 0));
  on("dragover", (event) => withFiles(event) && event.preventDefault());
  on("drop", async (event) => {
    if (!withFiles(event)) return;
    event.preventDefault();
    zone.classList.remove("over");
    over = 0;
    hand(await dropped(event.dataTransfer));
  });
}

// Collect the files of a drop, those in folders too.
async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...transfer.files];
  return (await Promise.all(entries.map(within))).flat();
}

async function within(entry) {
  if (IGNORED.test(entry.name)) return [];
  if (entry.isFile) {
    const file = await new Promise((found, failed) => entry.file(found, failed));
    return [Object.assign(file, { path: entry.fullPath.slice(1) })]; // a dropped file has no folder of its own
  }
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((read, failed) => reader.readEntries(read, failed));
    if (!some.length) return found; // a browser lists at most 100 at a time
    found.push(...(await Promise.all(some.map(within))).flat());
  }
}

async function send(chosen, said, signal, taken) {
  const files = chosen.filter((file) => !IGNORED.test(file.name));
  if (!files.length) return void fill(said, element("p.wrong", {}, say("drop.nothing")));
  const line = element("div");
  fill(said, line);
  await handIn(files, crypto.randomUUID(), line, signal, taken);
}

async function handIn(files, idempotencyKey, line, signal, taken) {
  const single = files.length === 1 && !isArchive(files[0]);
  const title = files.length === 1 ? files[0].name : say("drop.several", { name: files[0].name, n: count(files.length) });
  const large = files.length > AT_ONCE || bytesOf(files) > LARGE;
  const bar = element("progress", { max: 1, value: 0, "aria-label": say("drop.sending", { title }) });
  const far = element("span.soft");
  const stop = new AbortController();
  signal.addEventListener("abort", () => stop.abort());
  fill(line, element("p", {}, say("drop.sending", { title })), element("div.row", {}, bar, far, button(say("act.stop"), () => stop.abort())));
  const progress = (done, total) => {
    bar.value = done / total;
    far.textContent = done < total ? say("drop.far", { done: megabytes(done), total: megabytes(total) }) : say("drop.taking");
  };
  const paused = () => (far.textContent = say("drop.paused"));
  const how = { path: single ? "/v1/jobs" : "/v1/batches", title, idempotencyKey, progress, paused, signal: stop.signal };
  try {
    const made = await (large ? handInParts(packed(files, title), how) : handInForm(files, how));
    fill(line, element("p.good", {}, say("drop.taken", { title }), " ", link(say("act.follow"), to(single ? "jobs" : "batches", made.id))));
    announce(say("drop.taken", { title }));
    taken(single ? "jobs" : "batches", made);
  } catch (error) {
    if (signal.aborted) return;
    if (error instanceof Problem) fill(line, notice(error, () => handIn(files, idempotencyKey, line, signal, taken)));
    else fill(line, element("p", {}, say(large ? "drop.kept" : "drop.stopped", { title })));
  }
}

function handInForm(files, { path, title, ...how }) {
  const form = new FormData();
  for (const file of files) form.append("file", file, pathOf(file));
  form.append("metadata", JSON.stringify({ title }));
  return upload(path, form, how);
}

// Send each file by itself, then hand all of them in by the names of their uploads.
async function handInParts(files, { path, title, idempotencyKey, progress, paused, signal }) {
  const total = bytesOf(files);
  const ids = [];
  let done = 0;
  for (const file of files) {
    const before = done;
    ids.push(await sendInParts(file, { progress: (sent) => progress(before + sent, total), paused, signal }));
    done += file.size;
  }
  const json = { upload_ids: ids, metadata: { title } };
  const made = await (await ask(path, { method: "POST", json, signal, headers: { "Idempotency-Key": idempotencyKey } })).json();
  forget(files);
  return made;
}

function bytesOf(files) {
  return files.reduce((sum, file) => sum + file.size, 0);
}

function megabytes(bytes) {
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
