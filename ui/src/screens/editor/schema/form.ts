/** A JSON Schema, or a part of one. What isn't known here is carried along as it is. */
export type Schema = Record<string, unknown>;

/** What a field holds, in the words of the form. */
export type Kind = "text" | "number" | "integer" | "yesno" | "choice" | "list" | "object" | "any" | "other";

/** The kinds that can be chosen, with their names. */
export const KINDS: readonly { value: Kind; label: string }[] = [
  { value: "text", label: "text" },
  { value: "number", label: "number" },
  { value: "integer", label: "integer" },
  { value: "yesno", label: "yes or no" },
  { value: "choice", label: "choice" },
  { value: "list", label: "list" },
  { value: "object", label: "object" },
  { value: "any", label: "anything" },
];

/** The steps from the whole schema to a part of it. */
export type Path = readonly string[];

/** One line of the form. */
export interface FormRow {
  /** The path as a JSON pointer, which is different on each line. */
  key: string;
  path: Path;
  depth: number;
  /** None for what stands in a list. */
  name: string | undefined;
  kind: Kind;
  nullable: boolean;
  required: boolean;
  description: string;
  /** The allowed values of a choice, as they are typed. */
  choices: string;
  first: boolean;
  last: boolean;
  /** Keywords that the form doesn't show. They are in the text and stay there. */
  more: readonly string[];
  /** What it is where that is none of the kinds. */
  other: string;
}

/** JSON Schema’s words for the kinds that have one. */
export const TYPES: Partial<Record<Kind, string>> = {
  text: "string",
  number: "number",
  integer: "integer",
  yesno: "boolean",
  choice: "string",
  list: "array",
  object: "object",
};
/** What makes a part more than one of the kinds. */
export const UNIONS = ["$ref", "anyOf", "oneOf", "allOf", "const", "not", "if"];
/** What belongs to a kind and goes with it. */
export const OF_KIND = ["type", "enum", "items", "prefixItems", "properties", "required", "additionalProperties"];
const SHOWN = new Set([...OF_KIND, "description"]);
/** More lines than a person edits by form. */
export const MOST_ROWS = 300;

export function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The types that a part may have, null among them. */
export function typesOf(schema: Schema): string[] {
  const { type } = schema;
  const list: unknown[] = Array.isArray(type) ? type : [type];
  return list.filter((one) => typeof one === "string");
}

export function kindOf(schema: unknown): Kind {
  if (!isSchema(schema) || UNIONS.some((key) => key in schema)) return "other";
  if (Array.isArray(schema.enum)) return "choice";
  const types = typesOf(schema).filter((type) => type !== "null");
  if (types.length > 1) return "other";
  const [type] = types;
  if (type === undefined) return "properties" in schema ? "object" : "items" in schema ? "list" : "any";
  return (Object.keys(TYPES) as Kind[]).find((kind) => kind !== "choice" && TYPES[kind] === type) ?? "other";
}

/** The fields of an object, by their names. */
export function fieldsOf(schema: Schema): [string, unknown][] {
  return isSchema(schema.properties) ? Object.entries(schema.properties) : [];
}

/** The names of the fields that must be there. */
export function requiredOf(schema: Schema): string[] {
  return Array.isArray(schema.required) ? schema.required.filter((name) => typeof name === "string") : [];
}

/** Where the form begins: at the whole schema, or at the definition that the whole is. */
export function rootOf(schema: unknown): Path {
  const target = isSchema(schema) && typeof schema.$ref === "string" ? schema.$ref : "";
  const path = target.startsWith("#/") ? target.slice(2).split("/").map(unescaped) : [];
  return path.length === 2 && isSchema(partAt(schema, path)) ? path : [];
}

function unescaped(step: string): string {
  return step.replaceAll("~1", "/").replaceAll("~0", "~");
}

/** The lines of the form, in the order of the text. */
export function rowsOf(schema: unknown): FormRow[] {
  const rows: FormRow[] = [];
  const root = rootOf(schema);
  addBelow(partAt(schema, root), root, 0, rows);
  return rows;
}

