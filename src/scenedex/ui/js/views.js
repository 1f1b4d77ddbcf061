// Every view by its path. What is in the navigation stands in index.html.
export const views = {
  "/": () => import("./search/view.js"),
  "/videos": () => import("./library/videos.js"),
  "/videos/:id": () => import("./player/player.js"),
  "/entities": () => import("./entities/list.js"),
  "/entities/:id": () => import("./entities/entity.js"),
  "/anomalies/:id": () => import("./anomalies/anomalies.js"),
  "/status": () => import("./health/health.js"),
  "/sign-in": () => import("./session/sign_in.js"),
};
