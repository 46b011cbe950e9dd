import type { Unit } from "../host/index.ts";
import { formatDollars, formatMoney } from "./money.ts";
import { shortTime } from "./time.ts";

/** So much of what a limit counts, short: `$18.42`, `12,400`. */
export function formatAmount(unit: Unit, amount: number): string {
  return unit === "dollars" ? formatDollars(amount) : amount.toLocaleString("en");
}

/** The same with the unit's name: `$0.0031`, `12,400 tokens`, `1 request`. */
export function formatUse(unit: Unit, amount: number): string {
  const word = amount === 1 ? unit.slice(0, -1) : unit;
  return unit === "dollars" ? formatMoney(amount) : `${amount.toLocaleString("en")} ${word}`;
}

/** When a budget begins anew; a limit in all never does. */
export function opensAgain(at: string | null): string {
  return at === null ? "never" : shortTime(at);
}
