// Asking scenedex. When it does not answer that is said, and waited for: `recovered` comes at document then.
import { t } from "./i18n.js";
import { banner } from "./toast.js";

const API = new URL("/api/v1/", location);

export class ApiError extends Error {
  constructor(status, { code = "error", message = t("shell.failed") } = {}) {
    super(t(`server.${code}`, { message }, message));
    Object.assign(this, { name: "ApiError", status });
  }
}

export const aborted = (error) => error.name === "AbortError";

/** The body as it is, and the answer as it came. A path without a first slash is one of the API. */
export async function send(method, path, signal, body, headers) {
  const answer = await fetch(new URL(path, API), { method, signal, body, headers }).catch((error) => {
    if (aborted(error)) throw error;
    wait();
    throw new ApiError(0, { code: "unreachable", message: t("shell.unreachable") });
  });
  if (answer.ok) return answer;
  const { error } = await answer.json().catch((error) => {
    if (aborted(error)) throw error;
    return {};
  });
  if (answer.status === 401) {
    const { navigate } = await import("./router.js");
    if (location.pathname !== "/sign-in") navigate(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`, { replace: true });
  }
  throw new ApiError(answer.status, error);
}

/** JSON; back comes a value, or a file. */
async function ask(method, path, signal, body) {
  const answer = await send(method, path, signal, body && JSON.stringify(body), body && { "Content-Type": "application/json" });
  return answer.status === 204 ? null : answer.headers.get("Content-Type") === "application/json" ? answer.json() : answer;
}

export const get = (path, signal) => ask("GET", path, signal);
export const post = (path, body, signal) => ask("POST", path, signal, body);
export const patch = (path, body) => ask("PATCH", path, null, body);
export const del = (path) => ask("DELETE", path);

/** Server-sent events, {name: (data) => …}. The browser comes back by itself where they break off. */
export function events(path, handlers, signal) {
  if (signal.aborted) return;
  const source = new EventSource(new URL(path, API));
  for (const name in handlers) source.addEventListener(name, ({ data }) => handlers[name](JSON.parse(data)));
  source.onerror = async () => { if (!source.readyState && !(await alive())) wait(); };
  signal.addEventListener("abort", () => source.close());
}

const alive = () => fetch("/health").then(({ ok }) => ok, () => false);
let down = false;

async function wait() {
  if (down) return;
  down = true;
  banner(t("shell.unreachable"));
  for (let pause = 500; down; pause = Math.min(2 * pause, 8000)) {
    await new Promise((done) => setTimeout(done, pause));
    down = !(await alive());
  }
  banner();
  document.dispatchEvent(new Event("recovered"));
}
