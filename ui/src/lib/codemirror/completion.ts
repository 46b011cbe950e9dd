import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from "@codemirror/autocomplete";
import { Facet, type Extension } from "@codemirror/state";

/** What the template may name: the declared variables, and the values of the chosen case for what is inside them. */
export interface Vocabulary {
  variables: readonly { name: string; kind: string; description: string | null }[];
  values: Readonly<Record<string, unknown>>;
}

/** Where the completion finds the vocabulary; it is read when somebody types, not before. */
export const vocabulary = Facet.define<() => Vocabulary, () => Vocabulary>({
  combine: (readers) => readers[0] ?? (() => ({ variables: [], values: {} })),
});

function words(list: string, type: string, detail: string): Completion[] {
  return list.split(" ").map((label) => ({ label, type, detail }));
}

const FILTERS = words(
  "abs attr batch bool capitalize chain count default dictsort escape first float format groupby indent int items join " +
    "last length lines list lower map max min pprint reject rejectattr replace reverse round safe select selectattr slice " +
    "sort split string sum title tojson trim unique upper urlencode zip",
  "function",
  "filter",
);
const TESTS = words(
  "boolean defined divisibleby endingwith eq even false float ge gt in integer iterable le lower lt mapping ne none number " +
    "odd sequence startingwith string true undefined upper",
  "function",
  "test",
);
const TAGS = words("if elif else endif for endfor set endset with endwith raw endraw", "keyword", "tag");
const WORDS = [
  ...words("and or not in is if else true false none", "keyword", "word"),
  ...words("range dict namespace", "function", "function"),
];
const LOOP = words("index index0 revindex first last length previtem nextitem depth", "property", "of the loop");

/** What may stand at a place of a template, told from the text before it. */
export type Wanted =
  | { kind: "filter" | "test" | "tag" | "name"; from: number }
  | { kind: "property"; from: number; path: readonly string[] };

const WORD = /[\p{L}\p{N}_]*$/u;

/** Looks at the text before the cursor; nothing outside Jinja's marks, in comments and in strings. */
export function wantedAt(before: string): Wanted | undefined {
  const opened = Math.max(before.lastIndexOf("{{"), before.lastIndexOf("{%"));
  if (opened < 0) return undefined;
  const inside = before.slice(opened + 2);
  if (/[}%]\}/.test(inside) || before.lastIndexOf("{#") > opened) return undefined;
  if (inString(inside)) return undefined;
  const from = before.length - (WORD.exec(before)?.[0].length ?? 0);
  const left = inside.slice(0, inside.length - (before.length - from));
  if (before.startsWith("{%", opened) && /^[-+]?\s*$/.test(left)) return { kind: "tag", from };
  if (/\|\s*$/.test(left)) return { kind: "filter", from };
  if (/\bis\s+(?:not\s+)?$/.test(left)) return { kind: "test", from };
  const path = /((?:[\p{L}_][\p{L}\p{N}_]*\.)+)$/u.exec(left)?.[1];
  if (path) return { kind: "property", from, path: path.slice(0, -1).split(".") };
  if (/\d\.$/.test(left) || /^\d/.test(before.slice(from))) return undefined;
  return { kind: "name", from };
}

function inString(text: string): boolean {
  let quote = "";
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (quote && character === "\\") at += 1;
    else if (quote) quote = character === quote ? "" : quote;
    else if (character === '"' || character === "'") quote = character;
  }
  return quote !== "";
}

/** Names that the loops and `set` before this place bring, with the values that they stand for where these are known. */
export function localNames(before: string, values: Readonly<Record<string, unknown>>): Map<string, unknown> {
  const names = new Map<string, unknown>();
  const open: string[][] = [];
  for (const tag of before.matchAll(/\{%[-+]?\s*(for|endfor|set)\b([^%]*)/g)) {
    const [, word, rest = ""] = tag;
    if (word === "endfor") {
      for (const name of open.pop() ?? []) names.delete(name);
      if (open.length === 0) names.delete("loop");
    } else if (word === "for") {
      const parts = /^\s*([\p{L}\p{N}_,\s]+?)\s+in\s+([\p{L}\p{N}_.]+)/u.exec(rest);
      const bound = (parts?.[1] ?? "").split(",").map((name) => name.trim());
      const list = resolve((parts?.[2] ?? "").split("."), values, names);
      const item: unknown = Array.isArray(list) ? list[0] : undefined;
      for (const name of bound) if (name) names.set(name, bound.length === 1 ? item : undefined);
      names.set("loop", Object.fromEntries(LOOP.map(({ label }) => [label, undefined])));
      open.push(bound);
    } else {
      const name = /^\s*([\p{L}_][\p{L}\p{N}_]*)\s*=/u.exec(rest)?.[1];
      if (name) names.set(name, undefined);
    }
  }
  return names;
}

function resolve(
  path: readonly string[],
  values: Readonly<Record<string, unknown>>,
  names: Map<string, unknown>,
): unknown {
  const [first = "", ...rest] = path;
  let value: unknown = names.has(first) ? names.get(first) : values[first];
  for (const key of rest) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return `list of ${value.length}`;
  if (value === null) return "none";
  if (typeof value === "string") return value.length > 24 ? `${value.slice(0, 24)}…` : value;
  return typeof value === "object" ? "object" : value === undefined ? "" : String(value);
}

/** Completes variables, what is in them, filters, tests and tags. */
export function completeJinja(context: CompletionContext): CompletionResult | null {
  // A mark that is open is never far away; a long text must not be searched at every key.
  const start = Math.max(0, context.pos - 2_000);
  const wanted = wantedAt(context.state.sliceDoc(start, context.pos));
  if (!wanted) return null;
  const from = start + wanted.from;
  if (!context.explicit && from === context.pos && wanted.kind !== "property" && wanted.kind !== "filter") return null;
  const options = optionsFor(wanted, context);
  return options.length > 0 ? { from, options, validFor: /^[\p{L}\p{N}_]*$/u } : null;
}

function optionsFor(wanted: Wanted, context: CompletionContext): Completion[] {
  if (wanted.kind === "filter") return FILTERS;
  if (wanted.kind === "test") return TESTS;
  if (wanted.kind === "tag") return TAGS;
  const { variables, values } = context.state.facet(vocabulary)();
  const local = localNames(context.state.sliceDoc(0, context.pos), values);
  if (wanted.kind === "property") {
    const value = resolve(wanted.path, values, local);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
    return Object.entries(value).map(([label, inner]) => ({ label, type: "property", detail: describe(inner) }));
  }
  return [
    ...variables.map(({ name, kind, description }): Completion => {
      const option: Completion = { label: name, type: "variable", detail: kind, boost: 2 };
      return description ? { ...option, info: description } : option;
    }),
    ...[...local.keys()].map((label): Completion => ({ label, type: "variable", detail: "in the loop", boost: 1 })),
    ...WORDS,
  ];
}

/** Completion while typing in a template. */
export function completion(): Extension {
  return autocompletion({ override: [completeJinja], icons: false, activateOnTypingDelay: 60 });
}
