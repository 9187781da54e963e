// A list of documents, a page at a time: filters with counts, text, and rows that follow the work.
import { note, to } from "./address.js";
import { button, element, fill, link } from "./element.js";
import { ACTIVE, repeat } from "./follow.js";
import { notice } from "./notice.js";
import { because, GROUPS, groupName } from "./progress.js";
import { Problem, read } from "./service.js";
import { count, either, say } from "./words.js";

const A_PAGE = 50;
const TYPED_MS = 350;
const KINDS = ["verdict", "status"];

// Make a list of jobs or items. `groups` gives counts by group, where they are known; `told` says that
// `refresh` is called when there is news, so that nothing is asked for without. What is asked for stands
// in the address bar. Never more rows than a page has are built.
export function listing(wanted) {
  const state = Object.fromEntries(["verdict", "status", "text", "cursor"].map((name) => [name, wanted.query.get(name) ?? ""]));
  const before = []; // the cursors of the pages before this one
  const chips = element("div.chips", { role: "group", "aria-label": say("list.narrow") });
  const text = element("input", { type: "search", value: state.text, "aria-label": say("list.find"), placeholder: say("list.find"), maxlength: 100 });
  const body = element("tbody");
  const head = element("thead", {}, element("tr", {}, ["name", "issuer", "state", "verdict"].map((name) => element("th", { scope: "col" }, say(`list.${name}`)))));
  const table = element("table.list", { "aria-labelledby": wanted.titleId }, head, body);
  const none = element("p.none", { hidden: true });
  const pager = element("nav.pager", { "aria-label": say("list.pages") });
  const trouble = element("div");
  let next = null;
  let busy = null;

  const ask = () => {
    const asked = new URLSearchParams({ limit: String(A_PAGE) });
    for (const name of [...KINDS, "text", "cursor"]) if (state[name]) asked.set(name, state[name]);
    return read(`${wanted.path}?${asked}`, { signal: wanted.signal });
  };

  const load = async () => {
    const mine = (busy = {});
    try {
      const found = await ask();
      if (busy !== mine) return false;
      next = found.next_cursor;
      rows(body, found.data);
      table.hidden = !found.data.length;
      none.hidden = Boolean(found.data.length);
      const narrowed = state.verdict || state.status || state.text;
      none.textContent = narrowed ? say("list.none") : wanted.empty;
      search.hidden = !narrowed && !found.data.length && !state.cursor;
      page();
      fill(trouble);
      return found.data.some((row) => ACTIVE.has(row.status));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.status === 401) throw error;
      fill(trouble, notice(error, load));
      return false;
    }
  };

  const go = (change, { step = true } = {}) => {
    Object.assign(state, { cursor: "" }, change);
    if (!("cursor" in change)) before.length = 0;
    note(state, { step });
    regroup();
    return load();
  };

  const page = () => {
    const forth = () => (before.push(state.cursor), go({ cursor: next }).then(top));
    const back = () => go({ cursor: before.pop() ?? "" }).then(top);
    pager.hidden = !next && !state.cursor;
    fill(
      pager,
      state.cursor && button(before.length ? say("list.back") : say("list.first"), back),
      next && button(say("list.forth"), forth),
    );
  };
  const top = () => {
    heading.scrollIntoView();
    heading.focus({ preventScroll: true });
  };

  const regroup = () => {
    const groups = wanted.groups?.() ?? GROUPS.filter(([, name]) => name !== "skipped").map(([kind, name]) => ({ kind, name, number: null }));
    const chosen = (group) => (group ? state[group.kind] === group.name : !state.verdict && !state.status);
    const shown = groups.filter((group) => group.number !== 0 || chosen(group));
    const sum = wanted.groups ? groups.reduce((total, { number }) => total + number, 0) : null;
    const at = [...chips.children].indexOf(document.activeElement);
    fill(chips, chip(null, sum, chosen(null), go), shown.map((group) => chip(group, group.number, chosen(group), go)));
    if (at >= 0) chips.children[Math.min(at, chips.children.length - 1)].focus();
  };

  let typing = 0;
  text.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => go({ text: text.value.trim() }, { step: false }), TYPED_MS);
  });
  regroup();
  const heading = element("h2", { id: wanted.titleId, tabindex: -1 }, wanted.title);
  const search = element("div.search", { role: "search" }, chips, text);
  let following = null;
  let again = false;
  const follow = () => {
    again = following !== null;
    following ??= repeat(async () => step(await load()), wanted.signal, wanted.lost).finally(() => (following = null));
  };
  const step = (active) => {
    if (!wanted.told) return active ? 3 : null;
    const more = again; // news came while the rows were on their way
    again = false;
    return more ? 1 : null;
  };
  return {
    parts: [heading, search, trouble, table, none, pager],
    load: async () => (await load()) && !wanted.told && follow(),
    refresh: follow,
    regroup,
  };
}

function chip(group, number, chosen, go) {
  const words = group ? groupName(group) : say("list.all");
  return button(number === null ? words : `${words} ${count(number)}`, () => go({ verdict: "", status: "", ...(group ? { [group.kind]: group.name } : {}) }), {
    class: `chip ${group ? `${group.kind}-${group.name}` : "all"}`,
    "aria-pressed": String(chosen),
  });
}

// Bring the rows up to date; those that did not change stay, and with them what has the focus.
function rows(body, found) {
  const kept = new Map([...body.rows].map((row) => [row.dataset.key, row]));
  const focused = body.contains(document.activeElement) ? document.activeElement.closest("tr")?.dataset.key : null;
  const made = found.map((item, at) => {
    const key = item.job_id ?? item.id ?? `${at} ${item.name}`;
    const content = JSON.stringify(item);
    const old = kept.get(key);
    if (old?.dataset.content === content) return old;
    const fresh = row(item);
    Object.assign(fresh.dataset, { key, content });
    return fresh;
  });
  if (made.length === body.rows.length && made.every((one, at) => body.rows[at] === one)) return;
  body.replaceChildren(...made);
  if (focused) made.find((one) => one.dataset.key === focused)?.querySelector("a")?.focus({ preventScroll: true });
}

function row(item) {
  const id = item.job_id ?? item.id ?? null;
  const name = item.name ?? item.filename;
  const error = item.error && either(item.error.message, item.error.message_en);
  const under = ACTIVE.has(item.status) && item.progress ? because(item.progress) : "";
  return element(
    "tr",
    {},
    element("th", { scope: "row" }, id ? link(name, to("jobs", id)) : name, error && element("div.why", {}, error)),
    element("td", {}, [item.issuer, item.year && say("list.year", { year: item.year })].filter(Boolean).join(" · ")),
    element("td", {}, say(`status.${item.status}`), under && element("div.soft", {}, under)),
    element("td", {}, item.verdict && element("span", { class: `verdict verdict-${item.verdict}` }, say(`verdict.${item.verdict}`))),
  );
}
