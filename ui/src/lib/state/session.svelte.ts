import { SvelteMap } from "svelte/reactivity";

/** How long a change waits for the next one before both are written, in milliseconds. */
const SAVE_AFTER = 300;

type Save = (key: string, value: unknown) => Promise<unknown>;

/**
 * What the window looked like: sizes of panes, the place, choices of each screen. The host keeps the values by key;
 * losing one loses no work, so a failed write is tried again with the next change and says nothing.
 */
class Session {
  #values = new SvelteMap<string, unknown>();
  #save: Save | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #dirty = new Set<string>();

  /** Takes what the host remembered and the way to write it back. */
  connect(values: unknown, save: Save): void {
    this.#values.clear();
    if (typeof values === "object" && values !== null && !Array.isArray(values)) {
      for (const [key, value] of Object.entries(values)) this.#values.set(key, value);
    }
    this.#save = save;
    this.#dirty.clear();
  }

  /** A remembered value; the fallback when there is none or it doesn't pass the check. Reactive. */
  get<T>(key: string, fallback: T, check: (value: unknown) => boolean = sameKind(fallback)): T {
    const value = this.#values.get(key);
    return value !== undefined && check(value) ? (value as T) : fallback;
  }

  set(key: string, value: unknown): void {
    this.#values.set(key, value);
    this.#dirty.add(key);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), SAVE_AFTER);
  }

  /** Writes now what waits; called when the window loses focus or closes. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    const save = this.#save;
    if (!save) return;
    const keys = [...this.#dirty];
    this.#dirty.clear();
    await Promise.all(keys.map((key) => save(key, this.#values.get(key) ?? null).catch(() => this.#dirty.add(key))));
  }
}

function sameKind(fallback: unknown): (value: unknown) => boolean {
  if (Array.isArray(fallback)) return Array.isArray;
  return (value) => typeof value === typeof fallback && value !== null;
}

export const session = new Session();

/** A box over one remembered value: reading is reactive, writing is remembered. */
export function remembered<T>(key: string, fallback: T, check?: (value: unknown) => boolean) {
  return {
    get value(): T {
      return session.get(key, fallback, check);
    },
    set value(value: T) {
      session.set(key, value);
    },
  };
}
