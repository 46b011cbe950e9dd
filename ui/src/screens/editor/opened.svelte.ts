import { EditorSelection, EditorState, type StateEffect, type TransactionSpec } from "@codemirror/state";
import { EditorView, type ViewUpdate } from "@codemirror/view";
import type { Language } from "$lib/codemirror/language.ts";
import { offsetsOf } from "$lib/codemirror/offsets.ts";
import { editorExtensions } from "$lib/codemirror/setup.ts";
import { problemsOf, showProblems, type Problem } from "$lib/codemirror/problems.ts";
import { changeTo } from "$lib/codemirror/text.ts";
import { commandKeys } from "$lib/commands/registry.svelte.ts";
import {
  call,
  type CallText,
  type Definition,
  type LabelChange,
  type LabelMove,
  type Preview,
  type Prompt,
  type PromptDetail,
  type Renaming,
  type Source,
} from "$lib/host/index.ts";
import { Autosave } from "./autosave.svelte.ts";
import { Cases } from "./cases.svelte.ts";
import { Latest } from "./latest.ts";
import { memoryOf, placeIn, remember } from "./memory.ts";

/** The parts of a prompt's text. */
export type Part = "head" | "body";

const PARTS: readonly Part[] = ["head", "body"];
const NOTHING: Source = { head: "", body: "" };
const LABELS: Record<Part, string> = { head: "Front matter", body: "Template" };

/** A version that came from elsewhere while the text was open. It is shown, and never put in the text's place. */
export interface FromDisk {
  number: number;
  message: string;
  source: Source;
}

interface Question {
  docs: Record<Part, EditorState["doc"]>;
  source: Source;
}

/**
 * A prompt that is being edited: its text with undo and cursor, its draft, its preview and its test values. It lives as
 * long as the window, so that going to another prompt and back is as if nothing had happened.
 */
