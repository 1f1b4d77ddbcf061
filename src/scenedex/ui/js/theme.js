// Before the first paint: the colours and the language that were chosen.
{
  let kept = {};
  try { kept = { ...localStorage }; } catch { /* closed to us */ }
  const root = document.documentElement;
  if (kept.theme) root.dataset.theme = kept.theme;
  const asked = new URLSearchParams(location.search).get("lang") ?? kept.lang ?? navigator.language;
  root.lang = asked.startsWith("ko") ? "ko" : "en";
}
