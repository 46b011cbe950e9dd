import { pointerOf } from "./labels.ts";
import type { Opened } from "./opened.svelte.ts";

/** The label whose version is in use. */
export const IN_USE = "production";

/** What is compared with what: at first what is in use with what is being written. A side is `draft` or a number. */
export class Sides {
  #opened: Opened;
  #chosen = $state.raw<{ left: string; right: string }>();

  constructor(opened: Opened) {
    this.#opened = opened;
  }

  get left(): string {
    const { base, latestNumber } = this.#opened;
    const left = this.#valid(this.#chosen?.left) ?? this.inUse ?? String(base || latestNumber);
    if (left !== this.right) return left;
    // A version is compared with the one before it.
    const older = this.#numbers.filter((number) => number < Number(left));
    return older.length > 0 ? String(Math.max(...older)) : left;
  }

  get right(): string {
    const right = this.#valid(this.#chosen?.right) ?? "draft";
    if (right !== "draft" || this.#opened.isDraft) return right;
    return String(this.#opened.latestNumber);
  }

  /** The version that is in use, if there is one. */
  get inUse(): string | undefined {
    const version = pointerOf(this.#opened.prompt, IN_USE)?.version;
    return version === undefined ? undefined : this.#valid(String(version));
  }

  choose(left: string, right: string): void {
    this.#chosen = { left, right };
  }

  /** What is in use against what is being written, whatever was chosen before. */
  reset(): void {
    this.#chosen = undefined;
  }

  get #numbers(): number[] {
    return (this.#opened.prompt?.versions ?? []).map(({ number }) => number);
  }

  #valid(side: string | undefined): string | undefined {
    if (side === undefined || side === "draft") return side;
    return this.#numbers.some((number) => String(number) === side) ? side : undefined;
  }
}
