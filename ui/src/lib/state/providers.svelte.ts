import { call, type KeychainState, type ProviderList, type ProviderRow, type Targets } from "../host/index.ts";
import { events } from "./events.ts";
import { Loadable } from "./loadable.svelte.ts";

/** Providers with their models, and what a call may be served by. */
class Providers {
  #list = new Loadable(() => call("provider_list", {}));
  #targets = new Loadable(() => call("target_list", {}));

  get list(): readonly ProviderRow[] {
    return this.#list.value?.providers ?? [];
  }

  get keychain(): KeychainState | undefined {
    return this.#list.value?.keychain;
  }

  get loaded(): boolean {
    return this.#list.value !== undefined;
  }

  get error(): unknown {
    return this.#list.error;
  }

  /** Routes and models that a call may name. */
  get targets(): Targets {
    return this.#targets.value ?? { routes: [], models: [] };
  }

  find(name: string): ProviderRow | undefined {
    return this.list.find((provider) => provider.name === name);
  }

  /** Takes the list that a command answered with. */
  set(list: ProviderList): void {
    this.#list.set(list);
    this.#targets.loadSoon(0);
  }

  async load(): Promise<void> {
    await Promise.all([this.#list.load(), this.#targets.load()]);
  }

  listen(): void {
    events.on("provider", ({ provider }) => {
      const list = this.#list.value;
      if (!list) return;
      const known = list.providers.some((one) => one.name === provider.name);
      const providers = known
        ? list.providers.map((one) => (one.name === provider.name ? provider : one))
        : [...list.providers, provider];
      this.#list.set({ ...list, providers });
    });
    events.on("keychain", () => this.#list.loadSoon());
    events.on("config", () => {
      this.#list.loadSoon();
      this.#targets.loadSoon();
    });
    events.onReset(() => void this.load());
  }
}

export const providers = new Providers();
