import { plural } from "$lib/format/numbers.ts";
import { isGone } from "$lib/host/gone.ts";
import { call, type Format, type ImportRow, type Loss, type PromptImports, type Unread } from "$lib/host/index.ts";
import { library } from "$lib/state/library.svelte.ts";
import { toasts } from "$lib/state/toasts.svelte.ts";
import { readFiles, type Picked, type ReadFiles } from "./files.ts";

/** One line of what an import would do. */
export type ImportLine =
  { kind: "prompt"; key: string; row: ImportRow } | { kind: "unread"; key: string; unread: Unread };

/**
 * Files on their way into the library, chosen, dropped or named by their path: what they would become is shown before
 * anything is written.
 */
export class Importing {
  /** Where files are on this machine, as somebody types it; for whoever has no hand for a file dialog. */
  path = $state("");
  /** It is found out what the import would do. */
  asking = $state(false);
  format = $state<Format>();
  into = $state("");
  rename = $state(false);
  /** What the import would do; nothing while that isn't known. */
  plan = $state.raw<PromptImports>();
  error = $state.raw<unknown>();
  /** The import itself has failed, not the look ahead. */
  failed = $state(false);
  busy = $state(false);
  #picked: readonly Picked[];
  #read: Promise<ReadFiles> | undefined;
  #ticket = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(picked: readonly Picked[]) {
    this.#picked = picked;
    void this.ask();
  }

  /** There is something to look at. */
  get given(): boolean {
    return this.#picked.length > 0 || this.path.trim() !== "";
  }

  /** The path is being typed: what was said of another one is no longer true. */
  typed(): void {
    clearTimeout(this.#timer);
    this.#ticket += 1;
    this.plan = undefined;
    this.error = undefined;
    this.failed = false;
    this.asking = false;
  }

  /** Prompts first, then what can't be read. */
  get lines(): ImportLine[] {
    const { prompts = [], unread = [] } = this.plan ?? {};
    return [
      ...prompts.map((row, index): ImportLine => ({ kind: "prompt", key: `prompt-${index}`, row })),
      ...unread.map((one, index): ImportLine => ({ kind: "unread", key: `unread-${index}`, unread: one })),
    ];
  }

  get losses(): Loss[] {
    return this.plan?.prompts.flatMap((row) => row.losses) ?? [];
  }

  /** How many prompts or versions it would make. */
  get count(): number {
    return this.plan?.prompts.filter((row) => row.outcome !== "unchanged").length ?? 0;
  }

  /** In a sentence. */
  get summary(): string {
    if (!this.plan) return "";
    const { prompts, unread } = this.plan;
    const of = (outcome: ImportRow["outcome"]) => prompts.filter((row) => row.outcome === outcome).length;
    const parts = [
      of("new") > 0 && plural(of("new"), "new prompt"),
      of("version") > 0 && plural(of("version"), "new version"),
      of("unchanged") > 0 && `${of("unchanged")} already here`,
      unread.length > 0 && `${plural(unread.length, "file")} can't be read`,
      this.losses.length > 0 && `${plural(this.losses.length, "loss", "losses")}`,
    ].filter(Boolean);
    return parts.length > 0 ? parts.join(", ") : "nothing to import";
  }

  /** Asks soon what the import would do, for what is typed. */
  askSoon(): void {
    clearTimeout(this.#timer);
    if (!this.given || !(this.plan || this.asking)) return;
    // What is shown is no longer what would be done.
    this.#ticket += 1;
    this.plan = undefined;
    this.asking = true;
    this.#timer = setTimeout(() => void this.ask(), 150);
  }

  async ask(): Promise<void> {
    const ticket = ++this.#ticket;
    this.plan = undefined;
    this.error = undefined;
    this.failed = false;
    this.asking = this.given;
    if (!this.given) return;
    try {
      this.#read ??= readFiles(this.#picked);
      const { unread } = await this.#read;
      const plan = await call("prompt_import_preview", await this.#request());
      if (ticket === this.#ticket) this.plan = { ...plan, unread: [...plan.unread, ...unread] };
    } catch (error) {
      if (ticket === this.#ticket) this.error = error;
    } finally {
      if (ticket === this.#ticket) this.asking = false;
    }
  }

  /** What the main key does: looks at what was named, and imports what was looked at. */
  async submit(): Promise<string | undefined> {
    if (this.plan) return this.run();
    if (!this.asking) await this.ask();
    return undefined;
  }

  /** Imports, and gives the first prompt that it made; nothing when it failed. */
  async run(): Promise<string | undefined> {
    if (this.busy || !this.plan || this.count === 0) return undefined;
    this.busy = true;
    try {
      const done = await call("prompt_import", await this.#request());
      await library.load();
      this.#tell(done.prompts);
      return done.prompts[0]?.prompt;
    } catch (error) {
      // Some of it may be there.
      await library.load();
      this.error = error;
      this.failed = true;
      return undefined;
    } finally {
      this.busy = false;
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#ticket += 1;
  }

  async #request() {
    const { files } = await (this.#read as Promise<ReadFiles>);
    const path = this.path.trim();
    return {
      files,
      paths: path ? [path] : [],
      format: this.format ?? null,
      into: this.into.trim() || null,
      rename: this.rename,
    };
  }

  /** Versions stay for ever, so undo takes back the prompts that weren't there before. */
  #tell(rows: readonly ImportRow[]): void {
    const made = new Map(rows.filter((row) => row.outcome === "new").map((row) => [row.prompt, row.version]));
    for (const { prompt, version } of rows) {
      const last = made.get(prompt);
      if (last !== undefined) made.set(prompt, Math.max(last, version));
    }
    const versions = rows.filter((row) => row.outcome === "version" && !made.has(row.prompt)).length;
    const parts = [
      made.size > 0 && plural(made.size, "new prompt"),
      versions > 0 && plural(versions, "version"),
    ].filter(Boolean);
    toasts.show({
      text: `Imported ${parts.join(" and ")}`,
      rest: made.size > 0 && versions > 0 ? "Undo takes the new prompts back" : undefined,
      undo: made.size > 0 ? () => takeBack(made) : undefined,
    });
  }
}

/** How many names a message says before it counts the others. */
const NAMED = 3;

/** Deletes what an import made, by name with its last version then. What somebody has worked on since stays. */
async function takeBack(made: ReadonlyMap<string, number>): Promise<void> {
  const stay: string[] = [];
  try {
    for (const [name, version] of made) {
      const worked = await workedOn(name, version);
      if (worked) stay.push(name);
      else if (worked !== undefined) await call("prompt_delete", { name });
    }
  } finally {
    await library.load();
  }
  if (stay.length === 0) return;
  const others = stay.length - NAMED;
  toasts.show({
    text: "Not taken back:",
    name: stay.slice(0, NAMED).join(", "),
    rest: others > 0 ? `and ${others} more, worked on since the import` : "worked on since the import",
  });
}

/** Whether a prompt has a draft or further versions since it had this one; nothing when it is gone. */
async function workedOn(name: string, version: number): Promise<boolean | undefined> {
  try {
    const { prompt, draft } = await call("prompt_get", { name });
    return draft !== null || (prompt.summary.latest ?? version) > version;
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}
