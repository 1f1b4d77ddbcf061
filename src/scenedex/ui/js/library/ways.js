// The ways in: files and folders that are chosen or dropped, and paths on the server.
import { get, post } from "../api.js";
import { at, h, on } from "../dom.js";
import { failed } from "../toast.js";
import { add, tell } from "./arrivals.js";

const MEDIA = /\.(3g[2p]|aac|ac3|aif[cf]?|avi|divx|dv|flac|flv|m1v|m2ts|m2v|m4[abv]|mk[av]|mov|mp[234]|mpe?g|mts|mxf|og[agv]|opus|qt|rm|ts|vob|wav|web[am]|wm[av]|wtv)$/i;

const media = (files) => [...files].filter(({ name }) => MEDIA.test(name));
const ask = (what, how) => new Promise((done, fail) => what[how](done, fail));

/** The files of an entry; of a folder those that are named like a video or sound. */
async function within(entry) {
  if (entry.isFile) return [await ask(entry, "file")];
  const reader = entry.createReader(), found = [];
  for (let some; (some = await ask(reader, "readEntries")).length;) for (const one of some) found.push(...await within(one));
  return media(found);
}

async function drop({ items, files }) {
  const entries = [...items].map((item) => item.webkitGetAsEntry()).filter(Boolean);
  add(entries.length ? (await Promise.all(entries.map(within))).flat() : files);
}

export function ways(form, signal) {
  get("config", signal).then(({ registration: { allowed, roots } }) => {
    form.hidden = !allowed;
    at("roots").append(...roots.map(({ path }) => h("option", { value: `${path}/` })));
  }).catch(() => null);
  at("files").onchange = ({ target }) => (add(target.files), target.value = "");
  at("folder").onchange = ({ target }) => (add(media(target.files)), target.value = "");
  form.onsubmit = async (event) => {
    event.preventDefault();
    try {
      const { job_id } = await post("videos", { path: form.path.value });
      form.reset();
      tell(await get(`jobs/${job_id}`));
    } catch (error) {
      failed(error);
    }
  };
  for (const name of ["dragover", "dragleave", "drop"]) on(document, name, (event) => {
    if (event.defaultPrevented || !event.dataTransfer.types.includes("Files")) return; // a picture is searched with
    event.preventDefault();
    document.body.classList.toggle("dropping", name === "dragover");
    if (name === "drop") drop(event.dataTransfer);
  }, signal);
}
