import { ApiError, call, type CallText, type InlineSpan, type Target } from "$lib/host/index.ts";
import type { Run } from "$lib/state/runs.svelte.ts";
import { alreadyOpened } from "../editor/opened.svelte.ts";
import type { PaneConfig, TextChoice } from "./config.ts";

let made = 0;

/** One pane: a text, who serves it, and the call that answers. */
export class ComparePane {
  /** Stays with the pane when others come and go. */
  readonly id = `pane-${++made}`;
  prompt = $state("");
  text = $state.raw<TextChoice>({ kind: "draft" });
  target = $state.raw<Target>();
  call = $state<string>();
  starting = $state(false);
  error = $state.raw<unknown>();
  /** The followed call; set by the pane's view. */
  run = $state.raw<Run>();
  /** The words that differ from the chosen pane, once both answers are whole. */
  spans = $state.raw<readonly InlineSpan[]>();
  #cancelled = false;

  constructor({ prompt, text, target, call }: PaneConfig) {
    this.prompt = prompt;
    this.text = text;
    this.target = target ?? undefined;
    this.call = call ?? undefined;
  }

  get busy(): boolean {
    return this.starting || (this.run?.running ?? false);
  }

  /** The answer has ended, whole or not. */
  get ended(): boolean {
    return !this.starting && this.run?.call !== undefined && !this.run.running;
  }

  config(): PaneConfig {
    return { prompt: this.prompt, text: this.text, target: this.target ?? null, call: this.call ?? null };
  }

  /** Runs this pane alone. */
  async start(values: Record<string, unknown>, target: Target): Promise<void> {
    if (this.busy) return;
    this.starting = true;
    this.#cancelled = false;
    this.error = undefined;
    this.spans = undefined;
    try {
      const text = await this.#callText();
      const started = await call("call_start", { text, values, target });
      this.call = started.call;
    } catch (error) {
      this.error = error;
    } finally {
      this.starting = false;
    }
    if (this.#cancelled) await this.cancel();
  }

  /** Cancels the call; one that has no identifier yet as soon as it has one. */
  async cancel(): Promise<void> {
    if (this.starting) this.#cancelled = true;
    // A call that ended meanwhile is no failure.
    else if (this.call) await call("call_cancel", { call: this.call }).catch(() => undefined);
  }

  async #callText(): Promise<CallText> {
    const { prompt: name, text } = this;
    if (text.kind === "version") return { kind: "version", name, number: text.number };
    if (text.kind === "label") return { kind: "label", name, label: text.label };
    // The editor may have keystrokes that aren't stored yet.
    const open = alreadyOpened(name);
    if (open?.isDraft) return { kind: "draft", name, source: open.source() };
    const { draft } = await call("prompt_get", { name });
    if (draft) return { kind: "draft", name, source: draft.source };
    throw new ApiError({
      code: "no_draft",
      message: `${name} has no draft any more`,
      hint: "Choose one of its versions",
    });
  }
}
