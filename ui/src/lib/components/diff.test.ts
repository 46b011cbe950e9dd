import { render } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import { countWords, unify, type DiffRow } from "./diff.ts";
import WordDiff from "./WordDiff.svelte";

const same = { text: "You answer ", changed: false };
const ROWS: DiffRow[] = [
  {
    left: { number: 1, spans: [{ text: "system:", changed: false }] },
    right: { number: 1, spans: [{ text: "system:", changed: false }] },
  },
  {
    left: { number: 2, spans: [same, { text: "emails from customers", changed: true }] },
    right: { number: 2, spans: [same, { text: "customer mail", changed: true }] },
  },
  { left: null, right: { number: 3, spans: [{ text: "Facts you may rely on:", changed: true }] } },
];

describe("a word diff", () => {
  it("becomes one column: what was, then what is", () => {
    expect(unify(ROWS).map((line) => [line.left, line.right, line.kind])).toEqual([
      [1, 1, "same"],
      [2, null, "del"],
      [null, 2, "ins"],
      [null, 3, "ins"],
    ]);
  });

  it("counts words, not spans", () => {
    expect(countWords(ROWS)).toEqual({ added: 7, removed: 3 });
  });

  it("marks insertions and deletions, and nothing that both sides have", () => {
    for (const mode of ["side", "unified"] as const) {
      const { container, unmount } = render(WordDiff, { rows: ROWS, mode, leftLabel: "2", rightLabel: "3" });
      const texts = (tag: string) => [...container.querySelectorAll(tag)].map((element) => element.textContent);
      expect(texts("del"), mode).toEqual(["emails from customers"]);
      expect(texts("ins"), mode).toEqual(["customer mail", "Facts you may rely on:"]);
      unmount();
    }
  });
});
