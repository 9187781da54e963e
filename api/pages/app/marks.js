// How each value is shown and marked: the same rules as the report and the workbook follow.
import { either, say } from "./words.js";

export const SIGNS = { doubtful: "疑", corrected: "改", inferred: "推", blank: "空", not_applicable: "号" };
export const FAULT_SIGNS = { main: "误", asked: "核", part: "算", none: "" };
const NO_NUMBER = new Set(["blank", "not_applicable", "missing"]);
const SHOWN = { blank: "", missing: "缺", unread: "？" };

// Return the marks of all values of a form, by pointer. An error points at its first value, a warning
// asks for a look at it; the others of a broken sum take part in it. A note marks nothing.
export function marks(form, record, validation) {
  const named = new Map();
  validation.findings.forEach((finding, number) => {
    if (finding.code.startsWith("REC-") || finding.severity === "info") return;
    const pointed = finding.severity === "error" ? "main" : "asked";
    for (const path of finding.paths) {
      const fault = path === finding.paths[0] || finding.formula === null ? pointed : "part";
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
  const fault = worst(named, value);
  return {
    pointer,
    evidence,
    value,
    reading,
    fault,
    shown: value !== null ? String(value) : (SHOWN[reading] ?? (evidence.text || "—")),
    sign: (SIGNS[reading] ?? "") + FAULT_SIGNS[fault],
    reasons: reasons(evidence, value),
    findings: named.map(({ number }) => number),
    told: named.map(({ finding }) => either(finding.message, finding.message_en)),
  };
}

// Return the worst of the faults at a value; 0 adds nothing to a broken sum.
function worst(named, value) {
  const pointed = ["main", "asked"].find((wanted) => named.some(({ fault }) => fault === wanted));
  return pointed ?? (named.length && value !== null && value !== 0 && value !== "" ? "part" : "none");
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
