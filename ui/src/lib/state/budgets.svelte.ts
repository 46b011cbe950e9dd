import { call, type BudgetList, type BudgetRow, type DaySpend } from "../host/index.ts";
import { events } from "./events.ts";
import { Loadable } from "./loadable.svelte.ts";

/** The share of a budget's limit that is settled or held, 0 to 1 and beyond. */
export function usedShare(budget: BudgetRow): number {
  return budget.limit > 0 ? (budget.settled + budget.held) / budget.limit : 1;
}

/** How a budget stands, as a signal. */
export function budgetSignal(budget: BudgetRow): { aspect: "clear" | "caution" | "stop"; word: string } {
  const used = usedShare(budget);
  if (used >= 1) return { aspect: "stop", word: "stopped" };
  if (used >= budget.warn_at) return { aspect: "caution", word: `over ${Math.round(budget.warn_at * 100)} %` };
  return { aspect: "clear", word: "on course" };
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
      // The spend of the day comes with the list alone.
      this.#list.loadSoon(500);
    });
    events.on("config", () => this.#list.loadSoon());
    events.onReset(() => void this.#list.load());
  }
}

export const budgets = new Budgets();
