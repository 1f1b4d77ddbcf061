// Asking scenedex. When it does not answer that is said, and waited for: `recovered` comes at document then.
import { t } from "./i18n.js";
import { banner } from "./toast.js";

export class ApiError extends Error {
  constructor(status, { code = "error", message = t("shell.failed"), detail = null } = {}) {
    super(t(`server.${code}`, { message }, message));
    Object.assign(this, { name: "ApiError", status, code, detail });
  }
}

export const aborted = (error) => error.name === "AbortError";

/** `raw`: the body as it is, and the answer as it came. */
export async function ask(method, path, { body, signal, headers, raw } = {}) {
  const json = body && !raw && { "Content-Type": "application/json" };
  const sent = { method, signal, headers: { ...json, ...headers }, body: raw ? body : body && JSON.stringify(body) };
  const answer = await fetch(path, sent).catch((error) => {
    if (aborted(error)) throw error;
    wait();
    throw new ApiError(0, { code: "unreachable", message: t("shell.unreachable") });
  });
  if (raw && answer.ok) return answer;
  if (answer.status === 204) return null;
  const said = await answer.json().catch((error) => {
    if (answer.ok || aborted(error)) throw error;
    return {};
  });
  if (answer.ok) return said;
  if (answer.status === 401 && location.pathname !== "/sign-in") {
    const { navigate } = await import("./router.js");
    navigate(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`, { replace: true });
  }
  throw new ApiError(answer.status, said.error);
}

export const get = (path, options) => ask("GET", path, options);
export const post = (path, body, options) => ask("POST", path, { ...options, body });
export const patch = (path, body, options) => ask("PATCH", path, { ...options, body });
export const del = (path, options) => ask("DELETE", path, options);

/** Server-sent events, {name: (data) => …}. The browser comes back by itself where they break off. */
export function events(path, handlers, signal) {
  if (signal.aborted) return;
  const source = new EventSource(path);
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
