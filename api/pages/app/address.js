// Where the reader is: `#/`, `#/batches/ID?verdict=failed`, `#/jobs/ID`. Reload and back work.

// Read the address bar.
export function here() {
  const [path, query = ""] = location.hash.replace(/^#/, "").split("?");
  const [name = "", id = ""] = path.split("/").filter(Boolean).map(decodeURIComponent);
  return { name, id, query: new URLSearchParams(query) };
}

export function to(name, id, query = {}) {
  const asked = new URLSearchParams(Object.entries(query).filter(([, value]) => value));
  const path = [name, id].filter(Boolean).map(encodeURIComponent).join("/");
  return `#/${path}${asked.size ? `?${asked}` : ""}`;
}

// Say in the address bar what is shown now; `step` makes it a place that Back returns to.
export function note(query, { step }) {
  const { name, id } = here();
  const address = to(name, id, query);
  if (address === location.hash) return;
  if (step) history.pushState(null, "", address);
  else history.replaceState(null, "", address);
}
