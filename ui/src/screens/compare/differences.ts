import { call, type InlineSpan } from "$lib/host/index.ts";

/** A pane that shows the words which another one doesn't have. */
export interface Marked {
  spans: readonly InlineSpan[] | undefined;
}

/** Asks for the words that differ, once for the same two texts. */
export class Differences {
  #wanted = new WeakMap<Marked, string>();

  /** Shows what `after` has and `before` hasn't; nothing while one of them isn't whole. */
  show(pane: Marked, before: string | undefined, after: string | undefined): void {
    if (before === undefined || after === undefined || before === "" || after === "") {
      this.#wanted.delete(pane);
      pane.spans = undefined;
      return;
    }
    const wanted = `${before}\u0000${after}`;
    if (this.#wanted.get(pane) === wanted) return;
    this.#wanted.set(pane, wanted);
    pane.spans = undefined;
    call("text_diff", { before, after }).then(
      ({ spans }) => {
        if (this.#wanted.get(pane) === wanted) pane.spans = spans;
      },
      // Without the marks the answer is still there to be read.
      () => this.#wanted.delete(pane),
    );
  }
}
