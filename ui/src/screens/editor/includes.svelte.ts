import { onDestroy, untrack } from "svelte";
import type { Aspect } from "$lib/components/signal.ts";
import { call, type IncludeRow, type IncludesAnswer, type IncludesRequest } from "$lib/host/index.ts";
import { events } from "$lib/state/events.ts";
import { Latest } from "./latest.ts";
import type { Opened } from "./opened.svelte.ts";

/** How long typing rests before it is asked again what the text includes, in milliseconds. */
const ASK_AFTER = 300;

/** What the text in the editor includes, and what includes its prompt; asked while somebody looks at it. */
export class Including {
  answer = $state.raw<IncludesAnswer>();
  error = $state.raw<unknown>();
  #opened: Opened;
  #asker = new Latest<IncludesRequest, IncludesAnswer>(
    (request) => call("prompt_includes", request),
    (answer) => {
      this.answer = answer;
      this.error = undefined;
    },
    (error) => (this.error = error),
  );

  /** `wanted` says whether somebody looks at it. Reactive. */
  constructor(opened: Opened, wanted: () => boolean) {
    this.#opened = opened;
    $effect(() => {
      if (!wanted() || !opened.ready) return;
      void [opened.edits, opened.prompt];
      untrack(() => this.ask(this.answer ? ASK_AFTER : 0));
    });
    // A label of an included prompt may have been moved.
    const stop = events.on("prompts", () => this.answer && this.ask(0));
    onDestroy(() => {
      stop();
      this.#asker.stop();
    });
  }

  /** Asks again. */
  ask(wait = 0): void {
    const { name } = this.#opened;
    this.#asker.soon(() => ({ name, source: this.#opened.source() }), wait);
  }

  get rows(): readonly IncludeRow[] {
    return this.answer?.includes ?? [];
  }

  get includedBy(): readonly string[] {
    return this.answer?.included_by ?? [];
  }

  /** Those that stand for another version by now than the text was saved with, each once. */
  get moved(): readonly IncludeRow[] {
    return [...new Map(this.rows.filter(hasMoved).map((row) => [row.target, row])).values()];
  }
}

function hasMoved({ frozen, now }: IncludeRow): boolean {
  return frozen !== null && now !== null && frozen.hash !== now.hash;
}

/** The prompt that an include leads to: as it is called now, or as it is written. */
export function includedPrompt({ target, frozen, now }: IncludeRow): string {
  return now?.name ?? frozen?.name ?? writtenPrompt(target);
}

/** The prompt's name in what an include names. */
export function writtenPrompt(target: string): string {
  return target.split(/[@#]/)[0] as string;
}

/** How an include stands, in a word and a sentence. */
export function includeSignal(row: IncludeRow): { aspect: Aspect; word: string; title: string } {
  const { frozen, now, problem } = row;
  if (problem !== null) return { aspect: "stop", word: "can't be included", title: problem };
  if (frozen === null) {
    return { aspect: "dark", word: "not saved yet", title: "saving a version settles which one is included" };
  }
  if (now !== null && hasMoved(row)) {
    const title = `meant ${frozen.version} when the text was saved; the next version takes ${now.version}`;
    return { aspect: "caution", word: `moved to ${now.version}`, title };
  }
  return { aspect: "clear", word: "up to date", title: "the next version takes the same one" };
}
