import { toApiError, type LabelPointer } from "$lib/host/index.ts";
import { toasts } from "$lib/state/toasts.svelte.ts";
import { pointedBefore, pointerOf } from "./labels.ts";
import type { Opened } from "./opened.svelte.ts";

/** Labels that every prompt may want, beside those that it has. */
const USUAL = ["production", "staging"];

/** What the dialog about a label begins with. */
export interface Asked {
  label?: string;
  version?: number;
  /** The label goes back to where it pointed before. */
  back?: boolean;
}

/**
 * A label that is being moved. What it replaces is what was seen: when somebody else moves the label meanwhile, nothing is
 * moved until that was looked at.
 */
export class Moving {
  readonly opened: Opened;
  #label = $state("");
  #chosen = $state(0);
  #back = $state(false);
  #seen: readonly LabelPointer[] = $state.raw([]);
  /** A protected label may be moved this time. */
  confirmed = $state(false);
  busy = $state(false);
  error = $state.raw<unknown>();

  constructor(opened: Opened, asked: Asked) {
    this.opened = opened;
    this.#label = asked.label ?? this.known[0] ?? "";
    this.#chosen = asked.version ?? opened.latestNumber;
    this.#back = asked.back ?? false;
    this.look();
    void opened.readLabelChanges();
  }

  get known(): string[] {
    const labels = (this.opened.prompt?.summary.labels ?? []).map((one) => one.label);
    // The one that matters most is what a rolling back without a name means.
    return [...new Set([...labels.filter((one) => one === "production"), ...labels, ...USUAL])];
  }

  get label(): string {
    return this.#label;
  }
  set label(label: string) {
    this.#label = label;
    this.#decideAgain();
  }

  /** The version that the label shall point to; nothing when it has none to go back to. */
  get target(): number | undefined {
    return this.#back ? this.before : this.#chosen;
  }
  choose(version: number): void {
    this.#back = false;
    this.#chosen = version;
    this.#decideAgain();
  }

  /** The version that it pointed to before. */
  get before(): number | undefined {
    return pointedBefore(this.opened.labelChanges, this.#label);
  }
  get back(): boolean {
    return this.#back;
  }
  goBack(): void {
    this.#back = true;
    this.#decideAgain();
  }

  /** Where it points, as it was seen. */
  get from(): number | undefined {
    return this.#seen.find((one) => one.label === this.#label)?.version;
  }
  get now(): number | undefined {
    return pointerOf(this.opened.prompt, this.#label)?.version;
  }
  /** Somebody else has moved it since it was looked at. */
  get movedMeanwhile(): boolean {
    return !this.busy && this.from !== this.now;
  }
  get protected(): boolean {
    return pointerOf(this.opened.prompt, this.#label)?.protected ?? false;
  }
  get mustConfirm(): boolean {
    return this.protected && this.from !== undefined && !this.confirmed;
  }
  get canMove(): boolean {
    const { target } = this;
    return this.#free && target !== undefined && target !== this.from;
  }
  get canRemove(): boolean {
    return this.#free && this.from !== undefined;
  }
  get #free(): boolean {
    return !this.busy && this.#label !== "" && !this.movedMeanwhile && !this.mustConfirm;
  }

  /** Takes what is there now as seen. */
  look(): void {
    this.#seen = this.opened.prompt?.summary.labels ?? [];
    this.#decideAgain();
  }

  /** Moves the label. True when that is done. */
  async move(): Promise<boolean> {
    const { target } = this;
    if (!this.canMove || target === undefined) return false;
    return this.#do(() => (this.#back ? this.#goBack() : this.#set(target)));
  }

  async remove(): Promise<boolean> {
    return this.canRemove && this.#do(() => this.#set(null));
  }

  async protect(on: boolean): Promise<void> {
    const { opened, label } = this;
    await this.#do(async () => {
      await opened.protectLabel(label, on);
      toasts.show({
        text: on ? "Protected" : "No longer protected:",
        name: label,
        undo: () => opened.protectLabel(label, !on),
      });
      return true;
    });
  }

  async #set(to: number | null): Promise<boolean> {
    const { opened, label, confirmed } = this;
    const from = this.from ?? null;
    await opened.setLabel(label, to, from, confirmed);
    this.#told(to === null ? "Removed" : from === null ? "Set" : "Moved", from, to);
    return true;
  }

  async #goBack(): Promise<boolean> {
    const { opened, label, confirmed } = this;
    const { from, to } = await opened.labelBack(label, this.from ?? null, confirmed);
    this.#told("Moved", from, to, "back ");
    return true;
  }

  /** Says what was done. Its undo moves nothing that somebody else has moved since. */
  #told(text: string, from: number | null, to: number | null, back = ""): void {
    const { opened, label } = this;
    const rest = to === null ? `from ${from}` : from === null ? `to ${to}` : `${back}from ${from} to ${to}`;
    toasts.show({ text, name: label, rest, undo: () => opened.setLabel(label, from, to, true) });
  }

  async #do(change: () => Promise<boolean>): Promise<boolean> {
    this.busy = true;
    this.error = undefined;
    try {
      return await change();
    } catch (reason) {
      this.error = reason;
      // The label is elsewhere, or protected, by now: what the dialog says must be what is there.
      if (["conflict", "protected", "not_found"].includes(toApiError(reason).code)) await this.opened.refresh();
      return false;
    } finally {
      this.busy = false;
    }
  }

  #decideAgain(): void {
    this.confirmed = false;
    this.error = undefined;
  }
}
