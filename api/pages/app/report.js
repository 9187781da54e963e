// What was found in a document: verdict, findings, pages with boxes beside the tables, and text.
import { button, element, fill } from "./element.js";
import { detail } from "./detail.js";
import { open, save } from "./downloads.js";
import { findings } from "./findings.js";
import { FORMS } from "./forms.js";
import { marks } from "./marks.js";
import { Places } from "./places.js";
import { selection } from "./selection.js";
import { read } from "./service.js";
import { legend, tables } from "./tables.js";
import { texts } from "./texts.js";
import { viewer } from "./viewer.js";
import { say, sayOr } from "./words.js";

const WITHOUT_PAGES = new Set(["docx", "html", "markdown", "text"]);
const CAUSES = ["source", "recognition", "undetermined"];

export async function showReport(place, job, { signal, act, back }) {
  const [record, validation] = await Promise.all([read(job.links.result, { signal }), read(job.links.validation, { signal })]);
  const title = record.title ?? record.issuer ?? job.filename;
  document.title = `${title} · ${say("page.brand")}`;
  const form = FORMS[record.template ?? "2021"];
  const known = {
    job,
    record,
    validation,
    form,
    signal,
    marks: marks(form, record, validation),
    places: new Places(form),
    pages: WITHOUT_PAGES.has(record.source.kind) ? 0 : record.source.pages,
    chosen: selection(),
  };
  const beside = known.pages > 0;
  const side = beside ? [viewer(known), detail(known)] : [];
  const main = [
    findings(known),
    element("section.statutory", { "aria-labelledby": "tables-title" }, element("h2", { id: "tables-title" }, say("report.tables")), form_of(known), legend(known), tables(known), beside ? null : detail(known)),
    texts(known),
    rules(validation),
  ];
  fill(
    place,
    back,
    element("header.title", {}, element("h1", { tabindex: -1 }, title), about(known)),
    verdict(validation),
    downloads(known, act),
    element("div", { class: beside ? "beside" : "alone" }, beside && element("aside.pages", { "aria-label": say("report.pages") }, side), element("div.main", {}, main)),
  );
  known.chosen.begin(validation.findings);
}

function about({ record, job, pages }) {
  const { region, period, year } = record;
  const facts = [
    [say("report.issuer"), record.issuer ?? say("report.unknown")],
    [say("report.year"), year ?? say("report.unknown")],
    period && [say("report.period"), `${period.start} – ${period.end}`],
    region && [say("report.region"), region.name],
    [say("report.file"), [job.filename, pages && say("job.pages", { n: pages })].filter(Boolean).join(" · ")],
  ];
  return element("dl.facts", {}, facts.filter(Boolean).map(([name, fact]) => element("div", {}, element("dt", {}, name), element("dd", {}, fact))));
}

function verdict({ verdict: said, counts, findings: all }) {
  const numbers = Object.entries(counts).map(([severity, number]) => element("li", {}, say(`count.${severity}`, { n: number })));
  const causes = CAUSES.map((cause) => [cause, all.filter((finding) => finding.cause === cause).length]).filter(([, number]) => number);
  return element(
    "section.judged",
    { class: `judged-${said}`, "aria-label": say("report.verdict") },
    element("b.word", {}, say(`verdict.${said}`)),
    element("p", {}, say(`verdict.more.${said}`)),
    element("ul.numbers", {}, numbers),
    causes.length > 0 && element("p.soft", {}, say("report.faults"), causes.map(([cause, number]) => element("span", { class: `cause cause-${cause}` }, `${say(`cause.${cause}`)} ${number}`))),
  );
}

function form_of({ record, form }) {
  if (record.template === null) return element("p.soft", {}, say("report.noform"));
  return element("p.soft", {}, say("report.form", { notice: form.notice }));
}

function downloads({ job, record, validation }, act) {
  const name = (kind) => `${job.filename.replace(/\.[^.]+$/, "")}.${kind}`;
  const as = (format) => `${job.links.result}?format=${format}`;
  return element(
    "div.row.acts",
    { role: "group", "aria-label": say("report.take") },
    open(say("take.html"), as("html"), name("html")),
    save(say("take.xlsx"), as("xlsx"), name("xlsx")),
    save(say("take.csv"), as("csv"), name("csv")),
    save(say("take.json"), job.links.result, name("json")),
    ["scan", "image", "mixed"].includes(record.source.kind) && save(say("take.pdf"), as("pdf"), name("searchable.pdf")),
    save(say("job.source"), job.links.source, job.filename),
    button(say("act.print"), () => print()),
    job.status === "partially_succeeded" && button(say("job.retry"), () => act("retry")),
  );
}

function rules({ checked }) {
  const rows = Object.entries(checked).map(([code, { checked: number, failed }]) =>
    element("tr", {}, element("th", { scope: "row" }, element("code", {}, code)), element("td", {}, sayOr(`rule.${code}`, code)), element("td.n", {}, number), element("td", { class: failed ? "n bad" : "n" }, failed)),
  );
  const heads = ["code", "rule", "checked", "failed"].map((name) => element("th", { scope: "col" }, say(`rules.${name}`)));
  return element("details.rules", {}, element("summary", {}, say("report.rules", { n: rows.length })), element("div.wide", {}, element("table", {}, element("thead", {}, element("tr", {}, heads)), element("tbody", {}, rows))));
}
