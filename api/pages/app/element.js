// Elements made from values. Text is only ever set as text: nothing is parsed as markup.
const SVG = "http://www.w3.org/2000/svg";
const DRAWN = new Set(["svg", "rect"]);

// Make an element: `tag.class.class`, what it is given, what it holds. Null and false are left out.
export function element(tag, given = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const made = DRAWN.has(name) ? document.createElementNS(SVG, name) : document.createElement(name);
  if (classes.length) made.classList.add(...classes);
  for (const [key, value] of Object.entries(given)) give(made, key, value);
  made.append(...present(children));
  return made;
}

function give(made, key, value) {
  if (value === null || value === undefined || value === false) return;
  if (typeof value === "function") made.addEventListener(key, value);
  else if (key === "class") made.classList.add(...value.split(" ").filter(Boolean));
  else made.setAttribute(key, value === true ? "" : String(value));
}

// Put children in place of what an element holds.
export function fill(place, ...children) {
  place.replaceChildren(...present(children));
  return place;
}

function present(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}

export function button(text, act, given = {}) {
  return element("button", { type: "button", click: act, ...given }, text);
}

export function link(text, href, given = {}) {
  return element("a", { href, ...given }, text);
}
