import { onDestroy, untrack } from "svelte";
import { useCommand } from "$lib/commands/registry.svelte.ts";
import type { MenuItem } from "$lib/components/menu.ts";
import { plural } from "$lib/format/numbers.ts";
import { call, errorText, type DiffAnswer, type DiffRequest, type Target } from "$lib/host/index.ts";
import { isGone } from "$lib/host/gone.ts";
import { useFact } from "$lib/state/facts.svelte.ts";
import { clockTime } from "$lib/format/time.ts";
import { providers } from "$lib/state/providers.svelte.ts";
import { router } from "$lib/state/router.svelte.ts";
import { remembered } from "$lib/state/session.svelte.ts";
import { runs, type Run } from "$lib/state/runs.svelte.ts";
import { toasts } from "$lib/state/toasts.svelte.ts";
import { compareDraft } from "../compare/open.ts";
import { ASK_ABOVE, Batch } from "./batch.svelte.ts";
import { Including } from "./includes.svelte.ts";
import { saveItem } from "./items.ts";
import { Latest } from "./latest.ts";
import { remember, rememberedTarget } from "./memory.ts";
import type { Asked } from "./moving.svelte.ts";
import { chooseTarget, firstModel, isSimulated } from "./names.ts";
import { openedPrompt, type Opened, type Part } from "./opened.svelte.ts";
import { PromptCalls } from "./prompt_calls.svelte.ts";
import { Running } from "./running.svelte.ts";
import { Sides } from "./sides.svelte.ts";

/** A question that is open over the editor. */
export type Question = { kind: "save" } | { kind: "run-all" } | ({ kind: "label" } & Asked);

/** What the drawer shows. */
export type DrawerTab = "versions" | "includes" | "runs";

/** The editor of one prompt as long as it is on screen: what runs, what is compared, and what its commands do. */
export class EditorModel {
  readonly opened: Opened;
  readonly running: Running;
  /** The part of the text in sight. */
  part = $state<Part>("body");
  /** What is in sight where the side panes are tabs. */
  tab = $state<"text" | "rendered" | "output">("text");
  /** The schema of the answer is in sight instead of the text. */
  schema = $state(false);
  dialog = $state.raw<Question>();
  editingValues = $state(false);
  shown = $state.raw<Run>();
  #wanted = $state.raw<Target>();
  /** The versions are in sight, and with them how much the draft changes. */
  drawer = $state(false);
  readonly drawerTab = remembered<DrawerTab>("editor.drawer.tab", "versions");
  readonly sides: Sides;
  readonly including: Including;
  readonly calls: PromptCalls;
  readonly batch: Batch;
  #show: (open: boolean) => void = () => undefined;
  #summary = $state("");
  #differ: Latest<DiffRequest, DiffAnswer>;

