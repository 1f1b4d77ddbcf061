// Words, numbers and times in the reader's language. Whoever imports this waits for the words.

import { at } from "./dom.js";

export const lang = document.documentElement.lang;
const strings = await (await fetch(`/assets/strings/${lang}.json`)).json();
const plural = new Intl.PluralRules(lang);
const number = new Intl.NumberFormat(lang);
const date = new Intl.DateTimeFormat(lang, { dateStyle: "medium" });

/** t("search.title", {name: "…"}) */
export const t = (key, values = {}) =>
  (strings[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

/** The form for n of `key_one` and `key_other`; `{n}` is the number. */
export function tn(key, n, values = {}) {
  const form = `${key}_${plural.select(n)}`;
  return t(form in strings ? form : `${key}_other`, { n: count(n), ...values });
}

export const count = (n) => number.format(n);

/** Seconds as 4:05 or 1:02:03. */
export function time(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (n) => String(n).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** A moment (ISO 8601) as a day. */
export const day = (moment) => date.format(new Date(moment));

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

export function setLang(to) {
  keep("lang", to);
  const url = new URL(location.href);
  url.searchParams.delete("lang");
  if (url.href === location.href) location.reload();
  else location.replace(url);
}

/** In localStorage, where there is one. */
export function keep(name, value) {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch { /* nothing is kept then */ }
}

export function kept(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}
