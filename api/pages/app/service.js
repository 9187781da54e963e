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
export async function ask(path, { method = "GET", signal, headers: more } = {}) {
  let answer;
  try {
    answer = await fetch(path, { method, signal, headers: headers(more) });
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

// Hand files in; fetch cannot say how much has gone, so this is the older way.
export function upload(path, form, { idempotencyKey, progress, signal }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    for (const [name, value] of Object.entries(headers({ "Idempotency-Key": idempotencyKey }))) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", (event) => progress(event.loaded, event.total));
    request.addEventListener("load", () => {
      const body = parsed(request.responseText);
      if (request.status < 300 && body.id) resolve(body);
      else reject(new Problem(request.status, body));
    });
    request.addEventListener("error", () => reject(new Problem(0)));
    request.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
    signal.addEventListener("abort", () => request.abort());
    request.send(form);
  });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

// Yield the names of server-sent events. EventSource cannot send a key, so the stream is read here.
export async function* events(path, signal) {
  const answer = await ask(path, { signal, headers: { Accept: "text/event-stream" } });
  const lines = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await lines.read();
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const named = block.split("\n").find((line) => line.startsWith("event:"));
      if (named) yield named.slice("event:".length).trim();
    }
  }
}
