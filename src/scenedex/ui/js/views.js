// Every view, one line each: path, module, and its icon and word in the navigation, if it is there.
export const views = [
  { path: "/", load: () => import("./search/view.js"), nav: ["search", "search.title"] },
  { path: "/videos", load: () => import("./library/videos.js"), nav: ["video", "library.title"] },
  { path: "/videos/:id", load: () => import("./player/player.js") },
  { path: "/entities", load: () => import("./entities/list.js"), nav: ["person", "entities.title"] },
  { path: "/entities/:id", load: () => import("./entities/entity.js") },
  { path: "/anomalies/:id", load: () => import("./anomalies/anomalies.js") },
  { path: "/status", load: () => import("./health/health.js"), nav: ["pulse", "status.title"] },
  { path: "/sign-in", load: () => import("./session/sign_in.js") },
];
