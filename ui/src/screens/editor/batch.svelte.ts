import { SvelteMap } from "svelte/reactivity";
import { call, toApiError, type Target } from "$lib/host/index.ts";
import type { Opened } from "./opened.svelte.ts";
import type { PromptCalls } from "./prompt_calls.svelte.ts";

/** More calls than these are started only after a question, unless they cost nothing. */
export const ASK_ABOVE = 20;

/** The text of the editor run with every set of saved test values, each as a call of its own. */
export class Batch {
  /** What each call was started with, by its identifier: the name of the test values. */
  readonly cases = new SvelteMap<string, string>();
  starting = $state(false);
  /** Why some weren't started. */
  error = $state.raw<unknown>();
  #opened: Opened;
  #calls: PromptCalls;
  #cancelled = false;

  constructor(opened: Opened, calls: PromptCalls) {
    this.#opened = opened;
    this.#calls = calls;
  }

  /** The calls that haven't ended. */
  get running(): readonly string[] {
    return this.#calls.list.filter(({ id, status }) => status === "running" && this.cases.has(id)).map(({ id }) => id);
  }

  get busy(): boolean {
    return this.starting || this.running.length > 0;
  }

  /** Starts all, and gives the first call. One that can't be started leaves the others alone. */
  async start(target: Target): Promise<string | undefined> {
    if (this.starting) return undefined;
    this.starting = true;
    this.#cancelled = false;
    this.error = undefined;
    const text = this.#opened.callText();
    const started = await Promise.allSettled(
      this.#opened.cases.saved.map(async ({ name, values }) => {
        const { call: id } = await call("call_start", { text, values, target });
        this.cases.set(id, name);
        return id;
      }),
    );
    const refused = started.find((one) => one.status === "rejected");
    if (refused) this.error = toApiError(refused.reason);
    this.starting = false;
    await this.#calls.load();
    if (this.#cancelled) await this.cancel();
    return started.find((one) => one.status === "fulfilled")?.value;
  }

  /** Cancels all that haven't ended; those that have no identifier yet as soon as they have one. */
  async cancel(): Promise<void> {
    if (this.starting) {
      this.#cancelled = true;
      return;
    }
    // A call that ended meanwhile is no failure.
    await Promise.all(this.running.map((id) => call("call_cancel", { call: id }).catch(() => undefined)));
  }
}