  constructor(name: string) {
    this.opened = openedPrompt(name);
    this.running = new Running(this.opened);
    this.sides = new Sides(this.opened);
    this.calls = new PromptCalls(name);
    this.batch = new Batch(this.opened);
    this.including = new Including(this.opened, () => this.#asksIncludes());
    this.#wanted = rememberedTarget(name);
    this.#differ = new Latest<DiffRequest, DiffAnswer>(
      (request) => call("prompt_diff", request),
      ({ diff }) => (this.#summary = inWords(diff.inserted_words, diff.deleted_words)),
      () => (this.#summary = ""),
    );
    this.#follow();
    this.#summarise();
    useFact(() => this.#draftFact());
    useFact(() =>
      this.opened.ready ? `Line ${this.opened.cursor.line}, column ${this.opened.cursor.column}` : undefined,
    );
  }

  /** Who serves the next call. */
  get target(): Target | undefined {
    return chooseTarget(providers.targets, this.#wanted);
  }
  get simulated(): boolean {
    return isSimulated(providers.targets, this.target);
  }
  /** The model that is asked first. */
  get model(): string | undefined {
    return firstModel(providers.targets, this.target);
  }
  /** The call that is shown. */
  get run(): Run | undefined {
    return this.shown;
  }
  /** Something can be cancelled. */
  get busy(): boolean {
    return this.running.starting || this.batch.busy || (this.shown?.running ?? false);
  }
  /** The most that running all test values would cost; nothing where no price is known. 0 where it is free. */
  get priceOfAll(): number | undefined {
    const estimate = this.opened.rendered?.estimates.find(({ model }) => model === this.model);
    const one = estimate?.free ? 0 : (estimate?.at_most ?? undefined);
    return one === undefined ? undefined : one * this.opened.cases.saved.length;
  }
  /** Words that came and went since the latest version; empty without a draft. */
  get summary(): string {
    return this.opened.isDraft ? this.#summary : "";
  }

  async open(autorun: boolean): Promise<void> {
    await this.opened.open();
    if (!autorun || !this.opened.ready || this.running.id !== undefined) return;
    if (providers.targets.routes.length + providers.targets.models.length === 0) await providers.load();
    const page = await call("call_list", { before: null, limit: 1, prompt: this.opened.name }).catch(() => undefined);
    const last = page?.calls[0];
    if (last) this.running.id = last.id;
    else if (page && this.simulated) await this.start();
  }

  /** Leaves the editor: what was typed is stored, places are remembered. */
  leave(): void {
    this.opened.rememberPlaces();
    void this.opened.draft.flush();
    void this.opened.cases.keeper.flush();
    this.#differ.stop();
  }

  chooseTarget(target: Target): void {
    this.#wanted = target;
    remember(this.opened.name, { target });
  }

  async start(): Promise<void> {
    const { target } = this;
    if (!target || this.busy) return;
    await this.running.start(target);
  }

  /** Runs the text with every set of test values. Many calls that cost something are started after a question. */
  async startAll(sure = false): Promise<void> {
    const { target } = this;
    const count = this.opened.cases.saved.length;
    if (!target || this.busy || count === 0) return;
    if (!sure && count > ASK_ABOVE && this.priceOfAll !== 0) {
      this.dialog = { kind: "run-all" };
      return;
    }
    const first = await this.batch.start(target);
    if (first) this.running.show(first);
    this.openDrawer("runs");
  }

  async cancel(): Promise<void> {
    await Promise.all([this.running.cancel(), this.batch.busy && this.batch.cancel()]);
  }

  /** Opens the drawer at one of its tabs. */
  openDrawer(tab: DrawerTab): void {
    this.drawerTab.value = tab;
    this.#show(true);
  }

  /** Opens the drawer at the versions, and shuts it when they are in sight. */
  toggleVersions(): void {
    if (this.drawer && this.drawerTab.value === "versions") this.#show(false);
    else this.openDrawer("versions");
  }

  closeDrawer(): void {
    this.#show(false);
  }

  showDifference(left: string, right: string): void {
    this.sides.choose(left, right);
    this.openDrawer("versions");
  }

  async saveItem(): Promise<void> {
    try {
      await saveItem(this.opened, this.shown);
    } catch (error) {
      toasts.show({ text: `The item was not saved: ${errorText(error)}` });
    }
  }

  /** Puts a version's text into the editor; the text before it is one undo away. */
  async use(number: number): Promise<void> {
    const before = this.opened.source();
    try {
      const { source } = await call("prompt_version", { name: this.opened.name, number });
      this.opened.replace(source);
      toasts.show({
        text: `The text of version ${number} is in the editor`,
        undo: () => this.opened.replace(before),
      });
    } catch (error) {
      this.opened.error = error;
    }
  }

  discard(): void {
    const before = this.opened.discard();
    toasts.show({ text: "Threw away the draft of", name: this.opened.name, undo: () => this.opened.replace(before) });
  }

  openCompare(): void {
    compareDraft(this.target, this.opened);
    router.go({ screen: "compare", prompt: this.opened.name });
  }

  /** Seldom used things, and the versions where there is no room for their button. */
  menu(compact: boolean, tiny: boolean): MenuItem[] {
    const { opened } = this;
    const items: MenuItem[] = [
      {
        id: "label",
        label: "Move a label",
        icon: "tag",
        command: "move-label",
        run: () => this.#ask({ kind: "label" }),
      },
      {
        id: "roll-back",
        label: "Roll back a label",
        icon: "undo",
        command: "roll-back-label",
        run: () => this.#ask({ kind: "label", back: true }),
      },
      {
        id: "compare",
        label: opened.isDraft ? "Compare with the draft" : "Compare versions",
        icon: "compare",
        command: "split",
        run: () => this.openCompare(),
      },
      {
        id: "includes",
        label: "Includes",
        icon: "file",
        command: "show-includes",
        run: () => this.openDrawer("includes"),
      },
      { id: "runs", label: "Runs", icon: "calls", command: "show-runs", run: () => this.openDrawer("runs") },
      {
        id: "item",
        label: "Save as test item",
        icon: "plus",
        command: "save-item",
        run: () => void this.saveItem(),
      },
    ];
    if (opened.isDraft) {
      items.push({
        id: "discard",
        label: `Throw away the draft of ${opened.latestNumber + 1}`,
        icon: "undo",
        separated: true,
        run: () => this.discard(),
      });
    }
    const toggle = () => this.toggleVersions();
    const versions: MenuItem[] = tiny
      ? [{ id: "diff", label: "Versions and difference", icon: "branch", command: "diff", run: toggle }]
      : [];
    return compact ? versions : [...versions, ...items];
  }

  bindCommands(show: (open: boolean) => void, full: () => boolean): void {
    this.#show = show;
    const ready = () => this.opened.ready;
    useCommand(
      "run",
      () => void this.start(),
      () => ready() && !this.busy && this.target !== undefined,
    );
    useCommand(
      "cancel",
      () => void this.cancel(),
      () => this.busy,
    );
    useCommand("save-version", () => this.#ask({ kind: "save" }), ready);
    useCommand("move-label", () => this.#ask({ kind: "label" }), ready);
    useCommand("roll-back-label", () => this.#ask({ kind: "label", back: true }), ready);
    useCommand("diff", () => this.toggleVersions(), ready);
    useCommand(
      "diff-production",
      () => {
        this.sides.reset();
        this.openDrawer("versions");
      },
      () => ready() && this.sides.inUse !== undefined,
    );
    useCommand("show-includes", () => this.openDrawer("includes"), ready);
    useCommand("show-runs", () => this.openDrawer("runs"), ready);
    useCommand(
      "run-all",
      () => void this.startAll(),
      () => ready() && !this.busy && this.target !== undefined && this.opened.cases.saved.length > 0,
    );
    useCommand("save-item", () => void this.saveItem(), ready);
    useCommand(
      "split",
      () => this.openCompare(),
      () => ready() && full(),
    );
  }

  /** Whether it matters what the text includes. Who includes it is looked for in the whole library. */
  #asksIncludes(): boolean {
    if (this.drawer && this.drawerTab.value === "includes") return true;
    if (!this.drawer && this.dialog?.kind !== "save") return false;
    void this.opened.edits;
    return this.opened.ready && this.opened.source().body.includes("include");
  }

  #ask(question: Question): void {
    this.dialog = question;
  }

  #follow(): void {
    $effect(() => {
      const { id } = this.running;
      if (id === undefined) {
        this.shown = undefined;
        return;
      }
      const { run, release } = untrack(() => runs.follow(id));
      this.shown = run;
      return release;
    });
    $effect(() => {
      if (this.shown && !this.shown.call && isGone(this.shown.error)) this.running.forget();
    });
  }

  #summarise(): void {
    $effect(() => {
      const { opened } = this;
      if (!this.drawer && this.dialog?.kind !== "save") return;
      void opened.edits;
      if (!opened.ready || !opened.isDraft || opened.latestNumber === 0) return;
      const number = opened.latestNumber;
      untrack(() =>
        this.#differ.soon(
          () => ({
            name: opened.name,
            left: { kind: "version", number },
            right: { kind: "text", source: opened.source() },
            what: "template",
            values: {},
          }),
          this.#summary === "" ? 0 : 300,
        ),
      );
    });
    onDestroy(() => this.#differ.stop());
  }

  #draftFact(): string | undefined {
    const { draft, isDraft, ready } = this.opened;
    if (!ready) return undefined;
    switch (draft.state.kind) {
      case "failing":
        return "Draft NOT saved, trying again";
      case "waiting":
        return "Saving the draft";
      case "saved":
        return isDraft && draft.state.at ? `Draft saved ${clockTime(draft.state.at)}` : "Nothing to save";
      case "clean":
        return "Nothing to save";
    }
  }
}

function inWords(added: number, removed: number): string {
  if (added + removed === 0) return "only blanks or front matter changed";
  return `${plural(added, "word")} in, ${removed} out`;
}
