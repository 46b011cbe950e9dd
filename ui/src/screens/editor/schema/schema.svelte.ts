import { undo } from "@codemirror/commands";
import { EditorState } from "@codemirror/state";
import { EditorView, type ViewUpdate } from "@codemirror/view";
import { jsonExtensions } from "$lib/codemirror/json.ts";
import { problemsOf, showProblems, type Problem } from "$lib/codemirror/problems.ts";
import { changeTo } from "$lib/codemirror/text.ts";
import { commandKeys } from "$lib/commands/registry.svelte.ts";
import { call, type AnswerParsed, type Preview, type SchemaModel, type SchemaWritten } from "$lib/host/index.ts";
import { Latest } from "../latest.ts";
import { rememberSchemaText, schemaTextOf } from "../memory.ts";
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
 * can be read goes into the front matter at once, with it into the draft. One that can't be read stays here as it is and
 * is remembered, and the form shows what could be read last. When the front matter gets another schema meanwhile, neither
 * takes the other's place until somebody has chosen.
 */
export class SchemaEdit {
  /** What was read last; nothing without a schema. */
  form = $state.raw<Schema | undefined>();
  /** What is wrong with the text, or probably not meant. */
  problems = $state.raw<readonly Problem[]>([]);
  /** The text can't be read; the form shows what could be read last. */
  broken = $state(false);
  /** The front matter has got another schema than the one that the text began from. */
  other = $state.raw<{ schema: Schema | undefined } | undefined>();
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
  /** The schema of the front matter that the text began from. */
  #from: Schema | undefined;
  /** The text can be read by now, and waits until the front matter is known or a schema is chosen. */
  #waits = false;
  #writer = new Latest<Question, SchemaWritten>(
    ({ head, text }) => call("schema_write", { head, text }),
    (written, question) => this.#written(written, question),
    (error) => {
      this.error = error;
      this.#waits = true;
      this.#keep(this.#state.doc.toString());
    },
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
    const kept = schemaTextOf(opened.name);
    this.#from = kept ? (kept.from ?? undefined) : outputOf(opened.preview);
    this.form = this.#from;
    this.#state = EditorState.create({
      doc: kept?.text ?? textOf(this.form),
      extensions: [
        jsonExtensions("Schema as JSON", commandKeys("take-fix")),
        EditorView.updateListener.of((update) => this.#updated(update)),
      ],
    });
    if (kept) {
      this.broken = true;
      this.#changed(false);
    }
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
    if (!preview?.document || !this.#opened.headIsPreviewed) return;
    const output = outputOf(preview);
    if (this.#ahead) {
      this.#compare(output);
      return;
    }
    if (sameSchema(output, this.form)) return;
    this.#sync(output);
  }

  /** Keeps the text; once it can be read, it takes the place of the schema that the front matter has now. */
  keepMine(): void {
    if (!this.other) return;
    this.#from = this.other.schema;
    this.other = undefined;
    this.#keep(this.#state.doc.toString());
    this.#changed(false);
  }

  /** Takes the schema that the front matter has now; the text before it is one undo away. */
  takeOther(): void {
    if (this.other) this.#sync(this.other.schema);
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
      this.#settle(this.#from);
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
    if (synced) return;
    this.#writer.soon(() => {
      const { doc } = this.#state;
      return { doc, text: doc.toString(), head: this.#opened.source().head };
    });
  }

  /** Puts the front matter's schema in the place of the text. */
  #sync(schema: Schema | undefined): void {
    this.form = schema;
    this.problems = [];
    this.broken = false;
    this.#settle(schema);
    this.#replace(textOf(schema), "sync");
  }

  /** The text and the front matter are one. */
  #settle(schema: Schema | undefined): void {
    this.#ahead = false;
    this.#waits = false;
    this.#from = schema;
    this.other = undefined;
    rememberSchemaText(this.#opened.name, undefined);
  }

  /** A text that stays here must not replace a schema that it didn't begin from. */
  #compare(output: Schema | undefined): void {
    if (!this.broken && !this.#waits) return;
    const same = sameSchema(output, this.#from);
    if (same) this.other = undefined;
    else if (!this.other || !sameSchema(output, this.other.schema)) this.other = { schema: output };
    if (same && this.#waits) this.#changed(false);
  }

  /** Whether the front matter is known to have the schema that the text began from. */
  #inStep(): boolean {
    const { preview, headIsPreviewed } = this.#opened;
    return headIsPreviewed && preview?.document != null && sameSchema(outputOf(preview), this.#from);
  }

  #keep(text: string): void {
    rememberSchemaText(this.#opened.name, { text, from: this.#from ?? null });
  }

  #written({ diagnostics, head }: SchemaWritten, { doc, text, head: before }: Question): void {
    // The next answer is on its way when the text has changed since.
    if (this.#state.doc !== doc) return;
    this.error = undefined;
    const held = this.broken || this.#waits;
    this.problems = problemsOf(text, diagnostics);
    this.broken = head === null;
    const shown = showProblems(this.#state, this.problems, commandKeys("take-fix"));
    this.#dispatch(this.#state.update(shown));
    if (head === null || (held && !this.#inStep())) {
      this.#waits = head !== null;
      if (this.#waits) this.form = readSchema(text);
      this.#keep(text);
      this.follow(this.#opened.preview);
      return;
    }
    const { head: now, body } = this.#opened.source();
    if (now !== before) {
      this.#changed(false);
      return;
    }
    this.form = readSchema(text);
    this.#settle(this.form);
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
