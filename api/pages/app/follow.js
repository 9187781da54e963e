// Following what is under way, for as long as it is looked at.
import { events, Problem, read } from "./service.js";

const SLOWEST_S = 30;
const HEARD_TOGETHER_MS = 150;
const SILENCE_MS = 20_000; // the service says something every two seconds; a proxy may hold it back

export const ACTIVE = new Set(["queued", "running"]);

export function pause(seconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, seconds * 1000);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}

// Take a step again and again until it says null; it says in how many seconds otherwise. A service
// that does not answer is asked less and less often, and `lost` is told.
export async function repeat(step, signal, lost) {
  let failures = 0;
  let wait = 0;
  while (!signal.aborted && wait !== null) {
    await pause(failures ? Math.min(SLOWEST_S, 2 ** failures) : wait, signal);
    if (signal.aborted) return;
    if (document.hidden) {
      wait = Math.max(wait, 1);
      continue;
    }
    try {
      wait = await step();
      failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof Problem && [401, 403, 404, 410].includes(error.status)) return lost(error);
      if (!(error instanceof Problem)) throw error;
      failures += 1;
      lost(error);
      wait = wait || 2;
    }
  }
}

// Follow a job to its end: by its stream of events, or by asking where there is no stream.
export async function followJob(job, changed, signal, lost) {
  let now = job;
  const look = async () => {
    now = await read(now.links.self, { signal });
    changed(now);
    return ACTIVE.has(now.status) ? 2 : null;
  };
  while (ACTIVE.has(now.status) && !signal.aborted) {
    try {
      for await (const _ of events(now.links.events, signal)) {
        await pause(HEARD_TOGETHER_MS / 1000, signal);
        if ((await look()) === null) return;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof Problem) && !(error instanceof TypeError)) throw error;
    }
    await repeat(look, signal, lost);
  }
}

// Follow a batch to its end: the service tells it whole whenever it has changed. Where its stream
// cannot be had, or nothing comes of it, the batch is asked for.
export async function followBatch(batch, changed, signal, lost) {
  let now = batch;
  const take = (next) => changed((now = next));
  const look = async () => {
    take(await read(now.links.self, { signal }));
    return ACTIVE.has(now.status) ? 2 : null;
  };
  while (ACTIVE.has(now.status) && !signal.aborted) {
    await seen(signal);
    const heard = await listen(`${now.links.events}?items=false`, take, signal);
    if (signal.aborted || !ACTIVE.has(now.status)) return;
    if (!heard && !document.hidden) return repeat(look, signal, lost);
    await pause(1, signal);
  }
}

// Listen to a stream until it ends, breaks or falls silent, or nobody looks: a browser has few
// connections to a service for all its tabs. Say whether anything was heard.
async function listen(path, take, signal) {
  const stop = new AbortController();
  const away = () => (signal.aborted || document.hidden) && stop.abort();
  let timer = setTimeout(() => stop.abort(), SILENCE_MS);
  const alive = () => (clearTimeout(timer), (timer = setTimeout(() => stop.abort(), SILENCE_MS)));
  signal.addEventListener("abort", away);
  document.addEventListener("visibilitychange", away);
  let heard = false;
  away();
  try {
    for await (const { data } of events(path, stop.signal, alive)) {
      heard = true;
      take(data.data);
    }
  } catch (error) {
    const broken = stop.signal.aborted || error instanceof Problem || error instanceof TypeError;
    if (!broken) throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", away);
    document.removeEventListener("visibilitychange", away);
  }
  return heard;
}

// Wait until somebody looks at the page.
function seen(signal) {
  return new Promise((resolve) => {
    const look = () => {
      if (document.hidden && !signal.aborted) return;
      document.removeEventListener("visibilitychange", look);
      resolve();
    };
    document.addEventListener("visibilitychange", look);
    signal.addEventListener("abort", look, { once: true });
    look();
  });
}
