// Words, numbers and times in the reader's language. Whoever imports this waits for the words.
import { at } from "./dom.js";

export const lang = document.documentElement.lang;
const strings = await (await fetch(`/assets/strings/${lang}.json`)).json();
const plural = new Intl.PluralRules(lang);
const numbers = new Intl.NumberFormat(lang);
const days = new Intl.DateTimeFormat(lang, { dateStyle: "medium" });

export const t = (key, values = {}) =>
  (strings[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

/** `key_one` or `key_other`, with `{n}`. */
export function tn(key, n, values) {
  const form = `${key}_${plural.select(n)}`;
  return t(strings[form] ? form : `${key}_other`, { n: count(n), ...values });
}

export const count = (n) => numbers.format(n);

/** Seconds as 4:05 or 1:02:03. */
export function time(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  const two = (n) => String(n % 60).padStart(2, "0");
  return s < 3600 ? `${Math.floor(s / 60)}:${two(s)}` : `${Math.floor(s / 3600)}:${two(Math.floor(s / 60))}:${two(s)}`;
}

/** ISO 8601 as a day. */
export const day = (moment) => days.format(new Date(moment));

/** Put the words in where data-t (text), data-t-label and data-t-placeholder name them. */
export function translate(root) {
  for (const el of root.querySelectorAll("[data-t], [data-t-label], [data-t-placeholder]")) {
    const { t: text, tLabel, tPlaceholder } = el.dataset;
    if (text) el.textContent = t(text);
    if (tLabel) el.ariaLabel = t(tLabel);
    if (tLabel && el.matches("button")) el.title = t(tLabel);
    if (tPlaceholder) el.placeholder = t(tPlaceholder);
  }
}

/** A copy of a <template> of index.html: its one element. */
export function stamp(id) {
  const made = at(id).content.cloneNode(true);
  translate(made);
  return made.firstElementChild;
}

/** localStorage, where there is one. */
export function kept(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

export function keep(name, value) {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch { /* it is forgotten then */ }
}
