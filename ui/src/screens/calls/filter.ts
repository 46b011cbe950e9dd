import { classWord } from "$lib/calls.ts";
import type { Aspect } from "$lib/components/signal.ts";
import { formatMoney } from "$lib/format/money.ts";
import { formatDuration } from "$lib/format/numbers.ts";
import { shortDate } from "$lib/format/time.ts";
import type { Badge, CallFacets, CallFilter, CallStatus, ErrorClass, Role } from "$lib/host/index.ts";

/** The conditions that hold any of several values. */
export const LISTS = [
  "statuses",
  "badges",
  "roles",
  "prompts",
  "routes",
  "models",
  "providers",
  "origins",
  "users",
  "tokens",
  "errors",
] as const;
export type ListField = (typeof LISTS)[number];

/** A span of time that moves with the clock: a saved view of today means today whenever it is opened. */
export type Span = "any" | "hour" | "today" | "week" | "month" | "days";

/** What is looked for: a filter whose dates may move with the clock. */
export interface Search {
  text: string;
  lists: Partial<Record<ListField, readonly string[]>>;
  degraded: boolean;
  cached: boolean;
  /** The class of a failed attempt, however the call ended. */
  attempt: string | null;
  /** Nano-dollars. */
  cost: number | null;
  /** Milliseconds. */
  slower: number | null;
  span: Span;
  /** The days of the span "days", as 2026-11-22; the last one belongs to it. */
  from: string | null;
  to: string | null;
}

export const NOTHING: Search = {
  text: "",
  lists: {},
  degraded: false,
  cached: false,
  attempt: null,
  cost: null,
  slower: null,
  span: "any",
  from: null,
  to: null,
};

const STATUSES: readonly CallStatus[] = ["running", "done", "failed", "refused", "cancelled", "interrupted"];
const BADGES: readonly Badge["state"][] = ["verified", "failed", "unverified"];
const ROLES: readonly Role[] = ["generate", "classify", "judge", "guard", "embed"];
export const SPANS: readonly { value: Span; label: string }[] = [
  { value: "any", label: "any time" },
  { value: "hour", label: "the last hour" },
  { value: "today", label: "today" },
  { value: "week", label: "the last 7 days" },
  { value: "month", label: "the last 30 days" },
  { value: "days", label: "from … to …" },
];

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** The request of a search at a moment. Days are those of this machine. */
export function toFilter(search: Search, now: Date): CallFilter {
  const lists = Object.fromEntries(LISTS.map((field) => [field, [...(search.lists[field] ?? [])]]));
  return {
    ...(lists as Pick<CallFilter, ListField>),
    text: search.text.trim(),
    degraded: search.degraded,
    cached: search.cached,
    failed_attempt:
      search.attempt === null ? null : { provider: null, model: null, error: search.attempt, status: null },
    cost_at_least: search.cost,
    slower_than_ms: search.slower,
    ...datesOf(search, now),
  };
}

function datesOf({ span, from, to }: Search, now: Date): Pick<CallFilter, "from" | "to"> {
  const since = (milliseconds: number) => ({ from: new Date(now.getTime() - milliseconds).toISOString(), to: null });
  switch (span) {
    case "any":
      return { from: null, to: null };
    case "hour":
      return since(HOUR);
    case "week":
      return since(7 * DAY);
    case "month":
      return since(30 * DAY);
    case "today":
      return { from: new Date(now.getFullYear(), now.getMonth(), now.getDate()).toISOString(), to: null };
    case "days":
      return { from: midnight(from, 0), to: midnight(to, 1) };
  }
}

/** The beginning of a day, or of the one some days after it; nothing when it is no day. */
function midnight(day: string | null, later: number): string | null {
  const [year, month, date] = (day ?? "").split("-").map(Number);
  if (!year || !month || !date) return null;
  return new Date(year, month - 1, date + later).toISOString();
}

/** A condition that can be taken away. */
export interface Condition {
  id: string;
  name: string;
  value: string;
  /** The value is an identifier. */
  mono: boolean;
  /** The search without it. */
  without: Search;
}

