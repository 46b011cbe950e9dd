import { untrack } from "svelte";
import { SvelteMap } from "svelte/reactivity";
import { call, type PromptDetail, type SavedValues, type Target, type Variable } from "$lib/host/index.ts";
import { providers } from "$lib/state/providers.svelte.ts";
import { session } from "$lib/state/session.svelte.ts";
import { chooseTarget } from "../editor/names.ts";
import { FEWEST, KEY, letterOf, MOST, readConfig, type CompareConfig, type TextChoice } from "./config.ts";
import { firstConfig } from "./open.ts";
import { ComparePane } from "./pane.svelte.ts";

/** Two to six answers to one input, side by side. */
export class CompareModel {
  panes = $state.raw<ComparePane[]>([]);
  /** Why nothing can be compared. */
  error = $state.raw<unknown>();
  ready = $state(false);
  #details = new SvelteMap<string, PromptDetail>();
  #inputs = $state.raw<readonly Variable[]>([]);
  #case = $state.raw<CompareConfig["case"]>(null);
  #values = $state.raw<CompareConfig["values"]>(null);
  #against = $state(0);
  #sync = $state(true);
  #blind = $state(false);

  /** Takes what was there the last time; otherwise sets up the prompt, or the first one of the workspace. */
  async open(prompt: string | undefined): Promise<void> {
    try {
      const remembered = readConfig(session.get<unknown>(KEY, undefined, () => true));
      const fits = remembered && (prompt === undefined || remembered.panes.some((pane) => pane.prompt === prompt));
      const config = fits ? remembered : await this.#setUp(prompt);
      if (config) this.#take(config);
      this.error = undefined;
      this.ready = true;
      await this.readPrompts();
    } catch (error) {
      this.error = error;
      this.ready = true;
    }
  }

  get busy(): boolean {
    return this.panes.some((pane) => pane.busy);
  }
  get running(): number {
    return this.panes.filter((pane) => pane.busy).length;
  }

