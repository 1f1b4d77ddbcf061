// How a video or a file stands, in words; shape and colour are the style's.
import { post } from "../api.js";
import { percent, t } from "../i18n.js";
import { failed } from "../toast.js";

/** Those of jobs that have not ended well. */
export const STATES = { waiting: "pending", running: "running", failed: "failed" };

export function stand(el, state, words, share = 0) {
  el.dataset.state = state;
  el.querySelector(".state").textContent = words ?? t(`library.${state}`, { share: percent(share) });
  el.querySelector("progress").value = share;
}

/** What a job does, and how much of that is done. */
export const doing = ({ stage, progress }) =>
  t(`library.${progress?.step ?? stage}`) + (progress ? ` · ${percent(progress.share)}` : "");

/** `cancel` a job, or `retry` one that failed. */
export const order = ({ id }, what) => post(`jobs/${id}/${what}`).catch(failed);
