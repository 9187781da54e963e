// The pages upright, one at a time, with a box around each value; pointing at one shows the other.
import { button, element, fill } from "./element.js";
import { pageImage } from "./pictures.js";
import { calm } from "./selection.js";
import { say } from "./words.js";

const ZOOMS = [1, 1.5, 2, 3];

export function viewer(known) {
  const state = { page: 1, zoom: 0 };
  const sheet = element("div.sheet");
  const stage = element("div.stage", { tabindex: 0, role: "region", "aria-label": say("viewer.stage") }, sheet);
  const number = element("output", { "aria-live": "off" });
  const turn = (step) => show(Math.min(known.pages, Math.max(1, state.page + step)));
  const back = button("‹", () => turn(-1), { "aria-label": say("viewer.back") });
  const forth = button("›", () => turn(1), { "aria-label": say("viewer.forth") });
  const closer = (step) => () => {
    state.zoom = Math.min(ZOOMS.length - 1, Math.max(0, state.zoom + step));
    sheet.style.width = `${ZOOMS[state.zoom] * 100}%`;
    smaller.disabled = state.zoom === 0;
    larger.disabled = state.zoom === ZOOMS.length - 1;
    centre(stage, sheet.querySelector(".chosen"), "auto");
  };
  const smaller = button("−", closer(-1), { "aria-label": say("viewer.smaller"), disabled: true });
  const larger = button("+", closer(1), { "aria-label": say("viewer.larger") });
  let drawn = Promise.resolve();

  const show = (page) => {
    if (page === state.page && sheet.childElementCount) return drawn;
    state.page = page;
    number.textContent = say("viewer.page", { n: page, total: known.pages });
    back.disabled = page === 1;
    forth.disabled = page === known.pages;
    drawn = draw(sheet, page, known, () => state.page === page);
    return drawn;
  };

  known.chosen.on(async ({ pointer, finding, from }) => {
    const found = finding === null ? null : known.validation.findings[finding];
    const evidence = known.record.evidence[pointer];
    const page = (found && from !== "table" ? found.page : null) ?? evidence?.page ?? found?.page;
    if (page) await show(page);
    point(sheet, pointer, found, state.page);
    if (from !== "page-box") centre(stage, sheet.querySelector(".chosen"), from === "begin" ? "auto" : calm());
    if (from === "page") stage.scrollIntoView({ block: "nearest", behavior: calm() });
  });
  show(1);
  return element("div.viewer", {}, element("div.row.tools", { role: "toolbar", "aria-label": say("report.pages") }, back, number, forth, element("span.gap"), smaller, larger), stage);
}

// Draw a page with its boxes; the picture may come when another page is shown already.
async function draw(sheet, page, known, wanted) {
  fill(sheet, element("p.none", {}, say("viewer.loading")));
  const picture = await pageImage(known, page);
  if (!wanted()) return;
  if (!picture) return void fill(sheet, element("p.none", {}, say("viewer.nothing")));
  const image = element("img", { src: picture.src, alt: say("viewer.alt", { n: page }), width: picture.naturalWidth, height: picture.naturalHeight });
  const boxes = element("svg", { viewBox: "0 0 1 1", preserveAspectRatio: "none", "aria-hidden": "true" });
  for (const [pointer, mark] of known.marks) {
    const { page: at, box } = mark.evidence;
    if (at !== page || !box) continue;
    const choose = () => known.chosen.value(pointer, "page-box");
    boxes.append(rectangle(box, { class: `${mark.reading} fault-${mark.fault}`, "data-pointer": pointer, mouseenter: choose, click: () => known.chosen.value(pointer, "box") }));
  }
  fill(sheet, image, boxes);
}

function rectangle([left, top, right, bottom], given) {
  return element("rect", { x: left, y: top, width: right - left, height: bottom - top, "vector-effect": "non-scaling-stroke", ...given });
}

// Frame what is chosen: a value's box, or the place a finding names that is no value's.
function point(sheet, pointer, finding, page) {
  const boxes = sheet.querySelector("svg");
  boxes?.querySelectorAll(".place").forEach((place) => place.remove());
  let framed = false;
  for (const box of boxes?.children ?? []) {
    const at = box.dataset.pointer;
    box.classList.toggle("chosen", at === pointer);
    box.classList.toggle("with", at !== pointer && Boolean(finding?.paths.includes(at)));
    framed ||= at === pointer;
  }
  if (boxes && !framed && finding?.box && finding.page === page) boxes.append(rectangle(finding.box, { class: "place chosen" }));
}

// Bring a box to the middle of what is seen of the page, without moving the document.
function centre(stage, box, behavior) {
  if (!box) return;
  const [seen, at] = [stage.getBoundingClientRect(), box.getBoundingClientRect()];
  const middle = (low, size, from, whole) => low + size / 2 - from - whole / 2;
  stage.scrollBy({ left: middle(at.left, at.width, seen.left, seen.width), top: middle(at.top, at.height, seen.top, seen.height), behavior });
}
