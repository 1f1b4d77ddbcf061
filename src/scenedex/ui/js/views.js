// Every view, one line each: path, module, and what the navigation has of it (icon and word; left out: nothing).
export const views = [
  { path: "/videos", load: () => import("./library/videos.js"), nav: ["video", "library.title"] },
];
