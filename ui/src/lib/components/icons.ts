/** One drawn icon: a path on a 16 by 16 box, with an optional second path that is filled. */
export interface Drawing {
  stroke?: string;
  fill?: string;
}

/** Every icon of the product. The stroke is 1.25 pixels wide, so lines run on halves where they are straight. */
export const DRAWINGS = {
  mark: { stroke: "M4.5 14.5v-13M2.5 14.5h4", fill: "M4.5 3h9v3.5h-9z" },
  library: { stroke: "M3 3v10M6 3v10M9 3.4 12.2 13" },
  compare: { stroke: "M3 3h10a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM8 3v10" },
  live: { stroke: "M1.5 4.5h13M5 4.5l3.2 7h6.3", fill: "M11.5 3.1a1.4 1.4 0 1 0 0 2.8 1.4 1.4 0 0 0 0-2.8z" },
  calls: { stroke: "M6 4h7.5M6 8h7.5M6 12h7.5M2.6 4h.4M2.6 8h.4M2.6 12h.4" },
  budgets: { stroke: "M2.7 12a6 6 0 1 1 10.6 0M8 10.4l2.5-3.8", fill: "M8 9.5a.9.9 0 1 0 0 1.8.9.9 0 0 0 0-1.8z" },
  routes: {
    stroke: "M4.5 13.5V6M4.5 9.5c0-3 7-2 7-5.5",
    fill: "M4.5 2.3a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.6zM11.5 1.6a1.6 1.6 0 1 0 0 3.2 1.6 1.6 0 0 0 0-3.2z",
  },
  providers: { stroke: "M6 2v3M10 2v3M4.5 5h7v2.5a3.5 3.5 0 0 1-7 0zM8 11v3" },
  settings: {
    stroke:
      "M2.5 4.5H8.6M12 4.5h1.5M2.5 11.5h1.9M7.8 11.5h5.7M12 4.5a1.7 1.7 0 1 1-3.4 0 1.7 1.7 0 0 1 3.4 0zM7.8 11.5a1.7 1.7 0 1 1-3.4 0 1.7 1.7 0 0 1 3.4 0z",
  },
  file: { stroke: "M4 2.5h5l3 3v8H4zM9 2.5v3h3" },
  search: { stroke: "M11.2 7a4.2 4.2 0 1 1-8.4 0 4.2 4.2 0 0 1 8.4 0zM10.2 10.2l3.3 3.3" },
  plus: { stroke: "M8 3.5v9M3.5 8h9" },
  close: { stroke: "M4 4l8 8M12 4l-8 8" },
  check: { stroke: "M3.5 8.5l3 3 6-6.5" },
  up: { stroke: "M5 9.5l3-3 3 3" },
  down: { stroke: "M5 6.5l3 3 3-3" },
  left: { stroke: "M9.5 5l-3 3 3 3" },
  right: { stroke: "M6.5 5l3 3-3 3" },
  updown: { stroke: "M5.5 6.2 8 3.7l2.5 2.5M5.5 9.8 8 12.3l2.5-2.5" },
  more: {
    fill: "M3 8a1 1 0 1 1 2 0 1 1 0 0 1-2 0zM7 8a1 1 0 1 1 2 0 1 1 0 0 1-2 0zM11 8a1 1 0 1 1 2 0 1 1 0 0 1-2 0z",
  },
  copy: {
    stroke:
      "M6.5 5.5h6a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1h-6a1 1 0 0 1-1-1v-6a1 1 0 0 1 1-1zM3.5 10.5a1 1 0 0 1-1-1v-6a1 1 0 0 1 1-1h6a1 1 0 0 1 1 1",
  },
  key: { stroke: "M7.6 11a2.6 2.6 0 1 1-5.2 0 2.6 2.6 0 0 1 5.2 0zM6.9 9.1 13 3M10.6 5.4l1.9 1.9" },
  lock: {
    stroke: "M4.4 7h7.2a1 1 0 0 1 1 1v4.4a1 1 0 0 1-1 1H4.4a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1zM5.5 7V5a2.5 2.5 0 0 1 5 0v2",
  },
  tag: { stroke: "M2.5 2.5h5l6 6-5 5-6-6z", fill: "M5.5 4.6a.9.9 0 1 0 0 1.8.9.9 0 0 0 0-1.8z" },
  play: { fill: "M5 3.4v9.2L12.2 8z" },
  stop: { fill: "M5 4.2h6a.8.8 0 0 1 .8.8v6a.8.8 0 0 1-.8.8H5a.8.8 0 0 1-.8-.8V5a.8.8 0 0 1 .8-.8z" },
  pause: { fill: "M4.9 4h1.8v8H4.9zM9.3 4h1.8v8H9.3z" },
  refresh: { stroke: "M13 8a5 5 0 1 1-1.6-3.7L13 5.8M13 2.8v3h-3" },
  undo: { stroke: "M3 6.5h6.5a3.4 3.4 0 0 1 0 6.8H6.5M5.8 3.7 3 6.5l2.8 2.8" },
  branch: {
    stroke:
      "M6 3.5a1.5 1.5 0 1 1-3 0 1.5 1.5 0 0 1 3 0zM6 12.5a1.5 1.5 0 1 1-3 0 1.5 1.5 0 0 1 3 0zM13 5.5a1.5 1.5 0 1 1-3 0 1.5 1.5 0 0 1 3 0zM4.5 5v6M11.5 7c0 2.5-4 2-6.6 4",
  },
  pencil: { stroke: "M3 13l.6-2.7L10.8 3a1.4 1.4 0 0 1 2 2L5.6 12.4z" },
  trash: { stroke: "M3.5 4.5h9M6.5 4.5V3h3v1.5M5 4.5l.5 8.5h5l.5-8.5" },
  upload: { stroke: "M8 10V2.5M5 5.5l3-3 3 3M3 13.5h10" },
  archive: { stroke: "M2.5 3h11v3h-11zM3.5 6v7h9V6M6.5 8.5h3" },
  download: { stroke: "M8 2.5v7.5M5 7l3 3 3-3M3 13.5h10" },
  external: { stroke: "M9 3h4v4M13 3 7.5 8.5M6.5 3.5H4a1 1 0 0 0-1 1V12a1 1 0 0 0 1 1h7.5a1 1 0 0 0 1-1V9.5" },
} as const satisfies Record<string, Drawing>;

export type IconName = keyof typeof DRAWINGS;
