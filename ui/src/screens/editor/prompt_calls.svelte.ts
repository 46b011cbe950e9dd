import { onDestroy } from "svelte";
import { call, type Call } from "$lib/host/index.ts";
import { merge } from "$lib/state/calls.svelte.ts";
import { events } from "$lib/state/events.ts";

/** How many are shown; older ones are in Calls. */
const MOST = 100;

/** The last calls of one prompt, newest first. They are read when somebody looks at them, and followed from then on. */
export class PromptCalls {
  list = $state.raw<readonly Call[]>([]);
  loaded = $state(false);
  error = $state.raw<unknown>();
  #name: string;

  constructor(name: string) {
    this.#name = name;
    const stop = events.on("call", ({ call: changed }) => {
      if (changed.prompt?.name === name) this.list = merge(this.list, [changed]).slice(0, MOST);
    });
    const reset = events.onReset(() => this.loaded && void this.load());
    onDestroy(() => {
      stop();
      reset();
    });
  }

  async load(): Promise<void> {
    try {
      const page = await call("call_list", { before: null, limit: MOST, prompt: this.#name });
      // An event may have told more than the page, which was read before it.
      this.list = merge(page.calls, this.list).slice(0, MOST);
      this.loaded = true;
      this.error = undefined;
    } catch (error) {
      this.error = error;
    }
  }
}
