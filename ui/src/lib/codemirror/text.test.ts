import { EditorState } from "@codemirror/state";
import { describe, expect, it } from "vitest";
import { changeTo } from "./text.ts";

function changed(from: string, to: string): string {
  const state = EditorState.create({ doc: from });
  const changes = changeTo(state.doc, to);
  return changes ? state.update({ changes }).state.doc.toString() : from;
}

describe("a change of the whole text", () => {
  it("gives the other text", () => {
    const texts = ["", "a", "aa", "aba", "one\ntwo\nthree", "one\n2\nthree", "😀", "😁", "a😀b", "a😁b", "😀😀", "😀"];
    for (const from of texts) for (const to of texts) expect(changed(from, to), `${from} to ${to}`).toBe(to);
  });

  it("touches only what differs", () => {
    const state = EditorState.create({ doc: "one\ntwo\nthree" });
    expect(changeTo(state.doc, "one\n2\nthree")).toEqual({ from: 4, to: 7, insert: "2" });
    expect(changeTo(state.doc, "one\ntwo\nthree")).toBeUndefined();
  });

  it("cuts no character in two", () => {
    const state = EditorState.create({ doc: "a😀b" });
    expect(changeTo(state.doc, "a😁b")).toEqual({ from: 1, to: 3, insert: "😁" });
  });
});
