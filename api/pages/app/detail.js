// The value looked at: what was read, how surely, what is said against it, and its picture enlarged.
import { button, element, fill } from "./element.js";
import { percent } from "./marks.js";
import { pageImage } from "./pictures.js";
import { either, say } from "./words.js";

const MARGIN = { across: 0.06, down: 0.012 }; // of the page, around the box, so that the row is seen
const SHARP = 2;

export function detail(known) {
  const made = element("section.detail", { "aria-label": say("detail.title"), hidden: true });
  known.chosen.on(({ pointer, finding, from }) => {
    const mark = known.marks.get(pointer);
    const found = finding === null ? null : known.validation.findings[finding];
    made.hidden = !mark && !found;
    made.dataset.from = from;
    if (made.hidden) return;
    fill(made, lens(known, mark, found), mark ? aboutValue(known, mark) : element("p", {}, either(found.message, found.message_en)), button("×", () => known.chosen.value(null, "detail"), { class: "close small", "aria-label": say("act.close") }));
  });
  return made;
}

function aboutValue(known, mark) {
  const { evidence } = mark;
  const read = [say(`source.${evidence.source}`), evidence.page && known.pages && say("detail.page", { n: evidence.page }), say("detail.confidence", { confidence: percent(evidence.confidence) })];
  const jump = (number) => button(say("detail.finding", { n: number + 1 }), () => known.chosen.finding(number, mark.pointer, "detail"), { class: "small" });
  return [
    element("p.place", {}, known.places.of(mark.pointer)),
    element("p.value", {}, element("b", { class: `${mark.reading} fault-${mark.fault}` }, mark.shown || say("kind.blank")), mark.reading === "clear" && element("span.soft", {}, read.filter(Boolean).join(" · "))),
    mark.reasons.length > 0 && element("ul", {}, mark.reasons.map((reason) => element("li", {}, reason))),
    mark.findings.length > 0 && element("div.row", {}, mark.findings.map(jump)),
    // Correcting the value will stand here.
  ];
}

// Draw the place enlarged, as far as the page has a picture.
function lens(known, mark, finding) {
  const page = mark?.evidence.box ? mark.evidence.page : finding?.page;
  const box = mark?.evidence.box ?? finding?.box;
  if (!known.pages || !page || !box) return null;
  const canvas = element("canvas.lens", { role: "img", "aria-label": say("detail.picture", { n: page }) });
  pageImage(known, page).then((image) => image && draw(canvas, image, box));
  return canvas;
}

function draw(canvas, image, [left, top, right, bottom]) {
  const from = { x: Math.max(0, left - MARGIN.across), y: Math.max(0, top - MARGIN.down) };
  const to = { x: Math.min(1, right + MARGIN.across), y: Math.min(1, bottom + MARGIN.down) };
  const { naturalWidth: width, naturalHeight: height } = image;
  const [w, h] = [(to.x - from.x) * width, (to.y - from.y) * height];
  canvas.width = w * SHARP;
  canvas.height = h * SHARP;
  const brush = canvas.getContext("2d");
  brush.drawImage(image, from.x * width, from.y * height, w, h, 0, 0, canvas.width, canvas.height);
  brush.strokeStyle = "#b3261e";
  brush.lineWidth = SHARP * 2;
  brush.strokeRect((left - from.x) * width * SHARP, (top - from.y) * height * SHARP, (right - left) * width * SHARP, (bottom - top) * height * SHARP);
}
