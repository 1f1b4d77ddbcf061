// One file on its way, in parts (tus 1.0.0): gone on with after a break, by itself or when it is given again.
import { send } from "../api.js";
import { keep, kept } from "../i18n.js";

const [LEAST, FIRST, MOST] = [2 ** 18, 2 ** 20, 2 ** 24]; // bytes of a part, which is to take about a second
const PASSING = [0, 404, 409, 410, 423, 429, 460, 502, 503, 504];
const TRIES = 8;

const base64 = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
const key = ({ name, size, lastModified }) => `upload:${name}:${size}:${lastModified}`;
const tus = (method, place, signal, headers, body) =>
  send(method, place, signal, body, { "Tus-Resumable": "1.0.0", ...headers });

/** Where its parts go, if it was begun. */
export const placeOf = (file) => kept(key(file));

/** The address of its job, in the end. `moved(n)`: n bytes are there. */
export async function transfer(file, moved, signal) {
  let place = placeOf(file), size = FIRST, offset, job, failures = 0;
  const remember = (to) => keep(key(file), place = to);

  async function step() {
    if (place && offset === undefined) return tus("HEAD", place, signal);
    if (place) {
      const bytes = await file.slice(offset, offset + size).arrayBuffer();
      const headers = { "Upload-Offset": offset, "Content-Type": "application/offset+octet-stream" };
      // browsers have digests only where the page came safely
      if (crypto.subtle) headers["Upload-Checksum"] = `sha256 ${base64(await crypto.subtle.digest("SHA-256", bytes))}`;
      const began = performance.now(), answer = await tus("PATCH", place, signal, headers, bytes);
      const took = performance.now() - began;
      size = took < 400 ? Math.min(size * 2, MOST) : took > 1600 ? Math.max(size / 2, LEAST) : size;
      return answer;
    }
    const name = base64(new TextEncoder().encode(file.name));
    const answer = await tus("POST", "/api/v1/uploads", signal,
      { "Upload-Length": file.size, "Upload-Metadata": `filename ${name}` });
    remember(answer.headers.get("Location"));
    return answer;
  }

  while (!job) {
    try {
      const { headers } = await step();
      moved(offset = Number(headers.get("Upload-Offset")));
      job = headers.get("Scenedex-Job");
      failures = 0;
    } catch (error) {
      const { status } = error;
      if (!PASSING.includes(status) || ++failures > TRIES) throw error;
      if (status === 404 || status === 410) remember(null); // it has expired: from the beginning
      await new Promise((done) => status ? setTimeout(done, 500) : document.addEventListener("recovered", done, { once: true }));
      signal.throwIfAborted();
      offset = undefined;
    }
  }
  remember(null);
  return job;
}

export function giveUp(file, place = placeOf(file)) {
  if (file) keep(key(file), null);
  if (place) tus("DELETE", place).catch(() => null);
}
