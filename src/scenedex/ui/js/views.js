// Every view, one line each: path, module, and its icon and word in the navigation, if it is there.
export const views = [
  { path: "/", load: () => import("./search/view.js"), nav: ["search", "search.title"] },
  { path: "/videos", load: () => import("./library/videos.js"), nav: ["video", "library.title"] },
];
