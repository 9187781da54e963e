// A batch: how far it is, what came out, and its documents.
import { to } from "./address.js";
import { button, element, fill, link } from "./element.js";
import { open, save } from "./downloads.js";
import { ACTIVE, followBatch } from "./follow.js";
import { listing } from "./list.js";
import { announce, confirmed, notice } from "./notice.js";
import { bar, batchTitle, because, shares } from "./progress.js";
import { Problem, read } from "./service.js";
import { count, either, say, time } from "./words.js";

const EXPORTS = ["xlsx", "csv", "jsonl", "parquet"];

export async function showBatch(place, address, { signal, lost }) {
  const path = `/v1/batches/${encodeURIComponent(address.id)}`;
  let batch = await read(path, { signal });
  document.title = `${batchTitle(batch)} · ${say("page.brand")}`;
  const head = element("div.far");
  const acts = element("div.row.acts");
  const list = listing({
    path: `${path}/items`,
    title: say("batch.documents"),
    titleId: "items-title",
    empty: say("batch.empty"),
    query: address.query,
    groups: () => shares(batch),
    told: true,
    signal,
    lost,
  });
  const changed = (now) => {
    const news = JSON.stringify(now.counts) !== JSON.stringify(batch.counts) || now.status !== batch.status;
    batch = now;
    fill(head, ...far(batch));
    const focused = acts.contains(document.activeElement);
    const wanted = offers(batch, (change) => act(change, head, path, changed, watch));
    if (acts.dataset.status !== batch.status) fill(acts, ...wanted);
    acts.dataset.status = batch.status;
    if (focused && !acts.contains(document.activeElement)) acts.querySelector("button, a")?.focus();
    list.regroup();
    if (news) list.refresh();
  };
  const told = (now) => (changed(now), tell(batch));
  const watch = () => followBatch(batch, told, signal, lost);
  fill(
    place,
    element("nav.back", { "aria-label": say("page.way") }, link(say("act.home"), to())),
    element("header.title", {}, element("h1", { tabindex: -1 }, batchTitle(batch)), element("p.soft", {}, say("batch.about", { at: time(batch.created_at), id: batch.id }))),
    head,
    acts,
    element("section", { "aria-labelledby": "items-title" }, ...list.parts),
  );
  changed(batch);
  await list.load();
  watch();
}

function far(batch) {
  const { items_total: total, items_done: done, percent } = batch.progress;
  const words = total === null ? say("batch.opening") : say("batch.done", { done: count(done), total: count(total) });
  const why = because(batch.progress);
  return [
    element("p.figure", {}, element("b", {}, `${percent}%`), " ", words, why && element("span.soft", {}, ` · ${why}`)),
    bar(shares(batch), percent, say("batch.progress")),
    batch.error && element("p.wrong", { role: "alert" }, either(batch.error.message, batch.error.message_en)),
  ];
}

// Tell those who listen each quarter of the way, and the end.
function tell(batch) {
  const { percent, items_total: total } = batch.progress;
  if (!ACTIVE.has(batch.status)) announce(say("batch.ended", { n: count(total ?? 0), failed: count(batch.verdicts.failed ?? 0) }));
  else if (percent >= 25) announce(say("batch.quarter", { percent: Math.floor(percent / 25) * 25 }));
}

function offers(batch, change) {
  const found = [];
  if (ACTIVE.has(batch.status)) found.push(button(say("batch.cancel"), () => change("cancel")));
  else if (batch.status !== "succeeded") found.push(button(say("batch.retry"), () => change("retry")));
  const address = (format) => [`${batch.links.export}?format=${format}`, `${batch.id}.${format}`];
  if (!batch.counts.succeeded && !batch.counts.partially_succeeded) return found;
  found.push(open(say("export.html"), ...address("html")));
  for (const format of EXPORTS) found.push(save(say(`export.${format}`), ...address(format)));
  return found;
}

async function act(change, head, path, changed, watch) {
  if (change === "cancel" && !(await confirmed(say("batch.cancel.sure"), say("batch.cancel")))) return;
  try {
    changed(await read(`${path}/${change}`, { method: "POST" }));
    watch();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    head.append(notice(error));
  }
}
