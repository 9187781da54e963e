// Following what is under way, for as long as it is looked at.
import { events, Problem, read } from "./service.js";

const SLOWEST_S = 30;
const HEARD_TOGETHER_MS = 150;

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
