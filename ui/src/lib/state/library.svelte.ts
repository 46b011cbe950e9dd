import { call, type PromptRow } from "../host/index.ts";
import { events } from "./events.ts";
import { Loadable } from "./loadable.svelte.ts";

/** All prompts of the workspace. */
class Library {
  #list = new Loadable(() => call("prompt_list", {}));

  get prompts(): readonly PromptRow[] {
    return this.#list.value?.prompts ?? [];
  }

  get loaded(): boolean {
    return this.#list.value !== undefined;
  }

  get error(): unknown {
    return this.#list.error;
  }

  find(name: string): PromptRow | undefined {
    return this.prompts.find((prompt) => prompt.name === name);
  }

  load(): Promise<void> {
    return this.#list.load();
  }

  listen(): void {
    events.on("prompts", () => this.#list.loadSoon());
    events.on("draft", () => this.#list.loadSoon(400));
    events.on("config", () => this.#list.loadSoon());
    // A finished call changes a badge and what was spent.
    events.on("call", ({ call: changed }) => {
      if (changed.status !== "running" && changed.prompt) this.#list.loadSoon(600);
    });
    events.onReset(() => void this.#list.load());
  }
}

export const library = new Library();
