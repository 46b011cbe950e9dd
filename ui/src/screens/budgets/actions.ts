import { call, type BudgetSet, type BudgetsChanged, type UsageBy } from "$lib/host/index.ts";
import { budgets } from "$lib/state/budgets.svelte.ts";
import { toasts } from "$lib/state/toasts.svelte.ts";

/** Changes or makes a budget, and offers to take that back. */
export async function changeBudget(change: BudgetSet, text: string, name: string): Promise<void> {
  takeBack(await call("budget_set", change), text, name);
}

/** Removes a budget, and offers to bring it back as it was, with its comments. */
export async function removeBudget(name: string): Promise<void> {
  takeBack(await call("budget_remove", { name }), "Removed", name);
}

function takeBack({ list, undo }: BudgetsChanged, text: string, name: string): void {
  budgets.set(list);
  toasts.show({
    text,
    name,
    rest: "in signalbox.toml",
    undo: async () => {
      await call("config_undo", undo);
      await budgets.load();
    },
  });
}

/** Writes a table of use into a file, and says where it is. */
export async function exportUsage(by: UsageBy, days: number, account: string): Promise<void> {
  const { path } = await call("budget_export", { by, days, account });
  toasts.show({ text: "Exported to", name: path });
}