/** What the answer is as a whole. */
export function rootKind(schema: unknown): Kind {
  return kindOf(partAt(schema, rootOf(schema)));
}

/** What a part is that can't be chosen from the kinds. */
export function otherKind(schema: unknown): string {
  if (!isSchema(schema)) return "other";
  const union = UNIONS.find((key) => key in schema);
  if (union === "$ref" && typeof schema.$ref === "string") return schema.$ref.split("/").at(-1) || "$ref";
  return union ?? "several";
}

function addBelow(schema: unknown, path: Path, depth: number, rows: FormRow[]): void {
  if (!isSchema(schema) || rows.length >= MOST_ROWS) return;
  const kind = kindOf(schema);
  if (kind === "object") {
    const fields = fieldsOf(schema);
    const required = requiredOf(schema);
    fields.forEach(([name, field], index) => {
      add(field, [...path, "properties", name], depth, rows, {
        name,
        required: required.includes(name),
        first: index === 0,
        last: index === fields.length - 1,
      });
    });
  } else if (kind === "list" && isSchema(schema.items)) {
    add(schema.items, [...path, "items"], depth, rows, { name: undefined, required: false, first: true, last: true });
  }
}

type Place = Pick<FormRow, "name" | "required" | "first" | "last">;

function add(field: unknown, path: Path, depth: number, rows: FormRow[], place: Place): void {
  if (rows.length >= MOST_ROWS) return;
  const schema = isSchema(field) ? field : {};
  rows.push({
    key: pointerOf(path),
    path,
    depth,
    ...place,
    kind: kindOf(field),
    nullable: typesOf(schema).includes("null"),
    description: typeof schema.description === "string" ? schema.description : "",
    choices: choicesAsText(schema.enum),
    more: moreOf(schema),
    other: otherKind(field),
  });
  addBelow(field, path, depth + 1, rows);
}

/** Keywords that the form doesn't show, and those of a kind that say more than it shows. */
function moreOf(schema: Schema): string[] {
  const { additionalProperties } = schema;
  const open = isSchema(additionalProperties) || additionalProperties === true;
  return [
    ...Object.keys(schema).filter((key) => !SHOWN.has(key) || key === "prefixItems"),
    ...(open ? ["additionalProperties"] : []),
  ];
}

export function pointerOf(path: Path): string {
  return path.map((step) => `/${step.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** The part of a schema at a path. */
export function partAt(schema: unknown, path: Path): unknown {
  let part = schema;
  for (const step of path) {
    if (!isSchema(part)) return undefined;
    part = part[step];
  }
  return part;
}

/** Allowed values as they are typed: words with commas between them, or JSON where a word won't do. */
export function choicesAsText(values: unknown): string {
  if (!Array.isArray(values)) return "";
  const plain = values.every((value) => typeof value === "string" && value.trim() === value && /^[^,[]+$/.test(value));
  return plain ? values.join(", ") : JSON.stringify(values);
}

/** Reads allowed values; nothing while they are no list yet. */
export function readChoices(text: string): unknown[] | undefined {
  if (text.trim().startsWith("[")) {
    try {
      const read: unknown = JSON.parse(text);
      return Array.isArray(read) && read.length > 0 ? read : undefined;
    } catch {
      return undefined;
    }
  }
  const words = text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
  return words.length > 0 ? [...new Set(words)] : undefined;
}

/**
 * Whether two schemas say the same: the order of keywords says nothing, that of fields does, for a model writes them in
 * it.
 */
export function sameSchema(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((one, at) => sameSchema(one, b[at]));
  if (!isSchema(a) || !isSchema(b)) return a === b;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => {
    if (!Object.hasOwn(b, key)) return false;
    const [left, right] = [a[key], b[key]];
    if (key === "properties" && isSchema(left) && isSchema(right)) {
      if (Object.keys(left).join("\n") !== Object.keys(right).join("\n")) return false;
    }
    return sameSchema(left, right);
  });
}

/** A schema as text. */
export function textOf(schema: unknown): string {
  return schema === undefined || schema === null ? "" : `${JSON.stringify(schema, null, 2)}\n`;
}
