/** One field of an answer that is an object, as far as it has come. */
export interface Field {
  name: string;
  /** A text as it is, anything else as JSON. */
  text: string;
  kind: "text" | "value";
  /** More of it may come. */
  open: boolean;
}

/** The fields of an answer. */
export interface Fields {
  fields: Field[];
  /** The whole object has come. */
  complete: boolean;
}

/**
 * Reads the fields of an answer that is one JSON object, whole or cut anywhere. A fence round it is left out. Gives
 * nothing for any other text, so that prose is never taken for fields.
 */
export function readFields(answer: string): Fields | undefined {
  const text = unfence(answer);
  if (!text.startsWith("{")) return undefined;
  const fields: Field[] = [];
  let at = skipBlank(text, 1);
  for (;;) {
    if (at >= text.length) return { fields, complete: false };
    if (text[at] === "}") return { fields, complete: text.slice(at + 1).trim() === "" };
    if (text[at] !== '"') return fields.length > 0 ? { fields, complete: false } : undefined;
    const name = readString(text, at);
    if (!name.closed) return { fields, complete: false };
    at = skipBlank(text, name.end);
    if (at >= text.length) return { fields, complete: false };
    if (text[at] !== ":") return undefined;
    at = skipBlank(text, at + 1);
    if (at >= text.length) return { fields: [...fields, open(name.text, "", "value")], complete: false };
    if (text[at] === '"') {
      const value = readString(text, at);
      fields.push({ name: name.text, text: value.text, kind: "text", open: !value.closed });
      if (!value.closed) return { fields, complete: false };
      at = value.end;
    } else {
      const end = endOfValue(text, at);
      const raw = text.slice(at, end ?? text.length);
      fields.push({ name: name.text, text: tidy(raw), kind: "value", open: end === undefined });
      if (end === undefined) return { fields, complete: false };
      at = end;
    }
    at = skipBlank(text, at);
    if (text[at] === ",") at = skipBlank(text, at + 1);
  }
}

function open(name: string, text: string, kind: Field["kind"]): Field {
  return { name, text, kind, open: true };
}

function unfence(answer: string): string {
  const text = answer.trim();
  const fence = /^```(?:json)?\s*\n?/i.exec(text);
  return fence
    ? text
        .slice(fence[0].length)
        .replace(/\n?```$/, "")
        .trim()
    : text;
}

function skipBlank(text: string, at: number): number {
  while (at < text.length && /\s/.test(text[at] as string)) at += 1;
  return at;
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f" };

/** Reads a JSON string from its quote on. What follows a cut-off escape is left out until it is whole. */
function readString(text: string, start: number): { text: string; end: number; closed: boolean } {
  let value = "";
  let at = start + 1;
  while (at < text.length) {
    const character = text[at] as string;
    if (character === '"') return { text: value, end: at + 1, closed: true };
    if (character !== "\\") {
      value += character;
      at += 1;
      continue;
    }
    const escaped = text[at + 1];
    if (escaped === undefined) break;
    if (escaped === "u") {
      const code = text.slice(at + 2, at + 6);
      if (code.length < 4) break;
      value += String.fromCharCode(Number.parseInt(code, 16) || 0xfffd);
      at += 6;
    } else {
      value += ESCAPES[escaped] ?? escaped;
      at += 2;
    }
  }
  return { text: value, end: text.length, closed: false };
}

/** The place behind a number, a word, a list or an object; nothing when it isn't whole. */
function endOfValue(text: string, start: number): number | undefined {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at] as string;
    if (character === '"') {
      const inner = readString(text, at);
      if (!inner.closed) return undefined;
      at = inner.end - 1;
      continue;
    }
    if (character === "[" || character === "{") depth += 1;
    else if (character === "]" || character === "}") {
      if (depth === 0) return at;
      depth -= 1;
      if (depth === 0) return at + 1;
    } else if (character === "," && depth === 0) return at;
  }
  return undefined;
}

/** Lists and objects are shown by lines once they are whole. */
function tidy(raw: string): string {
  const text = raw.trim();
  if (!/^[[{]/.test(text)) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** Fields in the schema's order; those that it names and that haven't come are there without a text. */
export function inSchemaOrder(
  fields: readonly Field[],
  schema: unknown,
): { name: string; field: Field | undefined; required: boolean }[] {
  const properties = propertiesOf(schema);
  const required = requiredOf(schema);
  const named = properties.map((name) => ({
    name,
    field: fields.find((field) => field.name === name),
    required: required.includes(name),
  }));
  const others = fields.filter((field) => !properties.includes(field.name));
  return [...named, ...others.map((field) => ({ name: field.name, field, required: false }))];
}

/** The names of an object schema's properties, in its order. */
export function propertiesOf(schema: unknown): string[] {
  if (typeof schema !== "object" || schema === null || !("properties" in schema)) return [];
  const { properties } = schema;
  return typeof properties === "object" && properties !== null ? Object.keys(properties) : [];
}

function requiredOf(schema: unknown): readonly unknown[] {
  if (typeof schema !== "object" || schema === null || !("required" in schema)) return [];
  return Array.isArray(schema.required) ? schema.required : [];
}
