import { CompletionContext } from "@codemirror/autocomplete";
import { EditorState } from "@codemirror/state";
import { describe, expect, it } from "vitest";
import { completeJinja, localNames, vocabulary, wantedAt } from "./completion.ts";

const words = {
  variables: [
    { name: "customer", kind: "object", description: "who writes" },
    { name: "orders", kind: "list", description: null },
  ],
  values: { customer: { name: "Maya", locale: "en-GB" }, orders: [{ id: "H-1", item: { name: "tent" } }] },
};

/** What is offered at the place marked by `|`. */
function offered(text: string, explicit = false): string[] {
  const pos = text.indexOf("¦");
  const doc = text.replace("¦", "");
  const state = EditorState.create({ doc, extensions: [vocabulary.of(() => words)] });
  return completeJinja(new CompletionContext(state, pos, explicit))?.options.map((option) => option.label) ?? [];
}

describe("completion", () => {
  it("tells names, filters, tests, tags and properties apart", () => {
    expect(wantedAt("a {{ cu")).toEqual({ kind: "name", from: 5 });
    expect(wantedAt("{{ a | de")).toEqual({ kind: "filter", from: 7 });
    expect(wantedAt("{% if a is not de")).toEqual({ kind: "test", from: 15 });
    expect(wantedAt("{%- fo")).toEqual({ kind: "tag", from: 4 });
    expect(wantedAt("{{ a.b.c")).toEqual({ kind: "property", from: 7, path: ["a", "b"] });
  });

  it("offers nothing in prose, strings, comments and behind a closed mark", () => {
    for (const before of ["cust", "{{ a }} cust", '{{ "cust', "{# {{ no #} {# cust", "{% raw %} cust"]) {
      expect(wantedAt(before), before).toBeUndefined();
    }
  });

  it("offers the declared variables first", () => {
    expect(offered("{{ cu¦ }}").slice(0, 2)).toEqual(["customer", "orders"]);
  });

  it("offers what the chosen case has inside a variable", () => {
    expect(offered("{{ customer.¦ }}")).toEqual(["name", "locale"]);
    expect(offered("{{ customer.name.¦ }}")).toEqual([]);
  });

  it("knows loop variables and what they stand for, inside the loop only", () => {
    expect(offered("{% for order in orders %}{{ order.¦ }}")).toEqual(["id", "item"]);
    expect(offered("{% for order in orders %}{{ order.item.¦ }}")).toEqual(["name"]);
    expect(localNames("{% for order in orders %}{% endfor %}", words.values).size).toBe(0);
    expect([...localNames("{% set total = 1 %}", {}).keys()]).toEqual(["total"]);
    expect([...localNames("{% for a, b in x %}", {}).keys()]).toEqual(["a", "b", "loop"]);
  });

  it("waits for a letter, or for the key, before it offers names", () => {
    expect(offered("{{ ¦ }}")).toEqual([]);
    expect(offered("{{ ¦ }}", true)).toContain("customer");
  });
});
