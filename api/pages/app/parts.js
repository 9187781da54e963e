// Sending large files in parts: what has arrived stays there, and sending goes on with the rest,
// after a lost connection by itself, and when the same file is chosen again later.
import { pause } from "./follow.js";
import { ask, Problem, read, transfer } from "./service.js";

export const LARGE = 32 * 1024 * 1024;
const TRIES = 5;
const ROUNDS = 3;

// Send a file and return the id of its upload; `paused` is told when the connection was lost.
export async function sendInParts(file, { progress, paused, signal }) {
  let upload = await begun(file, signal);
  for (let round = 1; upload.status !== "completed"; round += 1) {
    await sendMissing(file, upload, { progress, paused, signal });
    try {
      upload = await (await ask(upload.complete, { method: "POST", signal })).json();
    } catch (error) {
      if (error.code !== "parts_missing" || round === ROUNDS) throw error;
      upload = await look(upload.id, signal);
    }
  }
  return upload.id;
}

// Forget that files were being sent: they are handed in.
export function forget(files) {
  for (const file of files) localStorage.removeItem(named(file));
}

async function begun(file, signal) {
  const known = localStorage.getItem(named(file));
  if (known) {
    try {
      return await look(known, signal);
    } catch (error) {
      if (![404, 410].includes(error.status)) throw error;
    }
  }
  const wanted = { filename: file.name, size_bytes: file.size };
  const upload = await (await ask("/v1/uploads", { method: "POST", json: wanted, signal })).json();
  localStorage.setItem(named(file), upload.id);
  return upload;
}

function look(id, signal) {
  return read(`/v1/uploads/${id}`, { signal });
}

async function sendMissing(file, upload, { progress, paused, signal }) {
  let sent = partsOf(file, upload).reduce((sum, part) => sum + (part.etag ? part.size_bytes : 0), 0);
  let at = 0;
  for (const part of partsOf(file, upload)) {
    const content = file.slice(at, at + part.size_bytes);
    at += part.size_bytes;
    if (part.etag) continue;
    const before = sent;
    await sendPart(file, upload, part, content, { progress: (done) => progress(before + done), paused, signal });
    sent += part.size_bytes;
  }
  progress(file.size);
}

// A small file is its own only part.
function partsOf(file, upload) {
  return upload.parts.length ? upload.parts : [{ number: 1, size_bytes: file.size, url: upload.url, etag: null }];
}

// Send one part, again where that may help: a lost connection, a busy store, an address too old.
async function sendPart(file, upload, part, content, { progress, paused, signal }) {
  let url = part.url;
  for (let tried = 1; ; tried += 1) {
    try {
      return await transfer("PUT", url, content, { progress, signal });
    } catch (error) {
      const helps = error instanceof Problem && (error.status === 0 || error.status === 403 || error.status === 429 || error.status >= 500);
      if (!helps || tried === TRIES) throw error;
      paused();
      await pause(2 ** (tried - 1), signal);
      if (signal.aborted) throw new DOMException("", "AbortError");
      const fresh = await look(upload.id, signal).catch(() => upload);
      url = partsOf(file, fresh).find((one) => one.number === part.number)?.url ?? url;
    }
  }
}

function named(file) {
  return `gouji.upload ${file.name} ${file.size} ${file.lastModified}`;
}
