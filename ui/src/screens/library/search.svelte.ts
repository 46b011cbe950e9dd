import { call, type Excerpt, type PromptHit, type PromptSearch, type PromptsFound } from "$lib/host/index.ts";
import { Latest } from "../editor/latest.ts";

/** How long typing pauses before texts are searched, in milliseconds. Names are filtered at once. */
const SEARCH_AFTER = 120;

/** Searches what the list doesn't hold: texts, messages, descriptions and labels. */
export class TextSearch {
  /** What was found last; it stays until the next answer, so that nothing jumps while one types. */
  hits = $state.raw<readonly PromptHit[]>([]);
  /** There are more than these. */
  more = $state(false);
  pending = $state(false);
  error = $state.raw<unknown>();
  #text = "";
  #archived = false;
  #asker = new Latest<PromptSearch, PromptsFound>(
    (request) => call("prompt_search", request),
    ({ hits, more }) => {
      // The field may have been cleared meanwhile; then there is nothing to show.
      if (this.#text !== "") this.#take(hits, more);
    },
    (error) => {
      this.#take([], false);
      this.error = error;
    },
  );

  look(text: string, archived: boolean): void {
    this.#text = text.trim();
    this.#archived = archived;
    if (this.#text === "") {
      this.#take([], false);
      return;
    }
    this.pending = true;
    this.#asker.soon(() => ({ text: this.#text, archived: this.#archived }), SEARCH_AFTER);
  }

  again(): void {
    this.look(this.#text, this.#archived);
  }

  stop(): void {
    this.#asker.stop();
  }

  #take(hits: readonly PromptHit[], more: boolean): void {
    this.hits = hits;
    this.more = more;
    this.pending = false;
    this.error = undefined;
  }
}

/** Where in a prompt a word was found. */
export function placeWords({ of }: Excerpt): string {
  switch (of.kind) {
    case "name":
    case "description":
    case "label":
      return of.kind;
    case "message":
      return `message of ${of.version}`;
    case "text":
      return of.line === null ? `front matter of ${of.version}` : `version ${of.version}, line ${of.line}`;
  }
}

/** The text before the word, the word, and the text behind it. Ranges count code points. */
export function excerptPieces({ text, range }: Excerpt): [string, string, string] {
  const letters = Array.from(text);
  const cut = (from: number, to?: number) => letters.slice(from, to).join("");
  return [cut(0, range.start), cut(range.start, range.end), cut(range.end)];
}
