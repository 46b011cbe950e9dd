import type { AlertLevel, BudgetAlert } from "../host/index.ts";
import { events } from "./events.ts";

const GRAVITY: Record<AlertLevel, number> = { warn: 0, degrade: 1, stop: 2 };

/** Thresholds of budgets that were passed while this window was open, until a person has seen them. */
class Alerts {
  #list = $state.raw<readonly BudgetAlert[]>([]);

  /** The gravest, of these the newest. */
  get first(): BudgetAlert | undefined {
    return this.#list[0];
  }

  /** How many there are besides. */
  get more(): number {
    return Math.max(0, this.#list.length - 1);
  }

  /** An account has one alert for each budget: the last that it got. */
  add(alert: BudgetAlert): void {
    const others = this.#list.filter((one) => one.budget !== alert.budget || one.account !== alert.account);
    this.#list = [alert, ...others].sort((one, other) => GRAVITY[other.level] - GRAVITY[one.level]);
  }

  clear(): void {
    this.#list = [];
  }

  listen(): void {
    events.on("budget_alert", ({ alert }) => this.add(alert));
  }
}

export const alerts = new Alerts();
