import type { ConfigUndo, RouteChanged, RouteList, RouteSettings } from "$lib/host/index.ts";
import type { Loadable } from "$lib/state/loadable.svelte.ts";

/** What a queue of changes needs of the list that it changes. */
type Shown = Pick<Loadable<RouteList>, "value" | "set" | "load">;

/**
 * Changes of routes, one after another in the order in which they were made. Each shows at once what it will be, so that
 * the next one builds on it; nothing that a person does meanwhile is lost. When one is refused, those behind it, which
 * were built on it, aren't made, and what really is is shown again.
 */
export class Changes {
  #shown: Shown;
  #last: Promise<unknown> = Promise.resolve();
  #waiting = $state(0);
  #refused = 0;
  #made = 0;

  constructor(shown: Shown) {
    this.#shown = shown;
  }

  get busy(): boolean {
    return this.#waiting > 0;
  }

  /** Shows a route as it will be. */
  expect(name: string, settings: RouteSettings): void {
    const list = this.#shown.value;
    if (!list) return;
    this.#shown.set({
      ...list,
      routes: list.routes.map((one) => (one.name === name ? { ...one, settings } : one)),
    });
  }

  /** Makes a change after those before it; gives what takes it back. */
  async make(work: () => Promise<RouteChanged>): Promise<ConfigUndo> {
    const number = ++this.#made;
    this.#waiting += 1;
    const done = this.#last.then(async () => {
      if (number <= this.#refused) throw new Error("an earlier change was refused, so this one was not made");
      try {
        return await work();
      } catch (error) {
        // Known before the next one begins.
        this.#refused = this.#made;
        throw error;
      }
    });
    this.#last = done.catch(() => undefined);
    try {
      const { list, undo } = await done;
      // A list from before the changes that still wait would show them undone.
      if (number === this.#made) this.#shown.set(list);
      return undo;
    } catch (error) {
      await this.#shown.load();
      throw error;
    } finally {
      this.#waiting -= 1;
    }
  }
}
