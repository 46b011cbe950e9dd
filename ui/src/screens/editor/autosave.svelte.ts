/** Where the saving of a text stands. */
export type SaveState =
  { kind: "clean" } | { kind: "waiting" } | { kind: "saved"; at: string } | { kind: "failing"; error: unknown };

/** How long the first change waits before it is written, in milliseconds. Further changes don't make it wait longer. */
export const SAVE_WITHIN = 250;
/** Waits between two tries while writing fails. */
const TRY_AGAIN = [500, 1_000, 2_000, 5_000];

/**
 * Keeps a text that changes all the time. One write is under way at a time, so an older text never lands behind a newer
 * one, and a write that fails is tried again until it succeeds: nothing that was typed is given up.
 */
export class Autosave<T> {
  #state = $state.raw<SaveState>({ kind: "clean" });
  #read: () => T;
  #write: (value: T) => Promise<string>;
  #dirty = false;
  /** When the oldest change came that isn't stored yet. */
  #since = 0;
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #writing: Promise<void> | undefined;
  #within: number;

  /** `read` gives the text as it is at the moment of writing; `write` keeps it and tells when. */
  constructor(read: () => T, write: (value: T) => Promise<string>, within = SAVE_WITHIN) {
    this.#read = read;
    this.#write = write;
    this.#within = within;
  }

  get state(): SaveState {
    return this.#state;
  }

  /** True while something that was typed isn't stored yet. */
  get dirty(): boolean {
    return this.#dirty || this.#writing !== undefined;
  }

  /** The text changed. Costs nothing but a timer. */
  change(): void {
    if (!this.#dirty) this.#since = performance.now();
    this.#dirty = true;
    if (this.#state.kind !== "failing" && this.#state.kind !== "waiting") this.#state = { kind: "waiting" };
    if (this.#writing === undefined) this.#timer ??= setTimeout(() => void this.flush(), this.#within);
  }

  /** Says what is stored already, when a text is opened. */
  stored(at: string | undefined): void {
    this.#state = at === undefined ? { kind: "clean" } : { kind: "saved", at };
  }

  /** Writes now. Resolves once everything typed before is stored, or a write has failed. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#writing) await this.#writing;
    if (!this.#dirty) return;
    if (this.#writing) return this.flush();
    this.#writing = this.#writeOnce();
    await this.#writing;
  }

  /** The page is about to go: writes at once, even beside a write under way, since nobody will be there to wait. */
  leave(): void {
    if (!this.#dirty) return;
    void this.#write(this.#read()).then(
      () => undefined,
      () => undefined,
    );
  }

  /** What waits isn't to be written any more, because the text was stored in another way. */
  async settle(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#dirty = false;
    this.#failures = 0;
    await this.#writing;
    // The write that was waited for must not start another one.
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#dirty = false;
    this.#state = { kind: "clean" };
  }

  async #writeOnce(): Promise<void> {
    this.#dirty = false;
    try {
      const at = await this.#write(this.#read());
      this.#failures = 0;
      this.#state = this.#dirty ? { kind: "waiting" } : { kind: "saved", at };
    } catch (error) {
      this.#dirty = true;
      this.#state = { kind: "failing", error };
      this.#failures += 1;
    }
    this.#writing = undefined;
    if (!this.#dirty) return;
    // What was typed during a write has waited as long as that took.
    const rest = Math.max(0, this.#within - (performance.now() - this.#since));
    const wait = TRY_AGAIN[Math.min(this.#failures, TRY_AGAIN.length) - 1] ?? rest;
    this.#timer ??= setTimeout(() => void this.flush(), wait);
  }
}
