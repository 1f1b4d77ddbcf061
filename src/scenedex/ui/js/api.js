// Asking scenedex. A failure is an ApiError; a server that does not answer is said, and waited for.
import { t } from "./i18n.js";
import { banner } from "./toast.js";

const PATIENCE_MS = [500, 1000, 2000, 4000, 8000];

export class ApiError extends Error {
  constructor(status, code, message, detail = null) {
    super(message);
    Object.assign(this, { name: "ApiError", status, code, detail });
  }
}

/** Whether a promise was broken off because what it was for is gone. */
export const aborted = (error) => error.name === "AbortError";

let down = false;

/** status 0, code "unreachable": nothing answers. What is shown may stay; `recovered` comes at document. */
async function ask(method, path, body, { signal, headers, raw } = {}) {
  let answer;
  try {
    answer = await fetch(path, {
      method, signal,
      headers: { ...(body === undefined || raw ? {} : { "Content-Type": "application/json" }), ...headers },
      body: body === undefined || raw ? body : JSON.stringify(body),
    });
    if (answer.ok && raw) return answer;
    if (answer.ok) return answer.status === 204 ? null : await answer.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    wait();
    throw new ApiError(0, "unreachable", t("shell.unreachable"));
  }
  const said = (await answer.json().catch(() => ({}))).error ?? {};
  if (answer.status === 401 && location.pathname !== "/sign-in") {
    const { navigate } = await import("./router.js");
    navigate(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`, { replace: true });
  }
  throw new ApiError(answer.status, said.code ?? "error", said.message ?? t("shell.failed"), said.detail);
}

export const get = (path, options) => ask("GET", path, undefined, options);
export const post = (path, body, options) => ask("POST", path, body, options);
export const patch = (path, body, options) => ask("PATCH", path, body, options);
export const del = (path, options) => ask("DELETE", path, undefined, options);
/** A body of any kind; the answer as it came. */
export const send = (method, path, { body, ...options }) => ask(method, path, body, { ...options, raw: true });

/** Server-sent events: {name: (data) => …} until the signal ends it. The browser comes back by itself. */
export function events(path, handlers, signal) {
  if (signal.aborted) return;
  const source = new EventSource(path);
  for (const [name, handler] of Object.entries(handlers))
    source.addEventListener(name, (event) => handler(JSON.parse(event.data)));
  source.addEventListener("error", () => source.readyState === EventSource.CONNECTING && probe());
  signal.addEventListener("abort", () => source.close());
}

const alive = () => fetch("/health").then((answer) => answer.ok, () => false);

/** Ask whether the server is there, where something else than a request makes one doubt it. */
export async function probe() {
  if (!down && !(await alive())) wait();
}

async function wait() {
  if (down) return;
  down = true;
  banner(t("shell.unreachable"));
  for (let n = 0; down; n++) {
    await new Promise((done) => setTimeout(done, PATIENCE_MS[Math.min(n, PATIENCE_MS.length - 1)]));
    if (await alive()) down = false;
  }
  banner(null);
  document.dispatchEvent(new Event("recovered"));
}
