import { describe, expect, it } from "vitest";
import { choicesAsText, kindOf, readChoices, rowsOf, sameSchema, type Schema } from "./form.ts";
import {
  moved,
  nameProblem,
  renamed,
  withChoices,
  withDescription,
  withField,
  withKind,
  withNullable,
  withoutField,
  withRequired,
} from "./form_change.ts";

const ORDER: Schema = {
  title: "Order",
  type: "object",
  properties: {
    id: { type: "string", pattern: "^A", description: "Its number" },
    state: { enum: ["open", "paid"] },
    lines: {
      type: "array",
      minItems: 1,
      items: { type: "object", properties: { text: { type: ["string", "null"] } }, required: ["text"] },
    },
    other: { $ref: "#/$defs/other" },
  },
  required: ["id", "lines"],
  additionalProperties: false,
  $defs: { other: { type: "number" } },
};
const at = (...names: string[]) => names.flatMap((name) => (name === "[]" ? ["items"] : ["properties", name]));

describe("the rows of a schema", () => {
  it("are its fields in their order, with what the form doesn't show named", () => {
    const rows = rowsOf(ORDER).map(({ depth, name, kind, required, more }) => [
      depth,
      name,
      kind,
      required,
      more.join(),
    ]);
    expect(rows).toEqual([
      [0, "id", "text", true, "pattern"],
      [0, "state", "choice", false, ""],
      [0, "lines", "list", true, "minItems"],
      [1, undefined, "object", false, ""],
      [2, "text", "text", true, ""],
      [0, "other", "other", false, "$ref"],
    ]);
    expect(rowsOf(ORDER).at(-1)?.other).toBe("other");
    const open = { properties: { map: { type: "object", additionalProperties: { type: "number" } } } };
    expect(rowsOf(open)[0]?.more).toEqual(["additionalProperties"]);
    expect(rowsOf({ anyOf: [] })).toEqual([]);
    expect(rowsOf(true)).toEqual([]);
  });

  it("begin at the definition that the whole is", () => {
    const tree = {
      $ref: "#/$defs/tree",
      $defs: { tree: { type: "object", properties: { child: { $ref: "#/$defs/tree" } } } },
    };
    expect(rowsOf(tree).map(({ key, other }) => [key, other])).toEqual([["/$defs/tree/properties/child", "tree"]]);
    expect(withField(tree, { in: [] })[1]).toBe("/$defs/tree/properties/field");
    expect(rowsOf({ $ref: "#/$defs/gone" })).toEqual([]);
  });

  it("have a kind in the form's words", () => {
    const kinds = [{ type: "boolean" }, { type: ["string", "number"] }, {}, { properties: {} }, { const: 1 }, true];
    expect(kinds.map(kindOf)).toEqual(["yesno", "other", "any", "object", "other", "other"]);
  });
});

describe("a change by form", () => {
  it("leaves everything else as it was, in its order", () => {
    const changed = withDescription(ORDER, at("lines", "[]", "text"), "What it is");
    expect(Object.keys(changed)).toEqual(Object.keys(ORDER));
    expect(changed.$defs).toBe(ORDER.$defs);
    expect(JSON.stringify(withDescription(changed, at("lines", "[]", "text"), ""))).toBe(JSON.stringify(ORDER));
  });

  it("renames a field in its place and in what is required", () => {
    const changed = renamed(ORDER, at("id"), "number");
    expect(Object.keys(changed.properties as object)).toEqual(["number", "state", "lines", "other"]);
    expect(changed.required).toEqual(["number", "lines"]);
    expect(nameProblem(ORDER, at("id"), "state")).toContain("already");
    expect(nameProblem(ORDER, at("id"), " ")).not.toBe("");
    expect(renamed(ORDER, at("id"), "state")).toBe(ORDER);
  });

  it("keeps required names in the order of the fields", () => {
    expect(withRequired(ORDER, at("state"), true).required).toEqual(["id", "state", "lines"]);
    expect(withRequired(ORDER, at("id"), false).required).toEqual(["lines"]);
    expect(moved(ORDER, at("lines"), -1).required).toEqual(["id", "lines"]);
    expect(Object.keys(moved(ORDER, at("lines"), -1).properties as object)).toEqual(["id", "lines", "state", "other"]);
    expect(moved(ORDER, at("id"), -1)).toEqual(ORDER);
  });

  it("gives a field another kind and keeps what isn't of the old one", () => {
    const field = (schema: Schema, ...names: string[]) =>
      names.reduce<unknown>((part, name) => (part as Schema)[name], schema);
    expect(field(withKind(ORDER, at("id"), "number"), ...at("id"))).toEqual({
      type: "number",
      pattern: "^A",
      description: "Its number",
    });
    expect(field(withKind(ORDER, at("lines"), "yesno"), ...at("lines"))).toEqual({ type: "boolean", minItems: 1 });
    expect(field(withKind(ORDER, at("lines", "[]", "text"), "integer"), ...at("lines", "[]", "text"))).toEqual({
      type: ["integer", "null"],
    });
    expect(field(withNullable(ORDER, at("id"), true), ...at("id"))).toMatchObject({ type: ["string", "null"] });
  });

  it("adds a field behind another or in an object, and takes one away", () => {
    const [one, key] = withField(ORDER, { after: at("id") });
    expect([Object.keys(one.properties as object)[1], key]).toEqual(["field", "/properties/field"]);
    const [two, deep] = withField(one, { in: at("lines", "[]") });
    expect(deep).toBe("/properties/lines/items/properties/field");
    expect(withField(two, { in: [] })[1]).toBe("/properties/field_2");
    expect(withoutField(withoutField(two, at("field")), at("lines", "[]", "field"))).toEqual(ORDER);
    expect(withoutField(ORDER, at("lines")).required).toEqual(["id"]);
    expect(withField(undefined, { in: [] })[0]).toMatchObject({ type: "object", properties: { field: {} } });
  });

  it("reads choices as words or as JSON", () => {
    expect(choicesAsText(["open", "paid"])).toBe("open, paid");
    expect(choicesAsText(["a, b", 1])).toBe('["a, b",1]');
    expect(readChoices(" open,paid , open,")).toEqual(["open", "paid"]);
    expect(readChoices('["a, b", 1]')).toEqual(["a, b", 1]);
    for (const unfinished of ["", " , ", "[1,", "[]"]) expect(readChoices(unfinished)).toBeUndefined();
    expect(rowsOf(withChoices(ORDER, at("state"), ["x"]))[1]?.choices).toBe("x");
  });
});

describe("two schemas", () => {
  it("are the same whatever the order of their keywords, but not of their fields", () => {
    expect(sameSchema({ type: "string", description: "a" }, { description: "a", type: "string" })).toBe(true);
    expect(sameSchema(ORDER, structuredClone(ORDER))).toBe(true);
    expect(sameSchema(ORDER, moved(ORDER, at("id"), 1))).toBe(false);
    expect(sameSchema({ a: 1 }, { b: 1 })).toBe(false);
    expect(sameSchema(undefined, null)).toBe(false);
  });
});
