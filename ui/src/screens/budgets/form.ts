import { parseMoney } from "$lib/format/money.ts";
import type { BudgetRow, BudgetSet, Unit } from "$lib/host/index.ts";

/** Whom a budget can cover, in the order of the menu. */
export const KINDS = [
  { value: "user", label: "User" },
  { value: "org", label: "Organisation" },
  { value: "project", label: "Project" },
  { value: "prompt", label: "Prompt" },
  { value: "token", label: "App token" },
] as const;

export const PERIODS = ["day", "week", "month", "total"] as const;

export const UNITS: readonly { value: Unit; label: string }[] = [
  { value: "dollars", label: "Dollars" },
  { value: "tokens", label: "Tokens" },
  { value: "requests", label: "Requests" },
];

export const STEPS = [
  { value: "cheaper_tier", label: "a cheaper tier answers" },
  { value: "clamp_output", label: "answers are shorter" },
  { value: "cache_first", label: "kept answers come first" },
] as const;

export type Kind = (typeof KINDS)[number]["value"];
export type Step = (typeof STEPS)[number]["value"];

/** A budget as it stands in the form: what a person types. */
export interface Draft {
  name: string;
  kind: Kind;
  /** Whose; empty for each by itself. */
  of: string;
  unit: Unit;
  limit: string;
  period: string;
  /** Per cent of the limit. */
  warn: string;
  degrade: string;
  steps: readonly Step[];
  /** Dollars that a million tokens of a model without a price count as; empty refuses such models. */
  ceiling: string;
}

/** What is wrong with a draft, and in which field. */
export interface Problem {
  field: keyof Draft;
  text: string;
}

const isKind = (word: string): word is Kind => KINDS.some((kind) => kind.value === word);
const isStep = (word: string): word is Step => STEPS.some((step) => step.value === word);

/** A new budget: each project, a day. */
export function newDraft(limit = ""): Draft {
  return {
    name: "",
    kind: "project",
    of: "",
    unit: "dollars",
    limit,
    period: "day",
    warn: "80",
    degrade: "90",
    steps: [],
    ceiling: "",
  };
}

/** A budget as it is. */
export function draftOf(budget: BudgetRow): Draft {
  const [kind = "", ...rest] = budget.covers.split(":");
  const of = rest.join(":");
  return {
    name: budget.name,
    kind: isKind(kind) ? kind : "project",
    of: of === "*" ? "" : of,
    unit: budget.unit,
    limit: budget.unit === "dollars" ? dollarText(budget.limit) : String(budget.limit),
    period: budget.period,
    warn: percentText(budget.warn_at),
    degrade: percentText(budget.degrade_at),
    steps: budget.degrade.filter(isStep),
    ceiling: budget.unknown_price === null ? "" : dollarText(budget.unknown_price),
  };
}

/** The name that a new budget gets unless a person gives it another. */
export function nameFor(draft: Draft, taken: readonly string[]): string {
  const whom =
    draft.of
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, "-")
      .replace(/^-|-$/g, "") || `each-${draft.kind}`;
  const base = `${whom}-${draft.period}`;
  if (!taken.includes(base)) return base;
  let number = 2;
  while (taken.includes(`${base}-${number}`)) number += 1;
  return `${base}-${number}`;
}

/** The amount of the limit in its unit; the reason when there is none. */
export function amountOf(draft: Draft): { amount: number } | Problem {
  if (draft.unit === "dollars") {
    const money = parseMoney(draft.limit);
    return "nanos" in money ? { amount: money.nanos } : { field: "limit", text: money.problem };
  }
  const digits = draft.limit.replace(draft.unit, "").replace(/[,_\s]/g, "");
  if (/^\d{1,15}$/.test(digits)) return { amount: Number(digits) };
  return { field: "limit", text: `Write a number of ${draft.unit}, such as 500` };
}

/** The first thing that is wrong with a draft. */
export function problemOf(draft: Draft): Problem | undefined {
  const amount = amountOf(draft);
  if ("text" in amount) return amount;
  if (!(share(draft.warn) > 0 && share(draft.warn) <= 1)) {
    return { field: "warn", text: "Warn between 1 and 100 per cent of the limit" };
  }
  if (draft.steps.length > 0 && !(share(draft.degrade) > 0 && share(draft.degrade) <= 1)) {
    return { field: "degrade", text: "Step down between 1 and 100 per cent of the limit" };
  }
  if (draft.ceiling.trim() !== "") {
    const ceiling = parseMoney(draft.ceiling);
    if ("problem" in ceiling) return { field: "ceiling", text: ceiling.problem };
    if (ceiling.nanos === 0) return { field: "ceiling", text: "A ceiling of nothing would make unknown prices free" };
  }
  return undefined;
}

/** What is sent: everything of a new budget, and of another what differs from what it was. */
export function changeOf(draft: Draft, before: Draft | undefined): BudgetSet {
  const changed = (...fields: (keyof Draft)[]) =>
    before === undefined || fields.some((field) => String(draft[field]) !== String(before[field]));
  const set: BudgetSet = { name: draft.name };
  if (changed("limit", "unit")) set.limit = limitText(draft);
  if (changed("kind", "of")) set.scope = `${draft.kind}:${draft.of.trim() || "*"}`;
  if (changed("period")) set.period = draft.period;
  if (changed("warn")) set.warn_at = share(draft.warn);
  if (before === undefined ? draft.steps.length > 0 : changed("steps")) set.degrade = [...draft.steps];
  // Without a step the share has no effect, and the file would be warned of.
  if (draft.steps.length > 0 && changed("degrade", "steps")) set.degrade_at = share(draft.degrade);
  if (before === undefined ? draft.ceiling.trim() !== "" : changed("ceiling")) {
    set.unknown_price = draft.ceiling.trim() === "" ? "block" : draft.ceiling.trim().replace(/^\$\s*/, "");
  }
  return set;
}

/** Whether a person has changed anything. */
export function differs(draft: Draft, before: Draft): boolean {
  return (Object.keys(draft) as (keyof Draft)[]).some((field) => String(draft[field]) !== String(before[field]));
}

/** The share that a text of per cent is; not a number when it is none. */
export function share(text: string): number {
  return /^\d+([.]\d+)?$/.test(text.trim()) ? Math.round(Number(text) * 100) / 10_000 : Number.NaN;
}

function percentText(value: number): string {
  return String(Math.round(value * 10_000) / 100);
}

/** All nine digits where they say something, and two always. */
function dollarText(nanos: number): string {
  const exact = (nanos / 1e9).toFixed(9).replace(/0+$/, "");
  const digits = exact.split(".")[1]?.length ?? 0;
  return `$${digits < 2 ? (nanos / 1e9).toFixed(2) : exact}`;
}

function limitText(draft: Draft): string {
  const text = draft.limit.trim();
  return draft.unit === "dollars" || text.endsWith(draft.unit) ? text : `${text} ${draft.unit}`;
}
