import {
  fieldsOf,
  isSchema,
  kindOf,
  OF_KIND,
  partAt,
  pointerOf,
  requiredOf,
  rootOf,
  TYPES,
  typesOf,
  UNIONS,
  type Kind,
  type Path,
  type Schema,
} from "./form.ts";

/** The schema with another part at a path. Everything else is the same, in the same order. */
function withPart(schema: Schema, path: Path, change: (part: Schema) => Schema): Schema {
  const [step, ...rest] = path;
  if (step === undefined) return change(schema);
  const inner = schema[step];
  return { ...schema, [step]: withPart(isSchema(inner) ? inner : {}, rest, change) };
}

/** The object around a field, and the field's name. */
function around(path: Path): { object: Path; name: string } | undefined {
  if (path.at(-2) !== "properties") return undefined;
  return { object: path.slice(0, -2), name: path.at(-1) as string };
}

/** Required names in the order of the fields; names of no field stay behind them. */
function withFields(object: Schema, fields: [string, unknown][], required: readonly string[]): Schema {
  const names = fields.map(([name]) => name);
  const ordered = [
    ...names.filter((name) => required.includes(name)),
    ...required.filter((name) => !names.includes(name)),
  ];
  const changed: Schema = { ...object, properties: Object.fromEntries(fields) };
  if (ordered.length > 0 || "required" in object) changed.required = ordered;
  return changed;
}

/** Whether a field may get a name: it says something, and no other field there has it. */
export function nameProblem(schema: unknown, path: Path, name: string): string {
  const place = around(path);
  if (!place) return "";
  if (name.trim() === "") return "A field needs a name";
  const object = partAt(schema, place.object);
  const taken = isSchema(object) && fieldsOf(object).some(([other]) => other === name && other !== place.name);
  return taken ? `There is a field ${name} already` : "";
}

export function renamed(schema: Schema, path: Path, name: string): Schema {
  const place = around(path);
  if (!place || nameProblem(schema, path, name) !== "") return schema;
  const other = (one: string) => (one === place.name ? name : one);
  return withPart(schema, place.object, (object) =>
    withFields(
      object,
      fieldsOf(object).map(([one, field]) => [other(one), field]),
      requiredOf(object).map(other),
    ),
  );
}

export function withRequired(schema: Schema, path: Path, on: boolean): Schema {
  const place = around(path);
  if (!place) return schema;
  return withPart(schema, place.object, (object) => {
    const others = requiredOf(object).filter((name) => name !== place.name);
    return withFields(object, fieldsOf(object), on ? [...others, place.name] : others);
  });
}

export function withDescription(schema: Schema, path: Path, text: string): Schema {
  return withPart(schema, path, (part) => {
    if (text !== "") return { ...part, description: text };
    const { description: _, ...rest } = part;
    return rest;
  });
}

/** Another kind. What belongs to the old one goes, everything else stays. */
export function withKind(schema: Schema, path: Path, kind: Kind): Schema {
  return withPart(schema, path, (part) => {
    if (kindOf(part) === kind || kind === "other") return part;
    const nullable = typesOf(part).includes("null") && kind !== "choice" && kind !== "any";
    const rest = Object.fromEntries(
      Object.entries(part).filter(([key]) => !OF_KIND.includes(key) && !UNIONS.includes(key)),
    );
    const type = TYPES[kind];
    return {
      ...(type === undefined ? {} : { type: nullable ? [type, "null"] : type }),
      ...(kind === "choice" ? { enum: ["first", "second"] } : {}),
      ...(kind === "list" ? { items: { type: "string" } } : {}),
      ...(kind === "object" ? { properties: {}, required: [], additionalProperties: false } : {}),
      ...rest,
    };
  });
}

export function withNullable(schema: Schema, path: Path, on: boolean): Schema {
  return withPart(schema, path, (part) => {
    const types = typesOf(part).filter((type) => type !== "null");
    const [type] = types;
    if (type === undefined) return part;
    const changed: Schema = { ...part, type: on ? [...types, "null"] : types.length > 1 ? types : type };
    if (Array.isArray(part.enum)) {
      const others: unknown[] = part.enum.filter((value) => value !== null);
      changed.enum = on ? [...others, null] : others;
    }
    return changed;
  });
}

export function withChoices(schema: Schema, path: Path, values: readonly unknown[]): Schema {
  return withPart(schema, path, (part) => ({ ...part, enum: [...values] }));
}

/** A schema with a further field: behind another one, or at the end of an object. Gives the new field's key, too. */
export function withField(schema: Schema | undefined, at: { after: Path } | { in: Path }): [Schema, string] {
  const whole = schema ?? { type: "object", properties: {}, required: [], additionalProperties: false };
  const place = "after" in at ? around(at.after) : undefined;
  const object = place?.object ?? ("in" in at && at.in.length > 0 ? at.in : rootOf(whole));
  let name = "field";
  const changed = withPart(whole, object, (part) => {
    const fields = fieldsOf(part);
    for (let number = 2; fields.some(([other]) => other === name); number += 1) name = `field_${number}`;
    const index = fields.findIndex(([other]) => other === place?.name);
    fields.splice(index < 0 ? fields.length : index + 1, 0, [name, { type: "string" }]);
    return withFields(part, fields, requiredOf(part));
  });
  return [changed, pointerOf([...object, "properties", name])];
}

export function withoutField(schema: Schema, path: Path): Schema {
  const place = around(path);
  if (!place) return schema;
  return withPart(schema, place.object, (object) =>
    withFields(
      object,
      fieldsOf(object).filter(([name]) => name !== place.name),
      requiredOf(object).filter((name) => name !== place.name),
    ),
  );
}

/** The field one line up or down among its siblings. */
export function moved(schema: Schema, path: Path, by: -1 | 1): Schema {
  const place = around(path);
  if (!place) return schema;
  return withPart(schema, place.object, (object) => {
    const fields = fieldsOf(object);
    const from = fields.findIndex(([name]) => name === place.name);
    const [field] = fields.slice(from, from + 1);
    if (!field || from + by < 0 || from + by >= fields.length) return object;
    fields.splice(from, 1);
    fields.splice(from + by, 0, field);
    return withFields(object, fields, requiredOf(object));
  });
}
