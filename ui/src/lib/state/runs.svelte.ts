import { call, type Call, type CallDetail, type Decision } from "../host/index.ts";
import { events } from "./events.ts";

/** What a model writes in one attempt. */
export interface Writing {
  attempt: number;
  text: string;
}

/** One call that is looked at, live: its text so far, its state and its decisions. */
export class Run {
  /** The call's identifier. */
  readonly id: string;
  /** The answer as delivered so far. */
  text = $state("");
  /** What a model writes that isn't the answer yet, because it must follow a schema first. */
  writing = $state.raw<Writing>();
  call = $state.raw<Call>();
  decisions = $state.raw<readonly Decision[]>([]);
  /** The messages and values that were sent, once they were read. */
  detail = $state.raw<CallDetail>();
  error = $state.raw<unknown>();
  #early: { start: number; text: string }[] | undefined = [];

  constructor(id: string) {
    this.id = id;
  }

  get running(): boolean {
    return this.call?.status === "running";
  }

  /** The answer, or what a model writes while there is none. */
  get shown(): string {
    return this.text === "" && this.running ? (this.writing?.text ?? "") : this.text;
  }

  /** Reads the call from the host; pieces that came meanwhile are put in their places. */
  async load(): Promise<void> {
    this.#early ??= [];
    try {
      const detail = await call("call_get", { call: this.id });
      this.detail = detail;
      // An event may have told more than the answer, which was read before it.
      if (!this.call || this.call.status === "running") this.call = detail.call;
      this.decisions = mergeDecisions(detail.decisions, this.decisions);
      this.text = detail.answer.length >= this.text.length ? detail.answer : this.text;
      this.error = undefined;
    } catch (error) {
      this.error = error;
    }
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const piece of early) this.add(piece.start, piece.text);
  }

  /** Takes a piece of what a model writes. A window that came late has no beginning to add it to. */
  write(attempt: number, start: number, piece: string): void {
    if (start === 0) this.writing = { attempt, text: piece };
    else if (this.writing?.attempt === attempt && this.writing.text.length === start)
      this.writing = { attempt, text: this.writing.text + piece };
  }

  /** Adds a piece where it belongs. A piece that was there is left out; after a gap everything is read again. */
  add(start: number, piece: string): void {
    if (this.#early) {
      this.#early.push({ start, text: piece });
      return;
    }
    if (start > this.text.length) {
      void this.load();
      return;
    }
    const rest = piece.slice(this.text.length - start);
    if (rest) this.text += rest;
  }

  take(changed: Call): void {
    const ended = this.running && changed.status !== "running";
    this.call = changed;
    if (ended) void this.load();
  }

  decide(decision: Decision): void {
    this.decisions = mergeDecisions(this.decisions, [decision]);
  }
}

function mergeDecisions(list: readonly Decision[], more: readonly Decision[]): readonly Decision[] {
  const bySeq = new Map([...list, ...more].map((decision) => [decision.seq, decision]));
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}

/** The calls that a screen looks at. */
class Runs {
  #runs = new Map<string, { run: Run; followers: number }>();

  /**
   * Follows a call from now until the returned function is called. What came before is read from the host, so it
   * doesn't matter whether the call runs, is done, or began in an earlier session.
   */
  follow(id: string): { run: Run; release: () => void } {
    let entry = this.#runs.get(id);
    if (!entry) {
      entry = { run: new Run(id), followers: 0 };
      this.#runs.set(id, entry);
      void entry.run.load();
    }
    entry.followers += 1;
    const followed = entry;
    return {
      run: followed.run,
      release: () => {
        followed.followers -= 1;
        if (followed.followers === 0) this.#runs.delete(id);
      },
    };
  }

  listen(): void {
    events.on("delta", ({ call: id, start, text }) => this.#runs.get(id)?.run.add(start, text));
    events.on("writing", ({ call: id, attempt, start, text }) => this.#runs.get(id)?.run.write(attempt, start, text));
    events.on("call", ({ call: changed }) => this.#runs.get(changed.id)?.run.take(changed));
    events.on("decision", ({ decision }) => this.#runs.get(decision.call)?.run.decide(decision));
    events.onReset(() => {
      for (const { run } of this.#runs.values()) void run.load();
    });
  }
}

export const runs = new Runs();
