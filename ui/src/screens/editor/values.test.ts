import { describe, expect, it } from "vitest";
import type { Variable } from "$lib/host/index.ts";
import { entriesOf, inWords, kindOf, readText, toText } from "./values.ts";

function input(name: string, kind: Variable["kind"], change: Partial<Variable> = {}): Variable {
  return { name, kind, description: null, default: null, required: false, ...change };
}

describe("values of a case", () => {
  it("stand in the order of the variables, and none is left out", () => {
    const entries = entriesOf([input("b", "string"), input("a", "list", { default: [1] })], { extra: 1, b: "x" });
    expect(entries.map(({ name, declared, value, fallback }) => [name, declared, value, fallback])).toEqual([
      ["b", true, "x", ""],
      ["a", true, undefined, "1 row: 1"],
      ["extra", false, 1, ""],
    ]);
  });

  it("come back as they were after they were shown", () => {
    for (const value of ["", "text\nof lines", 1, 2.5, true, [1, { a: "b" }], { a: null }, "[not json", "12"]) {
      const kind = kindOf(value);
      expect(readText(toText(value, kind), kind)).toEqual({ value });
    }
  });

  it("are set out by lines only where they are long", () => {
    expect(toText({ name: "Harbour Outdoor" }, "object")).toBe('{ "name": "Harbour Outdoor" }');
    const long = [{ text: "A parcel five working days late counts as lost." }, { text: "Short." }, {}, []];
    expect(toText(long, "list").split("\n")).toEqual([
      "[",
      "  {",
      '    "text": "A parcel five working days late counts as lost."',
      "  },",
      '  { "text": "Short." },',
      "  {},",
      "  []",
      "]",
    ]);
    expect(JSON.parse(toText(long, "list"))).toEqual(long);
  });

  it("say what is wrong with what was typed", () => {
    expect(readText("abc", "number")).toEqual({ problem: "“abc” is not a number" });
    expect(readText("1.5", "integer")).toEqual({ problem: "1.5 is not a whole number" });
    expect(readText("{}", "list")).toEqual({ problem: "A list begins with [ and ends with ]" });
    expect(readText("[]", "object")).toEqual({ problem: "An object begins with { and ends with }" });
    expect(readText('{"a": }', "object")).toEqual({ problem: expect.stringContaining("not JSON yet") });
    expect(readText("yes", "boolean")).toHaveProperty("problem");
  });

  it("take an empty field as no value, but an empty text as a text", () => {
    expect(readText("", "integer")).toEqual({ value: undefined });
    expect(readText("", "string")).toEqual({ value: "" });
  });

  it("are told in a few words", () => {
    expect(inWords([{ id: "H-1", item: "tent", more: {} }])).toBe("1 row: H-1, tent");
    expect(inWords([])).toBe("empty list");
    expect(inWords("a\n b")).toBe("a b");
  });
});