export class Opened {
  readonly name: string;
  prompt = $state.raw<Prompt>();
  /** The text of the latest version; empty while it can't be used. */
  latest = $state.raw<Source>(NOTHING);
  /** The number of that version: an older one than the newest while a newer one from elsewhere is only told. */
  latestIs = $state(0);
  /** The version that the text was made from. */
  base = $state(0);
  /** Counts the changes of the text; reading it is what makes others follow the text. */
  edits = $state(0);
  preview = $state.raw<Preview>();
  previewError = $state.raw<unknown>();
  /** The last preview that could be rendered; a text is seldom whole while it is typed. */
  rendered = $state.raw<Preview>();
  /** Why the prompt can't be read now. The text stays. */
  error = $state.raw<unknown>();
  fromDisk = $state.raw<FromDisk>();
  /** What became of the labels, newest first; read where it is shown. */
  labelChanges = $state.raw<readonly LabelChange[]>([]);
  labelChangesError = $state.raw<unknown>();
  /** Line and column of the cursor, from 1. */
  cursor = $state.raw({ line: 1, column: 1 });
  /** Shows another part, for the way to a definition in it. */
  onpart: ((part: Part) => void) | undefined;
  /** Opens another prompt, for the way to one that is included. */
  onprompt: ((name: string, version: number | null) => void) | undefined;
  readonly draft: Autosave<Source>;
  readonly cases: Cases;
  #states: Record<Part, EditorState> | undefined = $state.raw();
  #scroll: Partial<Record<Part, StateEffect<unknown>>> = {};
  #view: { part: Part; view: EditorView } | undefined;
  #problems: Record<Part, readonly Problem[]> = $state.raw({ head: [], body: [] });
  #saving: Promise<unknown> = Promise.resolve();
  #latestDocs: Record<Part, EditorState["doc"]> | undefined;
  /** What the preview is of. */
  #previewed: Record<Part, EditorState["doc"]> | undefined;
  #asker = new Latest<Question, Preview>(
    ({ source }) =>
      call("prompt_preview", {
        source,
        values: this.cases.values,
        saved: [...this.cases.saved],
        prompt: this.name,
        // A version takes what it was saved with; a draft what saving it now would take.
        frozen: !this.isDraft,
      }),
    (preview, question) => this.#show(preview, question),
    (error) => (this.previewError = error),
  );

  constructor(name: string) {
    this.name = name;
    this.cases = new Cases(name, () => this.ask());
    this.draft = new Autosave(
      () => this.source(),
      (source) => this.#keep(source),
    );
  }

  /** The text is there and can be edited. */
  get ready(): boolean {
    return this.#states !== undefined;
  }

  get latestNumber(): number {
    return this.prompt?.versions.reduce((most, { number }) => Math.max(most, number), 0) ?? 0;
  }

  /** The text differs from the latest version. Reactive. */
  get isDraft(): boolean {
    void this.edits;
    return this.changed("body") || this.changed("head");
  }

  /** Whether a part differs from the latest version. */
  changed(part: Part): boolean {
    const states = this.#states;
    const docs = this.#latestDocs;
    if (!states || !docs || states[part].doc.eq(docs[part])) return false;
    return part === "body" || !sameHead(states.head, this.latest.head);
  }

  /** The preview is of the front matter as it is now. */
  get headIsPreviewed(): boolean {
    return this.#previewed?.head === this.#states?.head.doc;
  }

  get problems(): Record<Part, readonly Problem[]> {
    return this.#problems;
  }

  /** The text as it is now. */
  source(): Source {
    const head = this.#states?.head.doc.toString() ?? "";
    return { head: closed(head), body: this.#states?.body.doc.toString() ?? "" };
  }

  /** The text as a call takes it. One that is a version runs as that version, so that its calls are counted with it. */
  callText(): CallText {
    const { name, isDraft, latestIs } = this;
    return !isDraft && latestIs > 0
      ? { kind: "version", name, number: latestIs }
      : { kind: "draft", name, source: this.source() };
  }

  /** Reads the prompt. A text that is open already is kept, unless what is stored was changed elsewhere. */
  async open(): Promise<void> {
    // What is stored is compared with what is here, so everything must be stored first.
    if (this.#states) await this.draft.flush();
    const ticket = this.cases.ticket();
    try {
      const detail = await call("prompt_get", { name: this.name });
      const stored = detail.draft?.source ?? detail.latest ?? NOTHING;
      this.#take(detail, detail.latest ?? NOTHING, newest(detail.prompt));
      this.cases.refresh(detail.prompt, ticket);
      this.base = detail.draft?.base ?? this.latestNumber;
      if (!this.#states) this.#states = this.#begin(stored);
      else if (!this.draft.dirty) this.replace(stored, false);
      if (!this.draft.dirty) this.draft.stored(detail.draft?.saved_at);
      this.fromDisk = undefined;
      if (detail.draft && detail.draft.base < this.latestNumber) this.#found(detail);
      this.error = undefined;
      this.ask(0);
    } catch (error) {
      this.error = error;
    }
  }

  /** Something about the prompt changed in the workspace's folder, by this window or by anybody. */
  async refresh(): Promise<void> {
    await this.#saving;
    const known = this.latestNumber;
    const before = this.latest;
    const held = this.latestIs;
    const ticket = this.cases.ticket();
    try {
      const detail = await call("prompt_get", { name: this.name });
      await this.#saving;
      // A version that was saved here meanwhile isn't news, and this answer may be older than it.
      if (this.latestNumber !== known) return await this.refresh();
      const news = newest(detail.prompt) > known;
      const rewritten = newest(detail.prompt) === known && !same(detail.latest ?? before, before);
      const told = news || rewritten;
      if (told) this.#found(detail);
      this.#take(detail, told ? before : (detail.latest ?? before), told ? held : newest(detail.prompt));
      this.cases.refresh(detail.prompt, ticket);
      this.error = undefined;
      this.ask(0);
    } catch (error) {
      this.error = error;
    }
  }

  /** Puts another text in the place of this one, as one change that can be undone. */
  replace(source: Source, edited = true): void {
    for (const part of PARTS) {
      const doc = this.state(part).doc;
      const changes = changeTo(doc, source[part]);
      if (changes) this.#dispatch(part, { changes, userEvent: edited ? "input.replace" : "sync" });
    }
  }

  /** Takes the version from elsewhere; the text before it is one undo away. */
  takeFromDisk(): void {
    const found = this.fromDisk;
    if (!found) return;
    this.#hold(found.source, found.number);
    this.base = found.number;
    this.fromDisk = undefined;
    this.replace(found.source);
  }

  /** Keeps the text; from now on it is a draft on top of the version from elsewhere. */
  leaveFromDisk(): void {
    const found = this.fromDisk;
    if (!found) return;
    this.#hold(found.source, found.number);
    this.base = found.number;
    this.fromDisk = undefined;
    if (this.isDraft) this.draft.change();
  }

  /** Saves a version. The draft is stored first, so that a failure loses nothing. */
  async save(message: string): Promise<{ number: number; unchanged: boolean }> {
    await this.draft.flush();
    const source = this.source();
    const saving = call("prompt_save", { name: this.name, source, message });
    this.#saving = saving.catch(() => undefined);
    const saved = await saving;
    await this.draft.settle();
    this.prompt = saved.prompt;
    // The versions that its includes stand for were written into it, which is no change of the user's.
    if (saved.source && same(this.source(), source)) this.replace(saved.source, false);
    this.#hold(saved.source ?? source, saved.number);
    this.base = saved.number;
    this.fromDisk = undefined;
    this.edits += 1;
    if (this.isDraft) this.draft.change();
    return saved;
  }

  /** Goes back to the latest version, and gives the text that was there. */
  discard(): Source {
    const before = this.source();
    this.replace(this.latest);
    return before;
  }

  /** Points a label to a version, or takes it away, unless it points elsewhere by now than it was seen to. */
  async setLabel(label: string, version: number | null, seen: number | null, confirmed = false): Promise<void> {
    this.prompt = await call("prompt_label", { name: this.name, label, version, seen: seen ?? 0, confirmed });
  }

  /** Points a label to where it pointed before, unless it points elsewhere by now than it was seen to. */
  async labelBack(label: string, seen: number | null, confirmed = false): Promise<LabelMove> {
    const { prompt, moved } = await call("label_back", { name: this.name, label, seen: seen ?? 0, confirmed });
    this.prompt = prompt;
    return moved;
  }

  /** Lets a label be moved only when that is confirmed, or freely again. */
  async protectLabel(label: string, on: boolean): Promise<void> {
    this.prompt = await call("label_protect", { name: this.name, label, protected: on });
  }

  /** Reads what became of the labels. */
  async readLabelChanges(): Promise<void> {
    try {
      this.labelChanges = (await call("label_history", { name: this.name })).changes;
      this.labelChangesError = undefined;
    } catch (error) {
      this.labelChangesError = error;
    }
  }

  /** Asks what the text is now: lint, rendering, price. */
  ask(wait?: number): void {
    if (!this.#states) return;
    this.#asker.soon(() => {
      const { head, body } = this.#states as Record<Part, EditorState>;
      return { docs: { head: head.doc, body: body.doc }, source: this.source() };
    }, wait);
  }

  state(part: Part): EditorState {
    if (!this.#states) throw new Error(`${this.name} is not open`);
    return this.#states[part];
  }

  scrollOf(part: Part): StateEffect<unknown> | undefined {
    return this.#scroll[part];
  }

  /** Lends a part to a view. The returned function takes it back. */
  attach(part: Part, view: EditorView): () => void {
    this.#view = { part, view };
    this.#follow(view.state);
    return () => {
      this.#scroll[part] = view.scrollSnapshot();
      this.rememberPlaces();
      if (this.#view?.view === view) this.#view = undefined;
    };
  }

  /** The view of a part, while it is shown. */
  viewOf(part: Part): EditorView | undefined {
    return this.#view?.part === part ? this.#view.view : undefined;
  }

  /** Writes cursor and scroll to the session. */
  rememberPlaces(): void {
    for (const part of PARTS) {
      const state = this.#states?.[part];
      if (!state) continue;
      const view = this.viewOf(part);
      const top = view ? view.lineBlockAtHeight(view.scrollDOM.scrollTop - view.documentPadding.top).from : undefined;
      const before = memoryOf(this.name)[part]?.top ?? 0;
      remember(this.name, { [part]: { cursor: state.selection.main.head, top: top ?? before } });
    }
  }

  async #keep(source: Source): Promise<string> {
    if (same(source, this.latest)) {
      await call("draft_discard", { name: this.name });
      return "";
    }
    const { at } = await call("draft_save", { name: this.name, source, base: this.base });
    return at;
  }

  #take(detail: PromptDetail, latest: Source, number: number): void {
    this.prompt = detail.prompt;
    this.#hold(latest, number);
  }

  #hold(source: Source, number: number): void {
    this.latest = source;
    this.latestIs = number;
    const doc = (text: string) => EditorState.create({ doc: text }).doc;
    this.#latestDocs = { head: doc(source.head), body: doc(source.body) };
  }

  #found({ prompt, latest }: PromptDetail): void {
    const number = newest(prompt);
    const message = prompt.versions.find((version) => version.number === number)?.message ?? "";
    if (latest) this.fromDisk = { number, message, source: latest };
  }

  #begin(source: Source): Record<Part, EditorState> {
    const state = (part: Part) => {
      const place = placeIn(memoryOf(this.name)[part], source[part].length);
      if (place && place.top > 0) {
        this.#scroll[part] = EditorView.scrollIntoView(place.top, { y: "start", yMargin: 0 });
      }
      return EditorState.create({
        doc: source[part],
        selection: EditorSelection.cursor(place?.cursor ?? 0),
        extensions: [
          editorExtensions({
            part,
            label: LABELS[part],
            fixKeys: commandKeys("take-fix"),
            asked: this.#asked(part),
          }),
          EditorView.updateListener.of((update) => this.#updated(part, update)),
        ],
      });
    };
    return { head: state("head"), body: state("body") };
  }

  /** Answers an editor's questions about its part. */
  #asked(part: Part): Language {
    const place = (at: number) => ({
      name: this.name,
      source: this.source(),
      saved: [...this.cases.saved],
      part,
      at,
    });
    return {
      complete: (at) => call("prompt_complete", place(at)),
      hover: async (at) => (await call("prompt_hover", place(at))).hover,
      definition: async (at) => (await call("prompt_definition", place(at))).definition,
      rename: (at, to) => call("prompt_rename_variable", { place: place(at), to }),
      go: (definition) => this.#goTo(definition),
      renamed: (renaming) => this.#renamed(renaming),
    };
  }

  /** Puts the cursor on a line of the template, from 1, and shows it. */
  goToLine(number: number): void {
    const { doc } = this.state("body");
    const { from } = doc.line(Math.min(Math.max(1, number), doc.lines));
    this.#dispatch("body", { selection: { anchor: from }, scrollIntoView: true, userEvent: "select.line" });
    if (!this.viewOf("body")) this.#scroll.body = EditorView.scrollIntoView(from, { y: "center" });
  }

  #goTo(definition: Definition): void {
    if (definition.kind === "prompt") {
      this.onprompt?.(definition.name, definition.version);
      return;
    }
    const { part, range } = definition;
    const offsets = offsetsOf(this.state(part).doc.toString());
    const selection = { anchor: offsets.toUtf16(range.start), head: offsets.toUtf16(range.end) };
    this.#dispatch(part, { selection, scrollIntoView: true, userEvent: "select.definition" });
    // A part that is out of sight shows it when it comes into sight.
    if (!this.viewOf(part)) this.#scroll[part] = EditorView.scrollIntoView(selection.anchor, { y: "center" });
    this.onpart?.(part);
  }

  /** Takes another name of a variable: each part changes in one step, and the test values follow. */
  #renamed({ edits, saved }: Renaming): void {
    for (const part of PARTS) {
      const offsets = offsetsOf(this.state(part).doc.toString());
      const changes = edits
        .filter((edit) => edit.part === part)
        .map(({ range, replacement }) => ({
          from: offsets.toUtf16(range.start),
          to: offsets.toUtf16(range.end),
          insert: replacement,
        }));
      if (changes.length > 0) this.#dispatch(part, { changes, userEvent: "input.rename" });
    }
    if (saved) this.cases.replace(saved);
  }

  #updated(part: Part, update: ViewUpdate): void {
    this.#setState(part, update.state);
    if (update.selectionSet || update.docChanged) this.#follow(update.state);
    if (update.docChanged) this.#changed(update.transactions.some((one) => one.isUserEvent("sync")));
  }

  #changed(synced: boolean): void {
    this.edits += 1;
    if (!synced) this.draft.change();
    this.ask();
  }

  #setState(part: Part, state: EditorState): void {
    // The object stays the same: nobody draws anew because of a key press.
    if (this.#states) this.#states[part] = state;
  }

  #follow(state: EditorState): void {
    const { head } = state.selection.main;
    const line = state.doc.lineAt(head);
    const column = Array.from(state.sliceDoc(line.from, head)).length + 1;
    this.cursor = { line: line.number, column };
  }

  #dispatch(part: Part, spec: TransactionSpec): void {
    const view = this.viewOf(part);
    if (view) {
      view.dispatch(spec);
      return;
    }
    const transaction = this.state(part).update(spec);
    this.#setState(part, transaction.state);
    if (transaction.docChanged) this.#changed(transaction.isUserEvent("sync"));
  }

  #show(preview: Preview, { docs, source }: Question): void {
    this.#previewed = docs;
    this.preview = preview;
    if (preview.rendered) this.rendered = preview;
    this.previewError = undefined;
    const problems = { ...this.#problems };
    for (const part of PARTS) {
      // The next answer is on its way when the text has changed since; till then the marks follow their words.
      if (this.state(part).doc !== docs[part]) continue;
      problems[part] = problemsOf(
        source[part],
        preview.diagnostics.filter((diagnostic) => diagnostic.part === part),
      );
      this.#dispatch(part, showProblems(this.state(part), problems[part], commandKeys("take-fix")));
    }
    this.#problems = problems;
  }
}

/** Front matter ends with a line feed, as the core keeps it. */
function closed(head: string): string {
  return head === "" || head.endsWith("\n") ? head : `${head}\n`;
}

function sameHead(state: EditorState, head: string): boolean {
  return closed(state.doc.toString()) === closed(head);
}

function same(a: Source, b: Source): boolean {
  return a.body === b.body && closed(a.head) === closed(b.head);
}

function newest(prompt: Prompt): number {
  return prompt.versions.reduce((most, { number }) => Math.max(most, number), 0);
}

const opened = new Map<string, Opened>();

/** The prompt of a name as it is being edited here. */
export function openedPrompt(name: string): Opened {
  let one = opened.get(name);
  if (!one) {
    one = new Opened(name);
    opened.set(name, one);
  }
  return one;
}

/** A prompt that was opened since the window began; nothing otherwise. */
export function alreadyOpened(name: string): Opened | undefined {
  const one = opened.get(name);
  return one?.ready ? one : undefined;
}

/** Closes all; for tests, which begin anew. */
export function forgetOpened(): void {
  opened.clear();
}
