// A job: how far it is, why it failed, or what was found in the document.
import { to } from "./address.js";
import { button, element, fill, link } from "./element.js";
import { save } from "./downloads.js";
import { ACTIVE, followJob } from "./follow.js";
import { announce, confirmed, notice } from "./notice.js";
import { because } from "./progress.js";
import { showReport } from "./report.js";
import { Problem, read } from "./service.js";
import { count, either, say, time } from "./words.js";

const STAGES = ["inspecting", "reading", "assembling", "validating", "exporting"];

export async function showJob(place, address, { signal, lost }) {
  const path = `/v1/jobs/${encodeURIComponent(address.id)}`;
  let job = await read(path, { signal });
  document.title = `${job.filename} · ${say("page.brand")}`;
  const head = element("div.head");
  const body = element("div.body");
  fill(place, way(job), head, body);
  const act = async (change) => {
    if (change === "cancel" && !(await confirmed(say("job.cancel.sure"), say("job.cancel")))) return;
    try {
      await follow(await read(`${path}/${change}`, { method: "POST" }));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      body.prepend(notice(error));
    }
  };
  const changed = (now) => {
    job = now;
    fill(body, ...underWay(job, act));
    announce(said(job));
  };
  const follow = async (now) => {
    fill(head, element("h1", { tabindex: -1 }, now.filename), about(now));
    changed(now);
    if (ACTIVE.has(now.status)) await followJob(now, changed, signal, lost);
    if (signal.aborted) return;
    announce(said(job));
    if (job.links.result) await showReport(place, job, { signal, act, back: way(job) });
    else fill(body, ...ended(job, act));
  };
  const following = follow(job);
  if (!ACTIVE.has(job.status)) await following;
  else following.catch((error) => (error instanceof Problem ? lost(error) : Promise.reject(error)));
}

function way(job) {
  return element(
    "nav.back",
    { "aria-label": say("page.way") },
    link(say("act.home"), to()),
    job.batch_id && link(say("act.batch"), to("batches", job.batch_id)),
  );
}

function about(job) {
  const facts = [say("job.handed", { at: time(job.created_at) }), job.pages && say("job.pages", { n: count(job.pages) }), job.id];
  return element("p.soft", {}, facts.filter(Boolean).join(" · "));
}

function said(job) {
  if (ACTIVE.has(job.status)) return say(job.stage ? `stage.${job.stage}` : "status.queued");
  return [say(`status.${job.status}`), job.verdict && say(`verdict.${job.verdict}`)].filter(Boolean).join(say("mark.and"));
}

function underWay(job, act) {
  const { percent, pages_done: done, pages_total: total, pages_failed: failed } = job.progress;
  const at = STAGES.indexOf(job.stage);
  const steps = STAGES.map((stage, n) =>
    element("li", { class: n < at ? "past" : n === at ? "now" : "", "aria-current": n === at ? "step" : null }, say(`stage.${stage}`)),
  );
  const pages = total ? say("job.read", { done: count(done), total: count(total) }) : "";
  const why = because(job.progress);
  return [
    element(
      "section.waiting",
      { "aria-label": say("job.progress") },
      element("ol.stages", {}, steps),
      element("progress", { max: 100, value: percent, "aria-label": say("job.progress") }),
      element("p.figure", {}, element("b", {}, `${percent}%`), " ", [pages, why].filter(Boolean).join(" · ")),
      failed > 0 && element("p.wrong", {}, say("job.unread", { n: count(failed) })),
      element("div.row", {}, button(say("job.cancel"), () => act("cancel"))),
    ),
  ];
}

// Say why there is no result, and what to do.
function ended(job, act) {
  const why = job.error ? either(job.error.message, job.error.message_en) : say(`job.${job.status}`);
  return [
    element(
      "section.notice",
      { class: job.status === "cancelled" ? "" : "problem", role: "alert" },
      element("h2", {}, say(`status.${job.status}`)),
      element("p", {}, why),
      job.error && element("p.soft", {}, say(job.error.retryable ? "job.again.helps" : "job.again.not"), " ", element("code", {}, job.error.code)),
      element(
        "div.row",
        {},
        button(say("job.retry"), () => act("retry"), { class: !job.error || job.error.retryable ? "strong" : "" }),
        save(say("job.source"), job.links.source, job.filename),
        link(say("act.other"), to(), { class: "button" }),
      ),
    ),
  ];
}