  get against(): number {
    return Math.min(this.#against, Math.max(0, this.panes.length - 1));
  }
  set against(index: number) {
    this.#against = index;
    this.remember();
  }
  get sync(): boolean {
    return this.#sync;
  }
  set sync(on: boolean) {
    this.#sync = on;
    this.remember();
  }
  get blind(): boolean {
    return this.#blind;
  }
  set blind(on: boolean) {
    this.#blind = on;
    this.remember();
  }

  detail(prompt: string): PromptDetail | undefined {
    return this.#details.get(prompt);
  }

  /** Saved cases of the prompts that are compared, each prompt once. */
  get cases(): { prompt: string; saved: SavedValues }[] {
    const prompts = [...new Set(this.panes.map((pane) => pane.prompt))];
    return prompts.flatMap((prompt) => (this.detail(prompt)?.prompt.values ?? []).map((saved) => ({ prompt, saved })));
  }

  /** The place of the chosen case among them, -1 for none. */
  get caseIndex(): number {
    const chosen = this.#case;
    const found = this.cases.findIndex((one) => one.prompt === chosen?.prompt && one.saved.name === chosen?.name);
    return found < 0 && this.#values === null && this.cases.length > 0 ? 0 : found;
  }
  get edited(): boolean {
    return this.#values !== null;
  }
  get values(): Record<string, unknown> {
    return this.#values ?? (this.cases[this.caseIndex]?.saved.values as Record<string, unknown> | undefined) ?? {};
  }
  /** The variables of the first pane's prompt. */
  get inputs(): readonly Variable[] {
    return this.#inputs;
  }

  chooseCase(index: number): void {
    const one = this.cases[index];
    if (!one) return;
    this.#case = { prompt: one.prompt, name: one.saved.name };
    this.#values = null;
    this.remember();
  }

  /** Goes to the next or the previous case, round the list. */
  stepCase(step: 1 | -1): void {
    const count = this.cases.length;
    if (count > 0) this.chooseCase((Math.max(0, this.caseIndex) + step + count) % count);
  }

  setValue(name: string, value: unknown): void {
    const values = { ...this.values };
    if (value === undefined) delete values[name];
    else values[name] = value;
    this.#values = values;
    this.remember();
  }

  /** Who serves a pane: what was chosen there, where it still exists. */
  targetOf(pane: ComparePane): Target | undefined {
    return chooseTarget(providers.targets, pane.target);
  }

  setText(pane: ComparePane, text: TextChoice): void {
    pane.text = text;
    this.remember();
  }
  setTarget(pane: ComparePane, target: Target): void {
    pane.target = target;
    this.remember();
  }
  async setPrompt(pane: ComparePane, prompt: string): Promise<void> {
    pane.prompt = prompt;
    await this.#read(prompt);
    const detail = this.detail(prompt);
    if (detail) {
      pane.text = detail.draft ? { kind: "draft" } : { kind: "version", number: newest(detail) };
    }
    this.remember();
  }

  /** Adds a pane like the last one. */
  add(): void {
    const last = this.panes.at(-1);
    if (!last || this.panes.length >= MOST) return;
    this.panes = [...this.panes, new ComparePane({ ...last.config(), call: null })];
    this.remember();
  }

  /** Takes a pane away, and gives the way back. */
  remove(pane: ComparePane): (() => void) | undefined {
    const at = this.panes.indexOf(pane);
    if (at < 0 || this.panes.length <= FEWEST) return undefined;
    this.panes = this.panes.filter((one) => one !== pane);
    this.#against = this.#against === at ? 0 : this.#against > at ? this.#against - 1 : this.#against;
    this.remember();
    return () => {
      if (this.panes.length >= MOST) return;
      this.panes = [...this.panes.slice(0, at), pane, ...this.panes.slice(at)];
      this.remember();
    };
  }

  /** Starts all panes at once. */
  async runAll(): Promise<void> {
    const { values } = this;
    await Promise.all(this.panes.map((pane) => this.#start(pane, values)));
    this.remember();
  }

  async runOne(pane: ComparePane): Promise<void> {
    await this.#start(pane, this.values);
    this.remember();
  }

  async cancelAll(): Promise<void> {
    await Promise.all(this.panes.filter((pane) => pane.busy).map((pane) => pane.cancel()));
  }

  /** Reads the prompts again: versions, labels, drafts and cases. */
  async readPrompts(): Promise<void> {
    const prompts = new Set(untrack(() => this.panes.map((pane) => pane.prompt)));
    await Promise.all([...prompts].map((prompt) => this.#read(prompt)));
    const first = this.panes[0] && this.detail(this.panes[0].prompt);
    if (!first) return;
    const source = first.draft?.source ?? first.latest;
    if (!source) return;
    const preview = await call("prompt_preview", { source, values: {}, saved: [] }).catch(() => undefined);
    if (preview?.document) this.#inputs = preview.document.inputs;
  }

  remember(): void {
    session.set(KEY, {
      panes: this.panes.map((pane) => pane.config()),
      case: this.#case,
      values: this.#values,
      against: this.#against,
      sync: this.#sync,
      blind: this.#blind,
    } satisfies CompareConfig);
  }

  async #start(pane: ComparePane, values: Record<string, unknown>): Promise<void> {
    const target = this.targetOf(pane);
    if (target) await pane.start(values, target);
  }

  async #read(prompt: string): Promise<void> {
    try {
      this.#details.set(prompt, await call("prompt_get", { name: prompt }));
    } catch {
      // The pane says that its prompt isn't there; the others go on.
      this.#details.delete(prompt);
    }
  }

  async #setUp(prompt: string | undefined): Promise<CompareConfig | undefined> {
    const name = prompt ?? (await call("prompt_list", {})).prompts[0]?.name;
    if (name === undefined) return undefined;
    const detail = await call("prompt_get", { name });
    this.#details.set(name, detail);
    const target = chooseTarget(providers.targets, undefined) ?? null;
    return firstConfig(detail.prompt, detail.draft !== null, target, detail.prompt.values[0]?.name ?? null);
  }

  #take(config: CompareConfig): void {
    this.panes = config.panes.map((pane) => new ComparePane(pane));
    this.#case = config.case;
    this.#values = config.values;
    this.#against = config.against;
    this.#sync = config.sync;
    this.#blind = config.blind;
    this.remember();
  }
}

function newest(detail: PromptDetail): number {
  return detail.prompt.versions.reduce((most, { number }) => Math.max(most, number), 0);
}

/** How a pane is named in a choice: `A`, with what it runs where that may be known. */
export function paneName(index: number): string {
  return letterOf(index);
}
