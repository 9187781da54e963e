// Taking results along: plain links where no key is wanted, fetched with the key otherwise.
import { element, link } from "./element.js";
import { announce } from "./notice.js";
import { ask, key, Problem } from "./service.js";
import { say } from "./words.js";

// Make a button that saves a file.
export function save(text, path, filename) {
  return link(text, path, { class: "button", download: filename, click: (event) => key() && fetched(event, path, filename) });
}

// Make a link that opens a result beside the page, or saves it where a key is wanted.
export function open(text, path, filename) {
  return link(text, path, { class: "button", target: "_blank", rel: "noopener", click: (event) => key() && fetched(event, path, filename) });
}

async function fetched(event, path, filename) {
  event.preventDefault();
  const at = event.currentTarget;
  at.setAttribute("aria-busy", "true");
  try {
    const content = await (await ask(path)).blob();
    const address = URL.createObjectURL(content);
    element("a", { href: address, download: filename }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const words = error.status ? error.words : say("download.failed");
    at.after(element("span.wrong", { role: "alert" }, words));
    announce(words);
  } finally {
    at.removeAttribute("aria-busy");
  }
}