const LIST_NAMES: Record<ListField, string> = {
  statuses: "status",
  badges: "badge",
  roles: "role",
  prompts: "prompt",
  routes: "route",
  models: "model",
  providers: "provider",
  origins: "from",
  users: "user",
  tokens: "app",
  errors: "error",
};

const ORIGINS: Record<string, string> = {
  app: "the window",
  endpoint: "the endpoint",
  command_line: "the command line",
  drill: "a drill",
  replay: "a replay",
};

/** A value of a condition in words. */
export function valueWord(field: ListField, value: string): string {
  if (field === "errors") return errorWord(value);
  return field === "origins" ? (ORIGINS[value] ?? value) : value;
}

/** An error class in words; one of a newer version as it is. */
export function errorWord(kind: string): string {
  return classWord({ kind } as ErrorClass) ?? kind;
}

/** The conditions of a search but its text, in the order of the panel. */
export function conditions(search: Search): Condition[] {
  const found: Condition[] = LISTS.flatMap((field) =>
    (search.lists[field] ?? []).map((value) => ({
      id: `${field} ${value}`,
      name: LIST_NAMES[field],
      value: valueWord(field, value),
      mono: !["statuses", "badges", "roles", "origins", "errors"].includes(field),
      without: toggled(search, field, value),
    })),
  );
  const add = (id: string, name: string, value: string, change: Partial<Search>) =>
    found.push({ id, name, value, mono: false, without: { ...search, ...change } });
  if (search.degraded) add("degraded", "only", "degraded", { degraded: false });
  if (search.cached) add("cached", "only", "cached", { cached: false });
  if (search.attempt !== null) add("attempt", "an attempt", errorWord(search.attempt), { attempt: null });
  if (search.cost !== null) add("cost", "from", formatMoney(search.cost), { cost: null });
  if (search.slower !== null) add("slower", "over", formatDuration(search.slower), { slower: null });
  if (search.span !== "any") add("span", "when", spanWord(search), { span: "any", from: null, to: null });
  return found;
}

function spanWord({ span, from, to }: Search): string {
  if (span !== "days") return SPANS.find((one) => one.value === span)?.label ?? span;
  const day = (text: string | null) => (text === null || midnight(text, 0) === null ? "…" : shortDate(`${text}T12:00`));
  return `${day(from)} to ${day(to)}`;
}

/** The search with a value of a list put in, or taken away where it was. */
export function toggled(search: Search, field: ListField, value: string): Search {
  const list = search.lists[field] ?? [];
  const next = list.includes(value) ? list.filter((one) => one !== value) : [...list, value];
  const { [field]: _, ...others } = search.lists;
  return { ...search, lists: next.length > 0 ? { ...others, [field]: next } : others };
}

/** What a condition can be set to, from the values that occur in the log. */
export function choices(field: ListField, facets: CallFacets | undefined): string[] {
  if (field === "statuses") return [...STATUSES];
  if (field === "roles") return [...ROLES];
  if (field === "badges") return [...BADGES];
  if (field === "prompts") return withFolders(facets?.prompts ?? []);
  return [...(facets?.[field] ?? [])];
}

/** Names of prompts, before them the folders that hold several of them, as `support/*`. */
function withFolders(names: readonly string[]): string[] {
  const held = new Map<string, number>();
  for (const name of names) {
    const parts = name.split("/").slice(0, -1);
    parts.forEach((_, depth) => {
      const folder = `${parts.slice(0, depth + 1).join("/")}/*`;
      held.set(folder, (held.get(folder) ?? 0) + 1);
    });
  }
  const folders = [...held].filter(([, count]) => count > 1).map(([folder]) => folder);
  return [...folders.sort(), ...names];
}

/** A chip: one condition that many want, which comes and goes without touching the others. */
export interface ChipField {
  id: string;
  text: string;
  aspect: Aspect;
  isOn: (search: Search) => boolean;
  /** The search with the chip pressed or not. */
  turned: (search: Search, on: boolean) => Search;
}

