// How each value is shown and marked: the same rules as the report and the workbook follow.
import { either, say } from "./words.js";

const SIGNS = { doubtful: "疑", corrected: "改", inferred: "推", blank: "空", not_applicable: "号" };
const FAULTS = { main: "误", part: "算", none: "" };
const NO_NUMBER = new Set(["blank", "not_applicable", "missing"]);
const SHOWN = { blank: "", missing: "缺", unread: "？" };

// Return the marks of all values of a form, by pointer. A finding points at its first value; the
// others of a broken sum take part in it.
export function marks(form, record, validation) {
  const named = new Map();
  validation.findings.forEach((finding, number) => {
    if (finding.code.startsWith("REC-")) return;
    for (const path of finding.paths) {
      const fault = path === finding.paths[0] || finding.formula === null ? "main" : "part";
      named.set(path, [...(named.get(path) ?? []), { number, fault, finding }]);
    }
  });
  const pointers = form.tables.flatMap((table) => table.cells.map((cell) => cell.pointer)).filter(Boolean);
  return new Map(pointers.map((pointer) => [pointer, mark(record, pointer, named.get(pointer) ?? [])]));
}

function mark(record, pointer, named) {
  const evidence = record.evidence[pointer];
  const value = valueAt(record, pointer);
  const reading = readingOf(evidence, value);
  const main = named.some(({ fault }) => fault === "main");
  const fault = main ? "main" : named.length && Number(value) ? "part" : "none";
  return {
    pointer,
    evidence,
    value,
    reading,
    fault,
    shown: value !== null ? String(value) : (SHOWN[reading] ?? (evidence.text || "—")),
    sign: (SIGNS[reading] ?? "") + FAULTS[fault],
    reasons: reasons(evidence, value),
    findings: named.map(({ number }) => number),
    told: named.map(({ finding }) => either(finding.message, finding.message_en)),
  };
}

export function valueAt(record, pointer) {
  return pointer.split("/").slice(1).reduce((found, key) => found?.[key] ?? null, record);
}

function readingOf(evidence, value) {
  if (evidence.flag !== null && value !== null) return evidence.flag;
  if (NO_NUMBER.has(evidence.kind)) return evidence.kind;
  return value === null ? "unread" : "clear";
}

function reasons({ kind, flag, confidence, read_as: readAs, alternatives }, value) {
  const found = [];
  if (NO_NUMBER.has(kind)) found.push(say(`kind.${kind}`));
  else if (value === null) found.push(say("reading.unread"));
  if (flag) found.push(say("reading.flag", { flag: say(`flag.${flag}`), confidence: percent(confidence) }));
  if (readAs !== null) found.push(say("reading.as", { text: readAs }));
  if (alternatives.length) found.push(say("reading.others", { texts: alternatives.map((text) => text || say("kind.blank")).join(say("mark.or")) }));
  return found;
}

export function percent(share) {
  return `${(Math.floor(share * 1000) / 10).toFixed(1)}%`;
}
