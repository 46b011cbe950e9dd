import { SvelteMap } from "svelte/reactivity";
import { isGone } from "$lib/host/gone.ts";
import { call, toApiError, type Target } from "$lib/host/index.ts";
import { events } from "$lib/state/events.ts";
import type { Opened } from "./opened.svelte.ts";

/** More calls than these are started only after a question, unless they cost nothing. */
export const ASK_ABOVE = 20;
/** No more of them run at a time: providers refuse who asks for everything at once. */
export const AT_A_TIME = 4;

type Batched = Pick<Opened, "callText"> & { cases: Pick<Opened["cases"], "saved"> };

/** The text of the editor run with every set of saved test values, each as a call of its own. */
export class Batch {
  /** What each call was started with, by its identifier: the name of the test values. */
  readonly cases = new SvelteMap<string, string>();
  /** Some haven't ended, or haven't been started. */
  busy = $state(false);
  /** Why some weren't started. */
  error = $state.raw<unknown>();
  #opened: Batched;
  #cancelled = false;
  /** Those that run now. */
  #running = new Set<string>();

  constructor(opened: Batched) {
    this.#opened = opened;
  }

  /**
   * Starts all, a few at a time, and gives the call of the first values as soon as it has begun; where that can't be started,
   * the next that is. One that can't be started leaves the others alone.
   */
  async start(target: Target): Promise<string | undefined> {
    if (this.busy) return undefined;
    this.busy = true;
    this.#cancelled = false;
    this.error = undefined;
    const text = this.#opened.callText();
    const waiting = [...this.#opened.cases.saved];
    let lead = waiting[0];
    const ends = new Ends();
    return new Promise((first) => {
      const work = async () => {
        for (let next = waiting.shift(); next && !this.#cancelled; next = waiting.shift()) {
          const { name, values } = next;
          try {
            const { call: id } = await call("call_start", { text, values, target });
            this.cases.set(id, name);
            this.#running.add(id);
            if (!lead || next === lead) first(id);
            if (this.#cancelled) await cancelOne(id);
            await ends.of(id);
            this.#running.delete(id);
          } catch (reason) {
            this.error ??= toApiError(reason);
            if (next === lead) lead = undefined;
          }
        }
      };
      void Promise.all(Array.from({ length: AT_A_TIME }, work)).then(() => {
        ends.stop();
        this.busy = false;
        first(undefined);
      });
    });
  }

  /** Starts no more and cancels all that run; those that have no identifier yet as soon as they have one. */
  async cancel(): Promise<void> {
    this.#cancelled = true;
    await Promise.all([...this.#running].map(cancelOne));
  }
}

async function cancelOne(id: string): Promise<void> {
  // A call that ended meanwhile is no failure.
  await call("call_cancel", { call: id }).catch(() => undefined);
}

/** The ends of calls. It listens before they begin, since one may have ended before its identifier is known. */
class Ends {
  #ended = new Set<string>();
  #waiting = new Map<string, () => void>();
  #lost = false;
  #stops = [
    events.on("call", ({ call: { id, status } }) => {
      if (status !== "running") this.#end(id);
    }),
    events.onReset(() => {
      this.#lost = true;
      for (const id of this.#waiting.keys()) void this.#look(id);
    }),
  ];

  of(id: string): Promise<void> {
    return new Promise((resolve) => {
      if (this.#ended.has(id)) resolve();
      else this.#waiting.set(id, resolve);
      if (this.#lost) void this.#look(id);
    });
  }

  stop(): void {
    for (const stop of this.#stops) stop();
  }

  #end(id: string): void {
    this.#ended.add(id);
    this.#waiting.get(id)?.();
    this.#waiting.delete(id);
  }

  /** Events were lost, and with them maybe the end. */
  async #look(id: string): Promise<void> {
    try {
      const { call: now } = await call("call_get", { call: id });
      if (now.status !== "running") this.#end(id);
    } catch (error) {
      if (isGone(error)) this.#end(id);
    }
  }
}
