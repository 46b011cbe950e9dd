import { call, type Alarm, type CoolDown, type GatewayState, type ProviderSignal } from "../host/index.ts";
import { events } from "./events.ts";
import { Loadable } from "./loadable.svelte.ts";

/** A cool-down with the moment at which the window first heard of it: a bar that runs out needs a beginning. */
export interface Cooling extends CoolDown {
  key: string;
  /** Milliseconds since 1970. */
  since: number;
}

/** Gives each cool-down its beginning. One that was made longer begins again. */
export function withBeginnings(known: readonly Cooling[], rows: readonly CoolDown[], now: number): Cooling[] {
  return rows.map((row) => {
    const key = `${row.role} ${row.what} ${row.provider} ${row.name}`;
    const before = known.find((one) => one.key === key && one.until === row.until);
    return { ...row, key, since: before?.since ?? now };
  });
}

/** How the providers do, as the gateway sees it: signals, what isn't tried for a while, and the alarm. */
class Gateway {
  #known = new Loadable(async () => this.#take(await call("gateway_state", {})));

  get coolDowns(): readonly Cooling[] {
    return this.#known.value?.cooling ?? [];
  }

  get alarm(): Alarm | undefined {
    return this.#known.value?.state.alarm ?? undefined;
  }

  /** How one provider does; nothing before the gateway has said so. */
  signal(provider: string): ProviderSignal | undefined {
    return this.#known.value?.state.signals.find((one) => one.provider === provider);
  }

  load(): Promise<void> {
    return this.#known.load();
  }

  listen(): void {
    events.on("gateway", ({ state }) => this.#known.set(this.#take(state)));
    events.onReset(() => void this.#known.load());
  }

  #take(state: GatewayState): { state: GatewayState; cooling: readonly Cooling[] } {
    return { state, cooling: withBeginnings(this.coolDowns, state.cool_downs, Date.now()) };
  }
}

export const gateway = new Gateway();
