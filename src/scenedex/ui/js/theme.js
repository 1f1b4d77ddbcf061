// Before the first paint: the colours and the language that were chosen here.
{
  let kept = {};
  try { kept = { ...localStorage }; } catch { /* storage may be closed to us */ }
  const root = document.documentElement;
  if (kept.theme) root.dataset.theme = kept.theme;
  const asked = new URLSearchParams(location.search).get("lang") ?? kept.lang ?? navigator.language;
  root.lang = asked.startsWith("ko") ? "ko" : "en";
}
