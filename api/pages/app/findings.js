// The findings, the gravest first: both numbers, who is at fault, and ways to the place.
import { button, element } from "./element.js";
import { calm } from "./selection.js";
import { either, say, sayOr } from "./words.js";

const GRAVITY = ["error", "warning", "info"];
const AT_FIRST = 30;

export function findings(known) {
  const { findings: all } = known.validation;
  const order = all.map((_, number) => number).sort((one, other) => GRAVITY.indexOf(all[one].severity) - GRAVITY.indexOf(all[other].severity) || one - other);
  const list = element("ol.findings");
  const cards = new Map();
  const show = (numbers) => {
    for (const number of numbers) cards.set(number, card(number, known));
    list.append(...numbers.map((number) => cards.get(number)));
  };
  show(order.slice(0, AT_FIRST));
  const rest = order.slice(AT_FIRST);
  const more = rest.length > 0 && button(say("findings.more", { n: rest.length }), () => (more.remove(), show(rest), cards.get(rest[0]).querySelector("button")?.focus()));
  known.chosen.on(({ finding, from }) => {
    cards.forEach((made, number) => made.classList.toggle("chosen", number === finding));
    if (from === "detail") cards.get(finding)?.scrollIntoView({ block: "center", behavior: calm() });
  });
  return element(
    "section",
    { "aria-labelledby": "findings-title" },
    element("h2", { id: "findings-title" }, say("report.findings"), all.length > 0 && element("small", {}, ` ${all.length}`)),
    all.length ? list : element("p.none", {}, say("findings.none")),
    more,
  );
}

function card(number, known) {
  const finding = known.validation.findings[number];
  const inTable = finding.paths.find((path) => known.places.has(path)) ?? null;
  const onPage = known.pages > 0 && finding.page !== null;
  const suggestion = finding.suggestion && either(finding.suggestion, finding.suggestion_en);
  const choose = (from) => () => known.chosen.finding(number, inTable, from);
  return element(
    "li.finding",
    { class: `severity-${finding.severity}`, id: `finding-${number + 1}` },
    element(
      "p.tags",
      {},
      element("b.severity", {}, `${number + 1} ${say(`severity.${finding.severity}`)}`),
      element("span", { class: `cause cause-${finding.cause}`, title: say(`cause.more.${finding.cause}`) }, say("findings.cause", { cause: say(`cause.${finding.cause}`) })),
      element("code", { title: sayOr(`rule.${finding.code}`, "") }, finding.code),
    ),
    element("p.message", {}, either(finding.message, finding.message_en)),
    finding.formula && element("p.formula", {}, finding.formula),
    pair(finding),
    suggestion && element("p.suggestion", {}, suggestion),
    element(
      "div.row",
      {},
      onPage && button(say("findings.page", { n: finding.page }), choose("page"), { class: "small", "data-jump": "page" }),
      inTable && button(say("findings.table"), choose("finding"), { class: "small", "data-jump": "table" }),
    ),
  );
}

function pair({ expected, actual, formula }) {
  if (expected === null || actual === null) return null;
  const one = (name, number) => element("div", {}, element("dt", {}, say(name)), element("dd", {}, number));
  return element("dl.pair", {}, one(formula ? "findings.sum" : "findings.expected", expected), one(formula ? "findings.stated" : "findings.actual", actual));
}
