// What the page says, in the language chosen; the choice is remembered on this machine.
import { CHINESE } from "./chinese.js";
import { ENGLISH } from "./english.js";
import { PHRASES } from "./phrases.js";

const shared = (at) => Object.fromEntries(Object.entries(PHRASES).map(([key, phrase]) => [key, phrase[at]]));
const LANGUAGES = { zh: { ...shared(0), ...CHINESE }, en: { ...shared(1), ...ENGLISH } };
const REMEMBERED = "gouji.language";

let chosen = remembered();

function remembered() {
  try {
    return localStorage.getItem(REMEMBERED) === "en" ? "en" : "zh";
  } catch {
    return "zh"; // a browser that keeps nothing
  }
}

export function language() {
  return chosen;
}

export function choose(wanted) {
  chosen = wanted;
  try {
    localStorage.setItem(REMEMBERED, wanted);
  } catch {
    // chosen for as long as the page is open
  }
}

// Say a phrase; {names} in it are filled from `values`, {name:one|many} by whether that is one. An unknown key says itself.
export function say(key, values = {}) {
  const phrase = LANGUAGES[chosen][key] ?? key;
  const fitting = phrase.replace(/\{(\w+):(.*?)\|(.*?)\}/g, (_, name, one, many) => (String(values[name]) === "1" ? one : many));
  return fitting.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

// Say a phrase, or something else where there is none of that key.
export function sayOr(key, otherwise) {
  return LANGUAGES[chosen][key] ?? otherwise;
}

// Choose between what the service says in Chinese and in English.
export function either(chinese, english) {
  return chosen === "en" ? english || chinese : chinese || english;
}

export function count(number) {
  return number.toLocaleString(chosen === "en" ? "en" : "zh-CN");
}

export function time(stamp) {
  const form = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  return new Date(stamp).toLocaleString(chosen === "en" ? "en-GB" : "zh-CN", form);
}

export function duration(seconds) {
  if (seconds < 90) return say("time.seconds", { n: Math.max(1, Math.round(seconds)) });
  if (seconds < 5400) return say("time.minutes", { n: Math.round(seconds / 60) });
  return say("time.hours", { n: (seconds / 3600).toFixed(1) });
}
