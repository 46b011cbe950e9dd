import { onDestroy, untrack } from "svelte";
import { useCommand } from "$lib/commands/registry.svelte.ts";
import type { MenuItem } from "$lib/components/menu.ts";
import { plural } from "$lib/format/numbers.ts";
import { call, type DiffAnswer, type DiffRequest, type Target } from "$lib/host/index.ts";
import { isGone } from "$lib/host/gone.ts";
import { useFact } from "$lib/state/facts.svelte.ts";
import { clockTime } from "$lib/format/time.ts";
import { providers } from "$lib/state/providers.svelte.ts";
import { router } from "$lib/state/router.svelte.ts";
import { runs, type Run } from "$lib/state/runs.svelte.ts";
import { toasts } from "$lib/state/toasts.svelte.ts";
import { compareDraft } from "../compare/open.ts";
import { Latest } from "./latest.ts";
import { remember, rememberedTarget } from "./memory.ts";
import type { Asked } from "./moving.svelte.ts";
import { chooseTarget, firstModel, isSimulated } from "./names.ts";
import { openedPrompt, type Opened, type Part } from "./opened.svelte.ts";
import { Running } from "./running.svelte.ts";

/** A question that is open over the editor. */
export type Question = { kind: "save" } | ({ kind: "label" } & Asked);

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
  #sides = $state.raw<{ left: string; right: string }>();
  #summary = $state("");
  #differ: Latest<DiffRequest, DiffAnswer>;

  constructor(name: string) {
    this.opened = openedPrompt(name);
    this.running = new Running(this.opened);
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
    return this.running.starting || (this.shown?.running ?? false);
  }
  /** Words that came and went since the latest version; empty without a draft. */
  get summary(): string {
    return this.opened.isDraft ? this.#summary : "";
  }
  get left(): string {
    const left = this.#valid(this.#sides?.left) ?? String(this.opened.base || this.opened.latestNumber);
    if (left !== this.right) return left;
    // A version is compared with the one before it.
    const older = (this.opened.prompt?.versions ?? [])
      .map(({ number }) => number)
      .filter((number) => number < Number(left));
    return older.length > 0 ? String(Math.max(...older)) : left;
  }
  get right(): string {
    const right = this.#valid(this.#sides?.right) ?? "draft";
    if (right !== "draft" || this.opened.isDraft) return right;
    return String(this.opened.latestNumber);
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

  cancel(): Promise<void> {
    return this.running.cancel();
  }

  setSides(left: string, right: string): void {
    this.#sides = { left, right };
  }

  showDifference(left: string, right: string, open: () => void): void {
    this.setSides(left, right);
    open();
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
  menu(compact: boolean, toggleDrawer?: () => void): MenuItem[] {
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
    const versions: MenuItem[] = toggleDrawer
      ? [{ id: "diff", label: "Versions and difference", icon: "branch", command: "diff", run: toggleDrawer }]
      : [];
    return compact ? versions : [...versions, ...items];
  }

  bindCommands(toggleDrawer: () => void, full: () => boolean): void {
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
    useCommand("diff", toggleDrawer, ready);
    useCommand(
      "split",
      () => this.openCompare(),
      () => ready() && full(),
    );
  }

  #ask(question: Question): void {
    this.dialog = question;
  }

  #valid(side: string | undefined): string | undefined {
    if (side === undefined || side === "draft") return side;
    return this.opened.prompt?.versions.some(({ number }) => String(number) === side) ? side : undefined;
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
