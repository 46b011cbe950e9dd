import { host, type Event, type Frame } from "../host/index.ts";

type Kind = Event["kind"];
type Of<K extends Kind> = Extract<Event, { kind: K }>;
type Listener = (event: Event) => void;

/** Hands what happens to the stores. One subscription for the whole window. */
class Events {
  #listeners = new Map<Kind, Set<Listener>>();
  #resets = new Set<() => void>();
  #frames = new Set<() => void>();
  #stop: (() => void) | undefined;
  #last = 0;

  /** Starts to listen; a second start is none. */
  start(): void {
    this.#stop ??= host().subscribe(0, (frame) => this.take(frame));
  }

  stop(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.#last = 0;
  }

  /** Takes one frame. A frame that came already is left out; one that is missing means that all is read again. */
  take(frame: Frame): void {
    if (frame.seq <= this.#last && !frame.reset) return;
    this.#last = frame.seq;
    if (frame.reset) for (const listener of this.#resets) listener();
    for (const event of frame.events) {
      for (const listener of this.#listeners.get(event.kind) ?? []) listener(event);
    }
    for (const listener of this.#frames) listener();
  }

  on<K extends Kind>(kind: K, listener: (event: Of<K>) => void): () => void {
    const listeners = this.#listeners.get(kind) ?? new Set();
    this.#listeners.set(kind, listeners);
    listeners.add(listener as Listener);
    return () => listeners.delete(listener as Listener);
  }

  /** Events were lost: what is shown must be read again. */
  onReset(listener: () => void): () => void {
    this.#resets.add(listener);
    return () => this.#resets.delete(listener);
  }

  /** After all events of one frame; for stores that gather changes. */
  onFrame(listener: () => void): () => void {
    this.#frames.add(listener);
    return () => this.#frames.delete(listener);
  }
}

export const events = new Events();
