// Where a value stands on its form: the labels before it and the headers above it, in words.
import { either } from "./words.js";

const LAST = 2; // of nested labels the last two say enough

export class Places {
  #words = new Map();

  constructor(form) {
    for (const table of form.tables)
      for (const cell of table.cells) if (cell.pointer) this.#words.set(cell.pointer, words(table, cell));
  }

  // Say the place of a value, or nothing for a pointer that names none.
  of(pointer) {
    const found = this.#words.get(pointer);
    return found ? either(found.chinese, found.english) : "";
  }

  has(pointer) {
    return this.#words.has(pointer);
  }
}

function words(table, value) {
  const before = table.cells.filter((cell) => (cell.kind === "label" || cell.kind === "group") && covers(cell.row, cell.row_span, value.row)).slice(-LAST);
  const above = table.cells.filter((cell) => cell.kind === "header" && cell.column_span < table.columns && cell.row < value.row && covers(cell.column, cell.column_span, value.column));
  const block = Math.max(...table.cells.filter((cell) => cell.column_span === table.columns && cell.row < value.row).map((cell) => cell.row), -1);
  const near = above.filter((cell) => cell.row > block);
  const heads = before.length ? near.slice(-1) : near;
  const told = (key) => [before, heads].map((cells) => cells.map((cell) => cell[key].split("（区分")[0]).filter(Boolean).join(" ")).filter(Boolean);
  const parts = value.pointer.split("/").slice(2).map((key) => key.replaceAll("_", " "));
  return { chinese: told("text").join(" / "), english: parts.join(" / ") };
}

function covers(first, span, at) {
  return first <= at && at < first + span;
}
