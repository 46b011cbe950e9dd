import { call, type Redirect } from "$lib/host/index.ts";
import { Loadable } from "$lib/state/loadable.svelte.ts";
import { toasts } from "$lib/state/toasts.svelte.ts";

/** The names that prompts had before, each of which still leads to its prompt. */
class OldNames {
  #list = new Loadable(() => call("prompt_redirects", {}));

  get list(): readonly Redirect[] {
    return this.#list.value?.redirects ?? [];
  }
  get loaded(): boolean {
    return this.#list.value !== undefined;
  }
  get error(): unknown {
    return this.#list.error;
  }

  /** Those that lead to a prompt. */
  of(name: string): readonly Redirect[] {
    return this.list.filter(({ to }) => to === name);
  }

  load(): Promise<void> {
    return this.#list.load();
  }
  loadSoon(): void {
    this.#list.loadSoon();
  }

  /** Lets an old name lead nowhere. Whoever uses it doesn't find the prompt any more; undo is the way back. */
  async letGo({ from, to }: Redirect): Promise<void> {
    await this.#point(from, null);
    toasts.show({
      text: "Nobody is led any more from",
      name: from,
      rest: `to ${to}`,
      undo: () => this.#point(from, to),
    });
  }

  async #point(from: string, to: string | null): Promise<void> {
    await call("prompt_redirect", { from, to });
    await this.load();
  }
}

export const oldNames = new OldNames();
