import { ApiError, call, toApiError, type Prompt, type SavedValues } from "$lib/host/index.ts";
import { Autosave } from "./autosave.svelte.ts";
import { memoryOf, remember } from "./memory.ts";
import { freeName, mergeCases } from "./merge.ts";

type Values = SavedValues["values"];
type Hash = Prompt["values_hash"];

/** Values go into a file that people share; it isn't written at every keystroke. */
const WRITE_WITHIN = 600;

/** The saved test values of a prompt: what the template is rendered and run with. Changes are kept by themselves. */
export class Cases {
  readonly keeper: Autosave<readonly SavedValues[]>;
  #name: string;
  #onchange: () => void;
  #saved = $state.raw<readonly SavedValues[]>([]);
  #chosen = $state<string>();
  /** What the file said when it was last read or written, and its hash. */
  #stored: readonly SavedValues[] = [];
  #hash: Hash = null;
  #problem = $state<string>();
  #changes = 0;

  constructor(name: string, onchange: () => void) {
    this.#name = name;
    this.#onchange = onchange;
    this.#chosen = memoryOf(name).case;
    this.keeper = new Autosave<readonly SavedValues[]>(
      () => this.#saved,
      (values) => this.#write(values),
      WRITE_WITHIN,
    );
  }

  get saved(): readonly SavedValues[] {
    return this.#saved;
  }

  /** Why the file can't be read. Until it can, nothing is written over it. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** The chosen case; the first one when the chosen one is gone. */
  get chosen(): SavedValues | undefined {
    return this.#saved.find((one) => one.name === this.#chosen) ?? this.#saved[0];
  }

  /** The values of the chosen case. */
  get values(): Values {
    return this.chosen?.values ?? {};
  }

  choose(name: string): void {
    this.#chosen = name;
    remember(this.#name, { case: name });
    this.#onchange();
  }

  /** Sets a value of the chosen case; undefined takes it out. */
  set(variable: string, value: unknown): void {
    const { name } = this.chosen ?? this.add();
    this.#change(
      this.#saved.map((one) => {
        if (one.name !== name) return one;
        const values = { ...one.values };
        if (value === undefined) delete values[variable];
        else values[variable] = value;
        return { ...one, values };
      }),
    );
  }

  /** Adds a case with the values of the chosen one, and chooses it. */
  add(): SavedValues {
    const name = freeName(`case ${this.#saved.length + 1}`, this.#saved);
    const added: SavedValues = { name, values: { ...this.values } };
    this.#change([...this.#saved, added]);
    this.choose(name);
    return added;
  }

  /** Renames the chosen case; false when another one has the name. */
  rename(to: string): boolean {
    const name = to.trim();
    const chosen = this.chosen;
    if (!chosen || name === "" || this.#saved.some((one) => one !== chosen && one.name === name)) return false;
    if (name === chosen.name) return true;
    this.#change(this.#saved.map((one) => (one === chosen ? { ...one, name } : one)));
    this.choose(name);
    return true;
  }

  /** Takes the chosen case out, and gives the way back. */
  remove(): (() => void) | undefined {
    const removed = this.chosen;
    if (!removed) return undefined;
    const at = this.#saved.indexOf(removed);
    this.#change(this.#saved.filter((one) => one !== removed));
    return () => {
      const back = { ...removed, name: freeName(removed.name, this.#saved) };
      this.#change([...this.#saved.slice(0, at), back, ...this.#saved.slice(at)]);
      this.choose(back.name);
    };
  }

  /** Puts other sets in the place of all, such as with another name of a variable. */
  replace(saved: readonly SavedValues[]): void {
    this.#change([...saved]);
  }

  /** A mark of this moment, for `refresh`. */
  ticket(): number {
    return this.#changes;
  }

  /** Takes what the folder says, unless something was changed here after it was asked. */
  refresh(prompt: Prompt, ticket: number): void {
    if (ticket !== this.#changes || this.keeper.dirty) return;
    this.#take(prompt);
  }

  #take({ values, values_hash, values_problem }: Prompt): void {
    this.#saved = values;
    this.#stored = values;
    this.#hash = values_hash;
    this.#problem = values_problem ?? undefined;
  }

  async #write(values: readonly SavedValues[]): Promise<string> {
    if (this.#problem !== undefined) {
      throw new ApiError({
        code: "invalid",
        message: this.#problem,
        hint: "Repair values.yaml; what is typed here stays",
      });
    }
    const changes = this.#changes;
    let written: readonly SavedValues[] = values;
    let prompt: Prompt;
    try {
      prompt = await call("prompt_values", { name: this.#name, values: [...values], values_hash: this.#hash });
    } catch (error) {
      if (toApiError(error).code !== "conflict") throw error;
      // Somebody else changed the file meanwhile: both changes go into it.
      const { prompt: now } = await call("prompt_get", { name: this.#name });
      written = mergeCases(this.#stored, values, now.values);
      prompt = await call("prompt_values", {
        name: this.#name,
        values: [...written],
        values_hash: now.values_hash,
      });
    }
    this.#stored = prompt.values;
    this.#hash = prompt.values_hash;
    if (written !== values && changes === this.#changes) {
      this.#saved = prompt.values;
      this.#onchange();
    }
    return new Date().toISOString();
  }

  #change(saved: readonly SavedValues[]): void {
    this.#changes += 1;
    this.#saved = saved;
    this.keeper.change();
    this.#onchange();
  }
}
