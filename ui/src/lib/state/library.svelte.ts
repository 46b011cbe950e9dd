import { call, type PromptRow } from "../host/index.ts";
import { events } from "./events.ts";
import { Loadable } from "./loadable.svelte.ts";

/** All prompts of the workspace, and apart from them those that were put away. */
class Library {
  #list = new Loadable(() => call("prompt_list", {}));
  #archived = new Loadable(() => call("prompt_archived", {}));
  /** Somebody has asked for what was put away; from then on it is kept up to date. */
  #withArchived = false;

  get prompts(): readonly PromptRow[] {
    return this.#list.value?.prompts ?? [];
  }

  get loaded(): boolean {
    return this.#list.value !== undefined;
  }

  get error(): unknown {
    return this.#list.error;
  }

  /** The prompts that were put away, once they have been asked for. */
  get archived(): readonly PromptRow[] {
    return this.#archived.value?.prompts ?? [];
  }

  get archivedError(): unknown {
    return this.#archived.error;
  }

  /** Both, each prompt once: one list may have been read before the other. */
  get everything(): readonly PromptRow[] {
    const names = new Set(this.prompts.map((prompt) => prompt.name));
    return [...this.prompts, ...this.archived.filter((prompt) => !names.has(prompt.name))];
  }

  /** A prompt, put away or not. */
  find(name: string): PromptRow | undefined {
    const named = (prompt: PromptRow) => prompt.name === name;
    return this.prompts.find(named) ?? this.archived.find(named);
  }

  async load(): Promise<void> {
    await Promise.all([this.#list.load(), this.#withArchived && this.#archived.load()]);
  }

  loadArchived(): Promise<void> {
    this.#withArchived = true;
    return this.#archived.load();
  }

  listen(): void {
    events.on("prompts", () => {
      this.#list.loadSoon();
      if (this.#withArchived) this.#archived.loadSoon();
    });
    events.on("draft", () => this.#list.loadSoon(400));
    events.on("config", () => this.#list.loadSoon());
    // A finished call changes a badge and what was spent.
    events.on("call", ({ call: changed }) => {
      if (changed.status !== "running" && changed.prompt) this.#list.loadSoon(600);
    });
    events.onReset(() => void this.load());
  }
}

export const library = new Library();
