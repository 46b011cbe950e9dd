import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from "@codemirror/autocomplete";
import type { Extension } from "@codemirror/state";
import type { Completion as Offered, CompletionKind } from "../host/index.ts";
import { language } from "./language.ts";
import { offsetsOf } from "./offsets.ts";

/** How a kind is drawn: the words are those of the editor's library. */
const TYPES: Record<CompletionKind, string> = {
  variable: "variable",
  local: "variable",
  field: "property",
  filter: "function",
  test: "function",
  function: "function",
  statement: "keyword",
  keyword: "keyword",
  role: "keyword",
  prompt: "text",
  version: "text",
  key: "property",
  value: "constant",
};

/** While this is typed on, the same answer is narrowed down and nobody is asked again. */
const WORD = /^[\p{L}\p{M}\p{N}_]*$/u;
const NAME = /^[^"'@#\n]*$/;
const VERSION = /^[^"'\n]*$/;

/** How far back a mark that is open is looked for; a long text must not be searched at every key. */
const NEAR = 2_000;

/**
 * Whether it is worth asking without having been told to: inside of a mark of the template behind a letter or a sign that
 * asks for a name, and at the beginning of a line that may open a message.
 */
export function worthAsking(before: string): boolean {
  const line = before.slice(before.lastIndexOf("\n") + 1);
  if (/^[ \t]*[A-Za-z]+$/.test(line)) return true;
  const near = before.slice(-NEAR);
  const opened = Math.max(near.lastIndexOf("{{"), near.lastIndexOf("{%"));
  if (opened < 0 || /[}%]\}/.test(near.slice(opened + 2))) return false;
  return /(?:[\p{L}\p{M}\p{N}_.|"'@#/[]|\|\s+|\bis\s+|\bnot\s+|\{%[-+]?\s+)$/u.test(near);
}

/** The same for front matter: behind a letter, an item's dash, and a key that wants a value. */
export function worthAskingInHead(before: string): boolean {
  const line = before.slice(before.lastIndexOf("\n") + 1);
  return /^\s*(?:- )?[A-Za-z]+$/.test(line) || /^\s*- $/.test(line) || /^\s*(?:- )?[A-Za-z]+: *[A-Za-z]*$/.test(line);
}

function optionOf({ label, insert, kind, detail, doc }: Offered, index: number): Completion {
  const option: Completion = { label, apply: insert, type: TYPES[kind], boost: Math.max(0, 30 - index) };
  if (detail) option.detail = detail;
  if (doc) option.info = doc;
  return option;
}

/** Asks the core what may stand here. */
export function complete(worth: (before: string) => boolean) {
  return async (context: CompletionContext): Promise<CompletionResult | null> => {
    const asked = context.state.facet(language);
    if (!asked) return null;
    const start = Math.max(0, context.pos - NEAR);
    if (!context.explicit && !worth(context.state.sliceDoc(start, context.pos))) return null;
    const offsets = offsetsOf(context.state.doc.toString());
    const answer = await asked.complete(offsets.toPoint(context.pos)).catch(() => undefined);
    const first = answer?.items[0];
    if (context.aborted || !answer || !first) return null;
    const validFor = first.kind === "prompt" ? NAME : first.kind === "version" ? VERSION : WORD;
    return { from: offsets.toUtf16(answer.range.start), options: answer.items.map(optionOf), validFor };
  };
}

/** Completion while typing in a part. */
export function completion(part: "head" | "body"): Extension {
  const source = complete(part === "body" ? worthAsking : worthAskingInHead);
  return autocompletion({ override: [source], icons: false, activateOnTypingDelay: 60 });
}
