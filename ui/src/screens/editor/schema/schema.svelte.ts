import { undo } from "@codemirror/commands";
import { EditorState } from "@codemirror/state";
import { EditorView, type ViewUpdate } from "@codemirror/view";
import { jsonExtensions } from "$lib/codemirror/json.ts";
import { problemsOf, showProblems, type Problem } from "$lib/codemirror/problems.ts";
import { changeTo } from "$lib/codemirror/text.ts";
import { commandKeys } from "$lib/commands/registry.svelte.ts";
import { call, type AnswerParsed, type Preview, type SchemaModel, type SchemaWritten } from "$lib/host/index.ts";
import { Latest } from "../latest.ts";
import type { Opened } from "../opened.svelte.ts";
import { isSchema, sameSchema, textOf, type Schema } from "./form.ts";

interface Question {
  doc: EditorState["doc"];
  head: string;
  text: string;
}

/** What stands beside form and text. */
export type Beside = "try" | "models";

/**
 * The schema of a prompt's answer while it is edited. Its text is the truth: the form changes the text, and a text that
 * can be read goes into the front matter at once, with it into the draft. One that can't be read stays here as it is,
 * and the form shows what could be read last.
 */
export class SchemaEdit {
  /** What was read last; nothing without a schema. */
  form = $state.raw<Schema | undefined>();
  /** What is wrong with the text, or probably not meant. */
  problems = $state.raw<readonly Problem[]>([]);
  /** The text can't be read; the form shows what could be read last. */
  broken = $state(false);
  /** Why the text couldn't be checked. */
  error = $state.raw<unknown>();
  beside = $state<Beside>("try");
  /** The answer that is tried. */
  answer = $state("");
  parsed = $state.raw<AnswerParsed>();
  answerError = $state.raw<unknown>();
  models = $state.raw<readonly SchemaModel[]>();
  modelsError = $state.raw<unknown>();
  #opened: Opened;
  #state: EditorState;
  #view: EditorView | undefined;
  /** The text isn't in the front matter yet. */
  #ahead = false;
  #writer = new Latest<Question, SchemaWritten>(
    ({ head, text }) => call("schema_write", { head, text }),
    (written, question) => this.#written(written, question),
    (error) => (this.error = error),
  );
  #parser = new Latest<{ text: string; schema: Schema | null }, AnswerParsed | undefined>(
    async (request) => (request.text.trim() === "" ? undefined : await call("answer_parse", request)),
    (parsed) => {
      this.parsed = parsed;
      this.answerError = undefined;
    },
    (error) => (this.answerError = error),
  );
  #lister = new Latest<Schema, readonly SchemaModel[]>(
    async (schema) => (await call("schema_models", { schema })).models,
    (models) => {
      this.models = models;
      this.modelsError = undefined;
    },
    (error) => (this.modelsError = error),
  );

  constructor(opened: Opened) {
    this.#opened = opened;
    this.form = outputOf(opened.preview);
    this.#state = EditorState.create({
      doc: textOf(this.form),
      extensions: [
        jsonExtensions("Schema as JSON", commandKeys("take-fix")),
        EditorView.updateListener.of((update) => this.#updated(update)),
      ],
    });
  }

  get state(): EditorState {
    return this.#state;
  }

  /** Lends the text to a view. The returned function takes it back. */
  attach(view: EditorView): () => void {
    this.#view = view;
    return () => {
      if (this.#view === view) this.#view = undefined;
    };
  }

  /** The front matter may have another schema by now, from its own editor or from an undo there. */
  follow(preview: Preview | undefined): void {
    if (!preview?.document || !this.#opened.headIsPreviewed || this.#ahead) return;
    const output = outputOf(preview);
    if (sameSchema(output, this.form)) return;
    this.form = output;
    this.#replace(textOf(output), "sync");
  }

  /** A change by form, or a schema that was made from something else. */
  change(schema: Schema): void {
    if (schema === this.form) return;
    this.form = schema;
    this.#replace(textOf(schema), "input.form");
  }

  /** Puts a text in the place of this one. What it gives brings back the front matter as it was. */
  take(text: string): () => void {
    const { head } = this.#opened.source();
    this.#replace(text.endsWith("\n") || text === "" ? text : `${text}\n`, "input.replace");
    return () => {
      this.#ahead = false;
      this.#opened.replace({ head, body: this.#opened.source().body });
    };
  }

  undo(): void {
    undo({ state: this.#state, dispatch: (transaction) => this.#dispatch(transaction) });
  }

  /** Moves the cursor to the first problem. */
  toProblem(): void {
    const [problem] = this.problems;
    if (!problem || !this.#view) return;
    this.#view.dispatch({ selection: { anchor: problem.from }, scrollIntoView: true, userEvent: "select.problem" });
    this.#view.focus();
  }

  /** Reads the tried answer by the schema. */
  parse(): void {
    const request = { text: this.answer, schema: this.form ?? null };
    this.#parser.soon(() => request);
  }

  /** Asks what each model enforces. */
  listModels(): void {
    const { form } = this;
    if (form) this.#lister.soon(() => form, this.models ? 200 : 0);
    else this.models = undefined;
  }

  #replace(text: string, userEvent: string): void {
    const changes = changeTo(this.#state.doc, text);
    if (changes) this.#dispatch(this.#state.update({ changes, userEvent }));
  }

  #dispatch(transaction: ReturnType<EditorState["update"]>): void {
    if (this.#view) {
      this.#view.dispatch(transaction);
      return;
    }
    this.#state = transaction.state;
    if (transaction.docChanged) this.#changed(transaction.isUserEvent("sync"));
  }

  #updated(update: ViewUpdate): void {
    this.#state = update.state;
    if (update.docChanged) this.#changed(update.transactions.some((one) => one.isUserEvent("sync")));
  }

  #changed(synced: boolean): void {
    this.#ahead = !synced;
    if (synced) {
      this.problems = [];
      this.broken = false;
      return;
    }
    this.#writer.soon(() => {
      const { doc } = this.#state;
      return { doc, text: doc.toString(), head: this.#opened.source().head };
    });
  }

  #written({ diagnostics, head }: SchemaWritten, { doc, text, head: before }: Question): void {
    // The next answer is on its way when the text has changed since.
    if (this.#state.doc !== doc) return;
    this.error = undefined;
    this.problems = problemsOf(text, diagnostics);
    this.broken = head === null;
    const shown = showProblems(this.#state, this.problems, commandKeys("take-fix"));
    this.#dispatch(this.#state.update(shown));
    if (head === null) return;
    const { head: now, body } = this.#opened.source();
    if (now !== before) {
      this.#changed(false);
      return;
    }
    this.#ahead = false;
    this.form = readSchema(text);
    if (head !== before) this.#opened.replace({ head, body });
  }
}

function outputOf(preview: Preview | undefined): Schema | undefined {
  const output = preview?.document?.output;
  return isSchema(output) ? output : undefined;
}

function readSchema(text: string): Schema | undefined {
  if (text.trim() === "") return undefined;
  const read: unknown = JSON.parse(text);
  return isSchema(read) ? read : undefined;
}

const edits = new WeakMap<Opened, SchemaEdit>();

/** The schema of a prompt as it is being edited here, for as long as the prompt is open. */
export function schemaOf(opened: Opened): SchemaEdit {
  let one = edits.get(opened);
  if (!one) {
    one = new SchemaEdit(opened);
    edits.set(opened, one);
  }
  return one;
}
