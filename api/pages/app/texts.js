// The text of the report by section; numbers it states are marked, and lead to the table.
import { element } from "./element.js";
import { either, say } from "./words.js";

const NUMERALS = "〇一二三四五六七八九十";

export function texts(known) {
  const { sections } = known.record;
  return element(
    "section.texts",
    { "aria-labelledby": "text-title" },
    element("h2", { id: "text-title" }, say("report.text")),
    sections.length ? sections.map((section) => sectionOf(section, known)) : element("p.none", {}, say("texts.none")),
  );
}

function sectionOf(section, known) {
  const title = section.number === null ? section.title : `${NUMERALS[section.number] ?? section.number}、${section.title}`;
  const stated = known.record.claims.filter((claim) => claim.section === section.number && claim.span).sort((one, other) => one.span[0] - other.span[0]);
  const paragraphs = [];
  let at = 0;
  for (const line of section.text.split("\n")) {
    if (line.trim()) paragraphs.push(element("p", {}, pieces(line, at, stated, known)));
    at += line.length + 1;
  }
  return [element("h3", {}, title), ...(paragraphs.length ? paragraphs : [element("p.none", {}, say("texts.empty"))])];
}

// Cut a line where claims begin and end; several may be made in the same words.
function pieces(line, offset, claims, known) {
  const found = [];
  let at = 0;
  for (const begin of new Set(claims.map((claim) => claim.span[0]))) {
    const same = claims.filter((claim) => claim.span[0] === begin);
    const [from, to] = same[0].span.map((place) => place - offset);
    if (from < at || to > line.length) continue;
    found.push(line.slice(at, from), claimed(line.slice(from, to), same, known));
    at = to;
  }
  return [...found, line.slice(at)];
}

function claimed(text, claims, known) {
  const wrong = claims.some((claim) => claim.holds === false);
  const state = wrong ? "broken" : claims.some((claim) => claim.holds) ? "holds" : "open";
  const pointer = claims.map((claim) => pointerOf(claim.subject, known)).find(Boolean);
  const words = say(`claim.${state}`);
  if (!pointer) return element("mark", { class: state, title: words }, text);
  const title = `${words}${either("：", ": ")}${known.places.of(pointer)}`;
  return leading(text, () => known.chosen.value(pointer, "text"), { class: `claim ${state}`, title });
}

// Make words that act like a button; a button itself could not run over the end of a line.
function leading(text, act, given) {
  const pressed = (event) => ["Enter", " "].includes(event.key) && (event.preventDefault(), act());
  return element("span", { role: "button", tabindex: 0, click: act, keydown: pressed, ...given }, text);
}

// Return the first value a claim is about; 总计 is implied.
function pointerOf(subject, { places }) {
  const path = `/${subject.replace(/^growth\./, "").split("+")[0].replaceAll(".", "/")}`;
  return [path, `${path}/total`].find((pointer) => places.has(pointer)) ?? null;
}
