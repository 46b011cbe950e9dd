import { call, type Call } from "../host/index.ts";
import { events } from "./events.ts";

/** How many calls are read at once, and how many the window keeps. */
const PAGE = 200;
const KEPT = 5_000;

/**
 * Calls, newest first. Events are gathered and shown once an animation frame, so a thousand decisions a second cost no
 * more than sixty changes of the list.
 */
class Calls {
  #list = $state.raw<readonly Call[]>([]);
  #loaded = $state(false);
  #complete = $state(false);
  #error = $state.raw<unknown>();
  #waiting = new Map<string, Call>();
  #scheduled = false;
  #reading = false;
  /** What changed while a page was read: the page may be older than that. */
  #meanwhile: Map<string, Call> | undefined;

  get list(): readonly Call[] {
    return this.#list;
  }
  get loaded(): boolean {
    return this.#loaded;
  }
  get error(): unknown {
    return this.#error;
  }
  /** What is under way now. */
  get running(): readonly Call[] {
    return this.#list.filter((one) => one.status === "running");
  }

  /** Reads the newest page; the running ones are among them. */
  async load(): Promise<void> {
    const meanwhile = new Map<string, Call>();
    this.#meanwhile = meanwhile;
    try {
      const page = await call("call_list", { before: null, limit: PAGE, prompt: null });
      this.#list = merge(page.calls, [...meanwhile.values()]);
      this.#complete = page.calls.length < PAGE;
      this.#loaded = true;
      this.#error = undefined;
    } catch (error) {
      this.#error = error;
    } finally {
      if (this.#meanwhile === meanwhile) this.#meanwhile = undefined;
    }
  }

  /** Reads the next older page, when there is one. */
  async older(): Promise<void> {
    const last = this.#list.at(-1);
    if (this.#reading || this.#complete || !last || this.#list.length >= KEPT) return;
    this.#reading = true;
    try {
      const page = await call("call_list", { before: last.id, limit: PAGE, prompt: null });
      this.#complete = page.calls.length < PAGE;
      this.#list = merge(this.#list, page.calls);
    } catch (error) {
      this.#error = error;
    } finally {
      this.#reading = false;
    }
  }

  listen(): void {
    events.on("call", ({ call: changed }) => {
      this.#waiting.set(changed.id, changed);
      this.#meanwhile?.set(changed.id, changed);
      if (this.#scheduled) return;
      this.#scheduled = true;
      schedule(() => {
        this.#scheduled = false;
        this.#list = merge(this.#list, [...this.#waiting.values()]).slice(0, KEPT);
        this.#waiting.clear();
      });
    });
    events.onReset(() => void this.load());
  }
}

/** A hidden window draws no frames, but its calls go on. */
function schedule(work: () => void): void {
  if (document.visibilityState === "hidden") setTimeout(work, 100);
  else requestAnimationFrame(work);
}

/**
 * Puts changed calls in their places. A call that has ended never runs again, whatever comes later. Identifiers are UUID v7:
 * their order is the order of time.
 */
export function merge(list: readonly Call[], changes: readonly Call[]): readonly Call[] {
  const changed = new Map(changes.map((one) => [one.id, one]));
  const kept = list.map((one) => {
    const newer = changed.get(one.id);
    changed.delete(one.id);
    return newer && !(newer.status === "running" && one.status !== "running") ? newer : one;
  });
  if (changed.size === 0) return kept;
  return [...kept, ...changed.values()].sort((a, b) => (a.id < b.id ? 1 : a.id > b.id ? -1 : 0));
}

export const calls = new Calls();
