/** From here on a repair is more than punctuation: somebody should look at it. */
const HEAVY = 3;

/** Whether a repair changed what the answer says, or only how it is written. */
export function weight(cost: number): "light" | "heavy" {
  return cost >= HEAVY ? "heavy" : "light";
}

/** The steps of a JSON pointer. */
export function stepsOf(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** A JSON pointer as people say it: `lines[2].text`. */
export function placeName(pointer: string): string {
  if (pointer === "") return "whole";
  return stepsOf(pointer).reduce((name, step) => {
    if (/^\d+$/.test(step)) return `${name}[${step}]`;
    return name === "" ? step : `${name}.${step}`;
  }, "");
}

/** One line of a value: a field, an item, or the whole when it is neither. */
export interface ValueLine {
  path: string;
  depth: number;
  name: string;
  /** None for what has lines of its own. */
  text: string | undefined;
}

/** More lines than anybody looks through. */
export const MOST_LINES = 500;

/** The lines of a value. */
export function linesOf(value: unknown): ValueLine[] {
  const lines: ValueLine[] = [];
  add(value, "", 0, "", lines);
  return lines;
}

function add(value: unknown, path: string, depth: number, name: string, lines: ValueLine[]): void {
  if (lines.length >= MOST_LINES) return;
  const isRoot = path === "";
  if (typeof value !== "object" || value === null || Object.keys(value).length === 0) {
    lines.push({ path, depth, name: isRoot ? "value" : name, text: textOf(value) });
    return;
  }
  if (!isRoot) lines.push({ path, depth, name, text: undefined });
  const below = isRoot ? depth : depth + 1;
  for (const [key, inner] of Object.entries(value) as [string, unknown][]) {
    const step = key.replaceAll("~", "~0").replaceAll("/", "~1");
    add(inner, `${path}/${step}`, below, Array.isArray(value) ? `[${key}]` : key, lines);
  }
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** What is to be said at each place: the weightiest of its repairs first. */
export function flagsOf<Line extends { path: string; cost: number }>(repairs: readonly Line[]): Map<string, Line[]> {
  const flags = new Map<string, Line[]>();
  for (const repair of repairs) {
    const there = flags.get(repair.path);
    if (there) there.push(repair);
    else flags.set(repair.path, [repair]);
  }
  for (const there of flags.values()) there.sort((a, b) => b.cost - a.cost);
  return flags;
}
