// The page for people: which view is shown where, in which language, and on whose behalf.
import { here } from "./address.js";
import { showBatch } from "./batch.js";
import { button, element, fill } from "./element.js";
import { showHome } from "./home.js";
import { showJob } from "./job.js";
import { askForKey } from "./key.js";
import { keepKey, key, Problem } from "./service.js";
import { announce, notice } from "./notice.js";
import { choose, language, say } from "./words.js";

const VIEWS = { "": showHome, batches: showBatch, jobs: showJob };
const main = document.querySelector("#main");

let leaving = new AbortController();
let shown = null;

// Show what the address bar says; what was shown before ends.
async function show({ arrive = true } = {}) {
  leaving.abort();
  leaving = new AbortController();
  const { signal } = leaving;
  shown = location.hash;
  frame();
  const address = here();
  const view = VIEWS[address.name] ?? showHome;
  const place = element("div.view");
  const waiting = element("p.soft.waiting", {}, say("page.reading"));
  fill(main, place, waiting);
  try {
    await view(place, address, { signal, lost: (problem) => lost(problem, signal) });
  } catch (error) {
    if (signal.aborted) return;
    if (!(error instanceof Problem)) throw error;
    leaving.abort(); // no part of a view that failed goes on
    failed(place, error);
    return;
  } finally {
    waiting.remove();
  }
  if (!arrive || signal.aborted || main.contains(document.activeElement)) return; // whoever works on is left alone
  scrollTo(0, 0);
  main.querySelector("h1, h2")?.focus({ preventScroll: true });
}

function failed(place, problem) {
  if (problem.status === 401) askForKey(place, problem, () => show());
  else {
    fill(place, element("h1", { tabindex: -1 }, say("problem.title")), notice(problem, () => show()));
    place.querySelector("h1").focus();
  }
}

// Something asked in the background was not answered: a key ran out, or the service is away.
function lost(problem, signal) {
  if (signal.aborted) return;
  if (problem.status === 401) {
    leaving.abort();
    const place = element("div.view");
    fill(main, place);
    askForKey(place, problem, () => show());
  } else announce(problem.words);
}

// What stands around every view.
function frame() {
  document.documentElement.lang = language() === "en" ? "en" : "zh-CN";
  for (const [id, phrase] of [["skip", "page.skip"], ["tagline", "page.tagline"], ["promise", "page.promise"], ["interface", "page.interface"]])
    document.querySelector(`#${id}`).textContent = say(phrase);
  const other = language() === "en" ? "zh" : "en";
  const turn = () => {
    choose(other);
    show({ arrive: false });
    document.querySelector("#language").focus();
  };
  const tools = document.querySelector("#tools");
  tools.setAttribute("aria-label", say("page.tools"));
  fill(
    tools,
    key() && button(say("key.forget"), () => (keepKey(null), show())),
    button(other === "en" ? "English" : "中文", turn, { id: "language", lang: other === "en" ? "en" : "zh-CN" }),
  );
}

addEventListener("hashchange", () => location.hash !== shown && location.hash.startsWith("#/") && show());
addEventListener("popstate", () => location.hash !== shown && show());
document.querySelector("#skip").addEventListener("click", (event) => {
  event.preventDefault(); // the address belongs to the views
  main.focus();
});
await show({ arrive: false });
