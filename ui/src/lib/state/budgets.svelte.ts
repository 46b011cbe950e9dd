import { call, type BudgetList, type BudgetRow, type BudgetTold, type DaySpend } from "../host/index.ts";
import { dayIn, momentIn, timeIn } from "../format/zone.ts";
import { events } from "./events.ts";
import { Loadable } from "./loadable.svelte.ts";

/** What a step of degradation makes of answers, in a few words. */
export const STEP_WORDS: Record<string, string> = {
  cheaper_tier: "stepped down",
  clamp_output: "shorter answers",
  cache_first: "cache first",
};

/** The share of a budget's limit that is settled or held, 0 to 1 and beyond. */
export function usedShare(budget: BudgetRow): number {
  return budget.limit > 0 ? (budget.settled + budget.held) / budget.limit : 1;
}

/** When a straight line from now to the forecast reaches an amount; undefined when it doesn't in this period. */
export function reaches(budget: BudgetRow, amount: number, now: number): number | undefined {
  if (budget.settled >= amount) return now;
  const { forecast, resets_at: end, settled } = budget;
  if (!forecast || end === null || forecast.expected < amount || forecast.expected <= settled) return undefined;
  return now + ((amount - settled) / (forecast.expected - settled)) * Math.max(0, Date.parse(end) - now);
}

/** A moment of a budget's period, as short as its period lets it be: `18:40` of a day, `29 Nov` of a longer one. */
export function periodMoment(budget: BudgetRow, at: number, zone: string | null | undefined): string {
  return budget.period === "day" ? timeIn(zone, at) : dayIn(zone, at);
}

/** How a budget stands, as a signal; of one that is used up, until when. */
export function budgetSignal(
  budget: BudgetRow,
  now: number,
  zone: string | null | undefined,
): { aspect: "clear" | "caution" | "stop"; word: string; until?: string } {
  const used = usedShare(budget);
  if (used >= 1) {
    const until = budget.resets_at === null ? "for good" : `until ${momentIn(zone, budget.resets_at, now)}`;
    return { aspect: "stop", word: "stopped", until };
  }
  const step = budget.degrade[0];
  if (step && used >= budget.degrade_at) return { aspect: "caution", word: STEP_WORDS[step] ?? "made cheaper" };
  const over = reaches(budget, budget.limit, now);
  if (over !== undefined) return { aspect: "caution", word: `over ${overWord(budget, over, zone)}` };
  if (used >= budget.warn_at) return { aspect: "caution", word: `over ${Math.round(budget.warn_at * 100)} %` };
  return { aspect: "clear", word: "on course" };
}

function overWord(budget: BudgetRow, at: number, zone: string | null | undefined): string {
  return `${budget.period === "day" ? "at" : "on"} ${periodMoment(budget, at, zone)}`;
}

/** Limits and what is used of them. */
class Budgets {
  #list = new Loadable(() => call("budget_list", {}));

  get list(): readonly BudgetRow[] {
    return this.#list.value?.budgets ?? [];
  }

  get days(): readonly DaySpend[] {
    return this.#list.value?.days ?? [];
  }

  /** What people were told last, the newest first. */
  get told(): readonly BudgetTold[] {
    return this.#list.value?.told ?? [];
  }

  /** What was spent today, in nano-dollars. */
  get today(): number {
    return this.days.at(-1)?.spent ?? 0;
  }

  get loaded(): boolean {
    return this.#list.value !== undefined;
  }

  get error(): unknown {
    return this.#list.error;
  }

  /** The limit that is nearest to being reached. */
  get tightest(): BudgetRow | undefined {
    return this.list.reduce<BudgetRow | undefined>(
      (nearest, budget) => (nearest === undefined || usedShare(budget) > usedShare(nearest) ? budget : nearest),
      undefined,
    );
  }

  /** What the account of a budget used on each of the last days, today last. */
  trend(name: string): readonly number[] {
    return this.#list.value?.trends.find((trend) => trend.name === name)?.days ?? [];
  }

  set(list: BudgetList): void {
    this.#list.set(list);
  }

  load(): Promise<void> {
    return this.#list.load();
  }

  listen(): void {
    events.on("budgets", ({ budgets }) => {
      const list = this.#list.value;
      if (list) this.#list.set({ ...list, budgets });
      // The days and what people were told come with the list alone.
      this.#list.loadSoon(500);
    });
    events.on("config", () => this.#list.loadSoon());
    events.onReset(() => void this.#list.load());
  }
}

export const budgets = new Budgets();
