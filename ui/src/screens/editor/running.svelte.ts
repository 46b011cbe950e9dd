import { call, type Target } from "$lib/host/index.ts";
import type { Opened } from "./opened.svelte.ts";
import { memoryOf, remember } from "./memory.ts";

/** The calls that the editor of a prompt starts. Only the last one is shown; the others are in Live. */
export class Running {
  /** The call that is shown. */
  id = $state<string>();
  /** Between the key and the call's identifier. */
  starting = $state(false);
  /** Why no call was started. */
  error = $state.raw<unknown>();
  #opened: Opened;
  #cancelled = false;

  constructor(opened: Opened) {
    this.#opened = opened;
    this.id = memoryOf(opened.name).call;
  }

  /** Runs the text as it is now with the chosen values. */
  async start(target: Target): Promise<void> {
    if (this.starting) return;
    this.starting = true;
    this.#cancelled = false;
    this.error = undefined;
    try {
      const text = this.#opened.callText();
      const started = await call("call_start", { text, values: this.#opened.cases.values, target });
      this.show(started.call);
    } catch (error) {
      this.error = error;
    } finally {
      this.starting = false;
    }
    if (this.#cancelled) await this.cancel();
  }

  /** Cancels the call; one that has no identifier yet as soon as it has one. */
  async cancel(): Promise<void> {
    if (this.starting) this.#cancelled = true;
    // A call that ended meanwhile is no failure.
    else if (this.id) await call("call_cancel", { call: this.id }).catch(() => undefined);
  }

  /** Shows a call, now and after the next start. */
  show(id: string): void {
    this.id = id;
    remember(this.#opened.name, { call: id });
  }

  /** The shown call isn't known any more, as in a new state folder. */
  forget(): void {
    this.id = undefined;
    remember(this.#opened.name, { call: undefined });
  }
}
