// The first view: hand files in, and see what became of the latest.
import { to } from "./address.js";
import { element, fill, link } from "./element.js";
import { ACTIVE, repeat } from "./follow.js";
import { intake } from "./intake.js";
import { listing } from "./list.js";
import { notice } from "./notice.js";
import { Problem, read } from "./service.js";
import { bar, batchTitle, shares } from "./progress.js";
import { count, say, time } from "./words.js";

const BATCHES = 6;
const STEPS = ["home.step1", "home.step2", "home.step3"];

export async function showHome(place, address, { signal, lost }) {
  document.title = say("page.title");
  const latest = element("section", { "aria-labelledby": "batches-title", hidden: true });
  const documents = element("section", { "aria-labelledby": "documents-title", hidden: true });
  const list = listing({
    path: "/v1/jobs",
    title: say("home.documents"),
    titleId: "documents-title",
    empty: say("home.empty"),
    query: address.query,
    signal,
    lost,
  });
  const taken = (kind, made) => (location.hash = to(kind, made.id));
  // Before anything is asked: a file may be dropped the moment the page is seen.
  fill(place, element("div.first", {}, intake(signal, taken), explained()), latest, documents);
  const showBatches = (batches) => {
    latest.hidden = !batches.length;
    fill(latest, element("h2", { id: "batches-title" }, say("home.batches")), element("ul.cards", {}, batches.map(card)));
  };
  const look = async () => {
    const { data } = await read(`/v1/batches?limit=${BATCHES}`, { signal });
    showBatches(data);
    return data.some((batch) => ACTIVE.has(batch.status)) ? 3 : 20;
  };
  const begin = async () => {
    try {
      await look();
    } catch (error) {
      if (!(error instanceof Problem) || error.status === 401) throw error;
      latest.hidden = false;
      return void fill(latest, notice(error, () => begin().catch(lost))); // what is being handed in goes on
    }
    documents.hidden = false;
    fill(documents, ...list.parts);
    await list.load();
    repeat(look, signal, lost);
  };
  await begin();
}

function explained() {
  return element("ol.steps", { "aria-label": say("home.steps") }, STEPS.map((step) => element("li", {}, element("b", {}, say(step)), element("span", {}, say(`${step}.more`)))));
}

function card(batch) {
  const total = batch.progress.items_total;
  const done = total === null ? say("batch.opening") : say("batch.done", { done: count(batch.progress.items_done), total: count(total) });
  return element(
    "li.card",
    {},
    link(batchTitle(batch), to("batches", batch.id)),
    element("span.soft", {}, `${time(batch.created_at)} · ${done}`),
    bar(shares(batch), batch.progress.percent, say("batch.progress")),
  );
}
