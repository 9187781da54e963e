// The statutory tables, set like the form: one stop for the Tab key each, arrow keys within.
import { element } from "./element.js";
import { FAULT_SIGNS, SIGNS } from "./marks.js";
import { calm } from "./selection.js";
import { either, language, say } from "./words.js";

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const SCOPES = { group: "rowgroup", label: "row" };
const SHOWN_FROM = new Set(["finding", "text", "box"]); // what is chosen elsewhere on purpose
const READINGS = ["doubtful", "corrected", "inferred", "blank", "not_applicable", "missing", "unread"];

export function tables(known) {
  const cells = new Map();
  const drawn = known.form.tables.map((table) => drawTable(table, known, cells));
  known.chosen.on(({ pointer, finding, from }) => {
    const paths = finding === null ? [] : known.validation.findings[finding].paths;
    for (const [at, cell] of cells) {
      cell.classList.toggle("chosen", at === pointer);
      cell.classList.toggle("with", at !== pointer && paths.includes(at));
    }
    const cell = cells.get(pointer);
    if (!cell) return;
    turnTo(cell);
    if (SHOWN_FROM.has(from)) cell.scrollIntoView({ block: "center", inline: "center", behavior: calm() });
    if (from === "finding") cell.focus({ preventScroll: true });
  });
  return drawn;
}

function drawTable(table, known, cells) {
  const rows = Array.from({ length: table.rows }, () => element("tr"));
  const values = [];
  for (const cell of table.cells) {
    const made = cell.pointer ? value(cell, known) : label(cell);
    rows[cell.row].append(made);
    if (cell.pointer) {
      values.push({ cell, made });
      cells.set(cell.pointer, made);
    }
  }
  values[0].made.tabIndex = 0;
  const title = either(table.title, table.title_en);
  const drawn = element(
    "table.form",
    { class: table.name, role: "grid", "aria-readonly": "true", keydown: (event) => move(event, values) },
    element("caption", {}, title),
    table.head_rows > 0 && element("thead", {}, rows.slice(0, table.head_rows)),
    element("tbody", {}, rows.slice(table.head_rows)),
  );
  return element("div.wide", { role: "region", "aria-label": title }, drawn);
}

function spans(cell) {
  return { rowspan: cell.row_span > 1 ? cell.row_span : null, colspan: cell.column_span > 1 ? cell.column_span : null };
}

function label(cell) {
  const scope = cell.kind === "header" ? (cell.column_span > 1 ? "colgroup" : "col") : SCOPES[cell.kind];
  const english = language() === "en" && cell.english;
  return element("th", { class: cell.kind, scope, ...spans(cell) }, cell.text, english && element("span.key", { lang: "en" }, english));
}

function value(cell, known) {
  const mark = known.marks.get(cell.pointer);
  const words = [mark.shown || say("kind.blank"), ...mark.reasons, ...mark.told];
  const choose = () => known.chosen.value(cell.pointer, "table");
  return element(
    "td",
    {
      class: `${mark.reading} fault-${mark.fault}`,
      "data-pointer": cell.pointer,
      "aria-label": words.length > 1 ? words.join(say("mark.and")) : null,
      title: words.length > 1 ? words.slice(1).join("\n") : null,
      tabindex: -1,
      focus: choose,
      mouseenter: choose,
      ...spans(cell),
    },
    mark.shown,
    mark.sign && element("sup", { "aria-hidden": "true" }, mark.sign),
  );
}

// Go to the next value in the direction of an arrow key, over labels and spans.
function move(event, values) {
  const step = STEPS[event.key];
  const from = values.find(({ made }) => made === event.target);
  if (!step || !from) return;
  event.preventDefault();
  const [down, right] = step;
  const ahead = values.filter(({ cell }) => (down ? Math.sign(cell.row - from.cell.row) === down : cell.row === from.cell.row && Math.sign(cell.column - from.cell.column) === right));
  const far = ({ cell }) => Math.abs(cell.row - from.cell.row) * 100 + Math.abs(cell.column - from.cell.column);
  const next = ahead.sort((one, other) => far(one) - far(other))[0];
  next?.made.focus();
}

// Make a cell the one the Tab key comes back to.
function turnTo(cell) {
  for (const other of cell.closest("table").querySelectorAll('td[tabindex="0"]')) other.tabIndex = -1;
  cell.tabIndex = 0;
}

export function legend({ marks }) {
  const all = [...marks.values()];
  const faults = ["main", "asked", "part"].filter((fault) => all.some((mark) => mark.fault === fault));
  const readings = READINGS.filter((reading) => all.some((mark) => mark.reading === reading));
  const item = (name, sample, words) => element("li", {}, element("i", { class: name }, sample), words);
  return element(
    "ul.legend",
    { "aria-label": say("report.legend") },
    faults.map((fault) => item(`fault-${fault}`, FAULT_SIGNS[fault], say(`fault.${fault}`))),
    readings.map((reading) => {
      const found = all.find((mark) => mark.reading === reading);
      return item(reading, SIGNS[reading] ?? found.shown, say(`reading.${reading}`));
    }),
  );
}