/** A chip that sets a list to some values. */
function chipOf(id: string, text: string, aspect: Aspect, field: ListField, values: readonly string[]): ChipField {
  const same = (list: readonly string[]) => [...list].sort().join() === [...values].sort().join();
  return {
    id,
    text,
    aspect,
    isOn: (search) => same(search.lists[field] ?? []),
    turned: (search, on) => {
      const { [field]: _, ...others } = search.lists;
      return { ...search, lists: on ? { ...others, [field]: values } : others };
    },
  };
}

export const CHIPS: readonly ChipField[] = [
  chipOf("verified", "verified", "clear", "badges", ["verified"]),
  {
    id: "degraded",
    text: "degraded",
    aspect: "caution",
    isOn: (search) => search.degraded,
    turned: (search, degraded) => ({ ...search, degraded }),
  },
  chipOf("failed", "blocked or failed", "stop", "statuses", ["failed", "refused"]),
  chipOf("unverified", "unverified", "dark", "badges", ["unverified"]),
];

/** Whether two searches ask for the same. */
export function isSame(a: Search, b: Search): boolean {
  const plain = (search: Search) => {
    const lists = LISTS.map((field) => [...(search.lists[field] ?? [])].sort());
    return JSON.stringify({ ...search, text: search.text.trim(), lists });
  };
  return plain(a) === plain(b);
}

/** Whether everything is asked for. */
export function isEmpty(search: Search): boolean {
  return isSame(search, NOTHING);
}

/** A search read from the session; what isn't known or of another kind is left out. */
export function readSearch(value: unknown): Search {
  if (typeof value !== "object" || value === null) return NOTHING;
  const stored = value as Partial<Record<keyof Search, unknown>>;
  const text = (field: "attempt" | "from" | "to") => {
    const found = stored[field];
    return typeof found === "string" ? found : null;
  };
  const number = (field: "cost" | "slower") => {
    const found = stored[field];
    return typeof found === "number" && Number.isFinite(found) && found >= 0 ? found : null;
  };
  const lists: Search["lists"] = {};
  if (typeof stored.lists === "object" && stored.lists !== null) {
    for (const field of LISTS) {
      const values = (stored.lists as Record<string, unknown>)[field];
      if (Array.isArray(values)) lists[field] = values.filter((one) => typeof one === "string");
    }
  }
  return {
    text: typeof stored.text === "string" ? stored.text : "",
    lists,
    degraded: stored.degraded === true,
    cached: stored.cached === true,
    attempt: text("attempt"),
    cost: number("cost"),
    slower: number("slower"),
    span: SPANS.find((one) => one.value === stored.span)?.value ?? "any",
    from: text("from"),
    to: text("to"),
  };
}

/** A view that was saved under a name. */
export interface View {
  name: string;
  search: Search;
}

/** The saved views of the session. */
export function readViews(value: unknown): View[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((one: unknown) => {
    const { name, search } = (one ?? {}) as { name?: unknown; search?: unknown };
    return typeof name === "string" && name !== "" ? [{ name, search: readSearch(search) }] : [];
  });
}

/** The words of a search, for marking them where they stand. Words in quotes stay together. */
export function wordsOf(text: string): string[] {
  return [...text.matchAll(/"([^"]+)"?|(\S+)/g)].map((word) => (word[1] ?? word[2] ?? "").trim()).filter(Boolean);
}

/** A text in pieces, of which those that begin a word as the search does are marked. */
export function marked(text: string, words: readonly string[]): { text: string; hit: boolean }[] {
  if (words.length === 0) return [{ text, hit: false }];
  const escaped = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(?:${escaped.join("|")})`, "giu");
  const pieces: { text: string; hit: boolean }[] = [];
  let done = 0;
  for (const found of text.matchAll(pattern)) {
    if (found.index > done) pieces.push({ text: text.slice(done, found.index), hit: false });
    pieces.push({ text: found[0], hit: true });
    done = found.index + found[0].length;
  }
  if (done < text.length || pieces.length === 0) pieces.push({ text: text.slice(done), hit: false });
  return pieces;
}
