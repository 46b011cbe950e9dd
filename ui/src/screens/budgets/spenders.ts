import { plural } from "$lib/format/numbers.ts";
import type { Amounts, BudgetRow, BudgetTold, Unit, UsageReport } from "$lib/host/index.ts";
import { STEP_WORDS } from "$lib/state/budgets.svelte.ts";

/** How many are named; the others are one row. */
const NAMED = 7;

/** One of those who used something. */
export interface Spender {
  name: string;
  used: number;
  /** It stands for all others. */
  rest: boolean;
}

/** How much of one unit. */
export function usedOf(used: Amounts, unit: Unit): number {
  return unit === "dollars" ? used.money : used[unit];
}

/** Those who used most of what a limit counts; of days all with use, the newest first. */
export function spenders(report: UsageReport, unit: Unit): Spender[] {
  const rows = report.rows.map(({ name, used }) => ({ name, used: usedOf(used, unit), rest: false }));
  const some = rows.filter((row) => row.used > 0);
  if (report.by === "day") return some.reverse();
  some.sort((one, other) => other.used - one.used);
  const others = some.slice(NAMED);
  const [only] = others;
  if (!only || others.length === 1) return some;
  const used = others.reduce((sum, row) => sum + row.used, 0);
  return [...some.slice(0, NAMED), { name: plural(others.length, "other"), used, rest: true }];
}

/** What people were told, as a signal: plain words where nothing but that happened. */
export function toldSignal(
  told: BudgetTold,
  list: readonly BudgetRow[],
): { aspect: "stop" | "caution" | "plain"; word: string } {
  const budget = list.find((one) => one.name === told.budget);
  switch (told.level) {
    case "stop":
      return { aspect: "stop", word: told.refused > 0 ? `refused, ${told.refused}` : "refused" };
    case "degrade":
      return { aspect: "caution", word: STEP_WORDS[budget?.degrade[0] ?? ""] ?? "made cheaper" };
    case "warn":
      return { aspect: "plain", word: budget ? `told at ${Math.round(budget.warn_at * 100)} %` : "told" };
  }
}
