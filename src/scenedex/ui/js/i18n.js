// Words, numbers and times in the reader's language. Whoever imports this waits for the words.
import { at } from "./dom.js";

export const { lang } = document.documentElement;
const strings = await (await fetch(`/assets/strings/${lang}.json`)).json();
const plural = new Intl.PluralRules(lang);
export const count = new Intl.NumberFormat(lang).format;
export const percent = new Intl.NumberFormat(lang, { style: "percent" }).format;

export const t = (key, values = {}, otherwise = key) => (strings[key] ?? otherwise).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

/** What the server says in English ("visual: no answer; …"), as far as there are words for its parts. */
export const server = (said) => said.split("; ").map((part) => part.split(": ").map((one) => t(`server.${one}`, {}, one)).join(": ")).join("; ");

export function tn(key, n, values) {
  const form = `${key}_${plural.select(n)}`;
  return t(strings[form] ? form : `${key}_other`, { n: count(n), ...values });
}

/** Seconds as 4:05 or 1:02:03. */
export function time(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  const minutes = Math.floor(s / 60);
  const two = (n) => `${n % 60}`.padStart(2, "0");
  return s < 3600 ? `${minutes}:${two(s)}` : `${Math.floor(minutes / 60)}:${two(minutes)}:${two(s)}`;
}

export function translate(root) {
  for (const el of root.querySelectorAll("[data-t], [data-t-label], [data-t-placeholder]")) {
    const { t: text, tLabel, tPlaceholder } = el.dataset;
    if (text) el.textContent = t(text);
    if (tPlaceholder) el.placeholder = t(tPlaceholder);
    if (!tLabel) continue;
    el.ariaLabel = t(tLabel);
    if (el.matches("button")) el.title = t(tLabel);
  }
}

/** A copy of a <template>'s one element. */
export function stamp(id) {
  const made = at(id).content.cloneNode(true);
  translate(made);
  return made.firstElementChild;
}

let store = {};
try { store = localStorage; } catch { /* closed to us: kept until the page is left */ }
export const kept = (name) => store[name];
export function keep(name, value) {
  if (value === null) delete store[name];
  else store[name] = value;
}
