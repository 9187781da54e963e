// Talking to the service: requests, uploads with progress, streams of events. A key, where one is
// wanted, is kept for this tab only.
import { either, say } from "./words.js";

const KEPT = "gouji.key";

// What the service (or the way to it) says is wrong, in words for a person.
export class Problem extends Error {
  constructor(status, body = {}) {
    super(body.code ?? "unreachable");
    this.status = status;
    this.code = body.code ?? "unreachable";
    this.retryAfter = null;
    this.body = body;
  }

  get words() {
    return either(this.body.detail, this.body.detail_en) ?? say(this.status ? "problem.unknown" : "problem.unreachable", { status: this.status });
  }
}

export function key() {
  return sessionStorage.getItem(KEPT);
}

export function keepKey(given) {
  if (given) sessionStorage.setItem(KEPT, given);
  else sessionStorage.removeItem(KEPT);
}

function headers(more = {}) {
  return key() ? { Authorization: `Bearer ${key()}`, ...more } : more;
}

// Ask the service; anything but success is a Problem.
export async function ask(path, { method = "GET", signal, headers: more, json } = {}) {
  let answer;
  const body = json && JSON.stringify(json);
  const kind = json && { "Content-Type": "application/json" };
  try {
    answer = await fetch(path, { method, signal, body, headers: headers({ ...kind, ...more }) });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0);
  }
  if (!answer.ok && answer.status !== 304) {
    const problem = new Problem(answer.status, await answer.json().catch(() => ({})));
    problem.retryAfter = Number(answer.headers.get("Retry-After")) || null;
    throw problem;
  }
  return answer;
}

export async function read(path, options) {
  return (await ask(path, options)).json();
}

// Hand files in.
export async function upload(path, form, { idempotencyKey, progress, signal }) {
  const made = await transfer("POST", path, form, { more: { "Idempotency-Key": idempotencyKey }, progress, signal });
  if (!made.id) throw new Problem(200, made);
  return made;
}

// Send a body and tell how much of it has gone; fetch cannot say that, so this is the older way. The
// key goes to this service only: an address of the store brings its own credentials.
export function transfer(method, address, body, { more = {}, progress, signal }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, address);
    const told = address.startsWith("/") ? headers(more) : more;
    for (const [name, value] of Object.entries(told)) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", (event) => progress(event.loaded, event.total));
    request.addEventListener("load", () => {
      if (request.status >= 200 && request.status < 300) resolve(parsed(request.responseText));
      else reject(new Problem(request.status, parsed(request.responseText)));
    });
    request.addEventListener("error", () => reject(new Problem(0)));
    request.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
    signal.addEventListener("abort", () => request.abort());
    request.send(body);
  });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

// Yield server-sent events: their names, and their data. EventSource cannot send a key, so the stream
// is read here. `alive` is told of all that comes, also of what only says that the service is there.
export async function* events(path, signal, alive = () => {}) {
  const answer = await ask(path, { signal, headers: { Accept: "text/event-stream" } });
  if (!answer.body) return;
  const lines = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await lines.read();
    if (done) return;
    alive();
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const told = (name) => block.split("\n").filter((line) => line.startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).trim()).join("\n");
      if (told("event")) yield { type: told("event"), data: parsed(told("data")) };
    }
  }
}
