// How far a batch or a job is, as a bar and in words; the same groups colour bars and filters.
import { element } from "./element.js";
import { count, duration, say, sayOr, time } from "./words.js";

// Reports are told apart by verdict, everything else by status: each item is in one group.
export const GROUPS = [
  ["verdict", "failed"],
  ["verdict", "incomplete"],
  ["verdict", "warnings"],
  ["verdict", "passed"],
  ["status", "failed"],
  ["status", "skipped"],
  ["status", "cancelled"],
  ["status", "running"],
  ["status", "queued"],
];

// Count the items of a batch by group.
export function shares(batch) {
  return GROUPS.map(([kind, name]) => ({ kind, name, number: (kind === "verdict" ? batch.verdicts : batch.counts)[name] ?? 0 }));
}

export function groupName({ kind, name }) {
  return say(`${kind}.${name}`);
}

export function batchTitle(batch) {
  const title = batch.metadata.title;
  return typeof title === "string" && title ? title : say("batch.untitled", { at: time(batch.created_at) });
}

// Draw a bar of coloured shares; its parts are also told in words.
export function bar(parts, percent, label) {
  const made = element("div.shares", {
    role: "progressbar",
    "aria-label": label,
    "aria-valuemin": 0,
    "aria-valuemax": 100,
    "aria-valuenow": percent,
  });
  for (const part of parts.filter(({ number }) => number > 0)) {
    const share = element("span", { class: `share ${part.kind}-${part.name}`, title: `${groupName(part)} ${count(part.number)}` });
    share.style.flexGrow = String(part.number);
    made.append(share);
  }
  return made;
}

// Say why something is not finished yet; a reason this page does not know is shown as it is.
export function because(progress) {
  if (!progress.reason) return "";
  const why = [sayOr(`reason.${progress.reason}`, progress.reason)];
  if (progress.queue_position) why.push(say("progress.ahead", { n: count(progress.queue_position) }));
  if (progress.eta_seconds !== null && progress.eta_seconds !== undefined) why.push(say("progress.left", { time: duration(progress.eta_seconds) }));
  return why.join(say("mark.and"));
}
