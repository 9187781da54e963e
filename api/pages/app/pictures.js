// The pictures of a document's pages, each fetched once: a key cannot be sent with an <img>.
import { ask, Problem } from "./service.js";

const loaded = new WeakMap();

// Return the picture of a page, loaded, or null where there is none.
export function pageImage(known, number) {
  if (!loaded.has(known)) loaded.set(known, new Map());
  const pages = loaded.get(known);
  if (!pages.has(number)) pages.set(number, fetched(known, number));
  return pages.get(number);
}

async function fetched({ job, signal }, number) {
  let content;
  try {
    content = await (await ask(job.links.pages.replace("{n}", number), { signal })).blob();
  } catch (error) {
    if (error instanceof Problem || error.name === "AbortError") return null;
    throw error;
  }
  const image = new Image();
  image.src = URL.createObjectURL(content);
  signal.addEventListener("abort", () => URL.revokeObjectURL(image.src));
  await image.decode().catch(() => null);
  return image.naturalWidth ? image : null;
}
