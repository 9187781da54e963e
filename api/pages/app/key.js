// The form that asks for a key, where the service wants one.
import { element, fill } from "./element.js";
import { keepKey, key } from "./service.js";
import { say } from "./words.js";

// Ask for a key in `place`; `then` goes on with it. It stays in this tab and is sent nowhere else.
export function askForKey(place, problem, then) {
  const refused = key() !== null;
  keepKey(null);
  const field = element("input", {
    id: "key",
    type: "password",
    required: true,
    autocomplete: "off",
    spellcheck: "false",
    "aria-describedby": "key-help",
    "aria-invalid": refused ? "true" : null,
    placeholder: "gj_…",
  });
  const enter = (event) => {
    event.preventDefault();
    keepKey(field.value.trim());
    then();
  };
  fill(
    place,
    element(
      "form.ask",
      { submit: enter },
      element("h1", { tabindex: -1 }, say("key.title")),
      element("p", { id: "key-help" }, say("key.help")),
      refused && element("p.wrong", { role: "alert" }, say("key.refused")),
      element("label", { for: "key" }, say("key.label")),
      element("div.row", {}, field, element("button.strong", { type: "submit" }, say("key.enter"))),
    ),
  );
  field.focus();
}
