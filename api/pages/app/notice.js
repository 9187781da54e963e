// Telling what went wrong and what to do next; announcing what changes; asking before it is done.
import { button, element } from "./element.js";
import { say } from "./words.js";

// Make a notice of a problem, with a way to try again where that may help.
export function notice(problem, again) {
  const helps = again && (problem.status === 0 || problem.status >= 500 || problem.status === 429);
  return element(
    "div.notice.problem",
    { role: "alert" },
    element("p", {}, problem.words),
    problem.body?.request_id && problem.status >= 500 && element("p.soft", {}, say("problem.request", { id: problem.body.request_id })),
    helps && element("p", {}, button(say("act.again"), again)),
  );
}

let said = "";

// Say something to those who do not see the page; the same thing is said once.
export function announce(words) {
  if (words === said) return;
  said = words;
  document.querySelector("#announced").textContent = words;
}

// Ask before something is done that cannot be undone at once.
export function confirmed(question, act) {
  return new Promise((resolve) => {
    const answer = (value) => () => {
      asked.close();
      resolve(value);
    };
    const asked = element(
      "dialog",
      { "aria-labelledby": "question", cancel: answer(false) },
      element("p", { id: "question" }, question),
      element("div.row", {}, button(act, answer(true), { class: "strong" }), button(say("act.not"), answer(false))),
    );
    asked.addEventListener("close", () => asked.remove());
    document.body.append(asked);
    asked.showModal();
  });
}
