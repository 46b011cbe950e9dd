import { CompletionContext } from "@codemirror/autocomplete";
import { EditorState } from "@codemirror/state";
import { describe, expect, it, vi } from "vitest";
import type { Completions } from "../host/index.ts";
import { complete, worthAsking, worthAskingInHead } from "./completion.ts";
import { language, type Language } from "./language.ts";

const ANSWER: Completions = {
  range: { start: 5, end: 7 },
  items: [
    { label: "customer", insert: "customer", kind: "variable", detail: "object", doc: "Who writes" },
    { label: "custom", insert: "custom", kind: "local", detail: null, doc: null },
  ],
};

/** What is offered at the place marked by `¦`, and how the core was asked. */
async function offered(text: string, answer: Completions, explicit = false) {
  const ask = vi.fn(async () => answer);
  const asked = { complete: ask } as unknown as Language;
  const pos = text.indexOf("¦");
  const state = EditorState.create({ doc: text.replace("¦", ""), extensions: [language.of(asked)] });
  const result = await complete(worthAsking)(new CompletionContext(state, pos, explicit));
  return { result, ask };
}

describe("completion", () => {
  it("asks the core, which counts in code points, and answers in the editor's units", async () => {
    const { result, ask } = await offered("😀 {{ cu¦", ANSWER);
    expect(ask).toHaveBeenCalledWith(7);
    expect(result?.from).toBe(6);
    expect(result?.options.map(({ label, detail, info }) => [label, detail, info])).toEqual([
      ["customer", "object", "Who writes"],
      ["custom", undefined, undefined],
    ]);
  });

  it("keeps the core's order where the letters fit equally well", async () => {
    const { result } = await offered("😀 {{ cu¦", ANSWER);
    const boosts = result?.options.map(({ boost }) => boost ?? 0) ?? [];
    expect(boosts[0]).toBeGreaterThan(boosts[1] ?? 0);
  });

  it("asks nobody in prose, unless it is told to", async () => {
    expect((await offered("Some cu¦", ANSWER)).ask).not.toHaveBeenCalled();
    expect((await offered("{{ a }} cu¦", ANSWER)).ask).not.toHaveBeenCalled();
    expect((await offered("Some cu¦", ANSWER, true)).ask).toHaveBeenCalled();
  });

  it("offers nothing when there is nothing, or when nobody answers", async () => {
    expect((await offered("{{ cu¦", { range: { start: 3, end: 5 }, items: [] })).result).toBeNull();
    const state = EditorState.create({ doc: "{{ cu" });
    expect(await complete(worthAsking)(new CompletionContext(state, 5, true))).toBeNull();
  });

  it("goes on with the same answer while a prompt's name is typed, and asks again at a label", async () => {
    const item = { label: "shared/tone", insert: "shared/tone", kind: "prompt" as const, detail: null, doc: null };
    const { result } = await offered('{% include "sh¦', { range: { start: 12, end: 14 }, items: [item] });
    const valid = result?.validFor as RegExp;
    expect(valid.test("shared/to")).toBe(true);
    expect(valid.test("shared/tone@")).toBe(false);
  });

  it("is worth asking where a name may stand", () => {
    for (const before of [
      "{{ a",
      "{{ a.",
      "{{ a | ",
      "{% if a is ",
      "{% ",
      '{% include "',
      "{{ größe",
      "us",
      "\n  sys",
    ]) {
      expect(worthAsking(before), before).toBe(true);
    }
    for (const before of ["", "the us", "{{ ", "{{ a }} b", "{{ 1 + ", "a {% endif %} b"]) {
      expect(worthAsking(before), before).toBe(false);
    }
    for (const before of ["na", "inputs:\n- ", "inputs:\n- name: a\n  kind: ", "  kind: st"]) {
      expect(worthAskingInHead(before), before).toBe(true);
    }
    for (const before of ["", "description: a b", "  "]) expect(worthAskingInHead(before), before).toBe(false);
  });
});
