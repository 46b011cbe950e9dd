/**
 * Something that is read from the host: the last value, whether it was ever there, and the last error. A newer read
 * wins over an older one that answers late.
 */
export class Loadable<T> {
  value = $state.raw<T>();
  error = $state.raw<unknown>();
  #read: () => Promise<T>;
  #ticket = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(read: () => Promise<T>) {
    this.#read = read;
  }

  /** Reads now. The promise never rejects: the error is kept beside the last good value. */
  async load(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const ticket = ++this.#ticket;
    try {
      const value = await this.#read();
      if (ticket === this.#ticket) this.set(value);
    } catch (error) {
      if (ticket === this.#ticket) this.error = error;
    }
  }

  /** Reads soon, once for many reasons. */
  loadSoon(milliseconds = 100): void {
    this.#timer ??= setTimeout(() => void this.load(), milliseconds);
  }

  /** Takes a value that a command answered with; a read under way is out of date. */
  set(value: T): void {
    this.#ticket += 1;
    this.value = value;
    this.error = undefined;
  }
}
