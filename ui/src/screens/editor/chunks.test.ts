import { describe, expect, it } from "vitest";
import type { RenderedMessage } from "$lib/host/index.ts";
import { chunksOf, textOf, type Chunk } from "./chunks.ts";

function message(texts: string[]): RenderedMessage {
  return {
    role: "system",
    attributes: {},
    segments: texts.map((text, index) => ({
      text,
      origin: index % 2 === 0 ? { kind: "template" } : { kind: "value", expression: "name", line: index },
    })),
    lines: { first: 1, last: 9 },
  };
}

function joined(chunks: readonly Chunk[]): string {
  return chunks.map((chunk) => chunk.pieces.map((piece) => piece.text).join("")).join("\n");
}

const lines = (count: number, word = "line") => Array.from({ length: count }, (_, i) => `${word} ${i}`).join("\n");

describe("chunks of a message", () => {
  it("have all of its text, in order", () => {
    for (const texts of [
      [""],
      ["a"],
      ["a\n"],
      [lines(39)],
      [lines(40)],
      [lines(41)],
      [`${lines(40)}\n`],
      [lines(100), "Maya\nB", lines(70)],
    ]) {
      const one = message(texts);
      expect(joined(chunksOf(one))).toBe(textOf(one));
    }
  });

  it("know which text is a value", () => {
    const pieces = chunksOf(message(["From: ", "Maya", "\n"])).flatMap((chunk) => chunk.pieces);
    expect(pieces.map((piece) => [piece.text, piece.from])).toEqual([
      ["From: ", undefined],
      ["Maya", "name, line 1"],
      ["\n", undefined],
    ]);
  });

  it("stay the same objects where nothing changed", () => {
    const before = chunksOf(message([lines(200)]));
    const after = chunksOf(message([lines(200).replace("line 50", "row 50")]), before);
    expect(after.map((chunk, index) => chunk === before[index])).toEqual([true, false, true, true, true]);
  });
});
