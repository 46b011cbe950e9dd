import type { Variable } from "$lib/host/index.ts";

/** A line of the form: a declared variable, or a value that no variable is declared for. */
export interface Entry {
  name: string;
  kind: Variable["kind"];
  description: string;
  /** The value when none is given, in words. */
  fallback: string;
  required: boolean;
  declared: boolean;
  value: unknown;
}

/** The lines of the form: the declared variables in their order, then what else has a value. */
export function entriesOf(inputs: readonly Variable[], values: Readonly<Record<string, unknown>>): Entry[] {
  const declared = inputs.map((input): Entry => ({
    name: input.name,
    kind: input.kind,
    description: input.description ?? "",
    fallback: input.default === undefined || input.default === null ? "" : inWords(input.default),
    required: input.required,
    declared: true,
    value: values[input.name],
  }));
  const others = Object.entries(values)
    .filter(([name]) => !inputs.some((input) => input.name === name))
    .map(([name, value]): Entry => ({
      name,
      kind: kindOf(value),
      description: "",
      fallback: "",
      required: false,
      declared: false,
      value,
    }));
  return [...declared, ...others];
}

/** The kind of a value that nobody declared. */
export function kindOf(value: unknown): Variable["kind"] {
  if (typeof value === "string") return "string";
  if (typeof value === "boolean") return "boolean";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  if (Array.isArray(value)) return "list";
  return typeof value === "object" && value !== null ? "object" : "any";
}

/** A value as it is edited: texts as they are, the rest as JSON. */
export function toText(value: unknown, kind: Variable["kind"]): string {
  if (value === undefined) return "";
  if (typeof value === "string" && (kind === "string" || kind === "any")) return value;
  return setOut(value, "");
}

/** Characters of a line of JSON; what fits on one isn't set out further. */
const LINE = 56;

/** JSON for people: short lists and objects on one line, long ones item by item. */
function setOut(value: unknown, indent: string): string {
  const short = oneLine(value);
  if (typeof value !== "object" || value === null || indent.length + short.length <= LINE) return short;
  const inner = `${indent}  `;
  const items = Array.isArray(value)
    ? value.map((item) => setOut(item, inner))
    : Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}: ${setOut(item, inner)}`);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  return `${open}\n${inner}${items.join(`,\n${inner}`)}\n${indent}${close}`;
}

function oneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}: ${oneLine(item)}`);
  return entries.length === 0 ? "{}" : `{ ${entries.join(", ")} }`;
}

/** What was typed for a variable of this kind, or why it is none. */
export function readText(text: string, kind: Variable["kind"]): { value: unknown } | { problem: string } {
  if (kind === "string") return { value: text };
  if (kind === "any") return { value: looksLikeJson(text) ?? text };
  const trimmed = text.trim();
  if (trimmed === "") return { value: undefined };
  if (kind === "number" || kind === "integer") {
    const number = Number(trimmed);
    if (!Number.isFinite(number)) return { problem: `“${trimmed}” is not a number` };
    if (kind === "integer" && !Number.isInteger(number)) return { problem: `${trimmed} is not a whole number` };
    return { value: number };
  }
  let value: unknown;
  try {
    value = JSON.parse(trimmed);
  } catch (error) {
    return { problem: jsonProblem(trimmed, error) };
  }
  if (kind === "list" && !Array.isArray(value)) return { problem: "A list begins with [ and ends with ]" };
  if (kind === "object" && (typeof value !== "object" || value === null || Array.isArray(value))) {
    return { problem: "An object begins with { and ends with }" };
  }
  if (kind === "boolean" && typeof value !== "boolean") return { problem: "Write true or false" };
  return { value };
}

/** Lists and objects are meant as such where any kind is taken; numbers and words stay text. */
function looksLikeJson(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Where the JSON goes wrong. Engines say it in different ways; the line is what helps. */
function jsonProblem(text: string, error: unknown): string {
  const said = error instanceof Error ? error.message : "";
  const at = /position (\d+)/.exec(said)?.[1];
  const line = /line (\d+)/i.exec(said)?.[1] ?? (at ? String(text.slice(0, Number(at)).split("\n").length) : undefined);
  return line ? `This is not JSON yet: look at line ${line}` : "This is not JSON yet";
}

/** A value in a few words, for lists: `1 row: H-20418, Trail 30`. */
export function inWords(value: unknown): string {
  if (value === undefined) return "";
  if (value === null) return "none";
  if (Array.isArray(value)) {
    const first = value[0];
    const rows = value.length === 1 ? "1 row" : `${value.length} rows`;
    return value.length === 0 ? "empty list" : `${rows}: ${inWords(first)}`;
  }
  if (typeof value === "object") {
    return Object.values(value)
      .filter((inner) => typeof inner !== "object")
      .map(String)
      .join(", ");
  }
  return String(value).replace(/\s+/g, " ");
}
