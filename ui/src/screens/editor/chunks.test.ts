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

const TONE = { prompt: "shared/tone", version: 3 };

/** Text of the template, and text of an include in brackets. */
function including(...texts: string[]): RenderedMessage {
  const one = message([]);
  return {
    ...one,
    segments: texts.map((text) =>
      text.startsWith("[")
        ? { text: text.slice(1, -1), origin: { kind: "included", ...TONE } }
        : { text, origin: { kind: "template" } },
    ),
  };
}

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

  it("set an include apart that stands on lines of its own", () => {
    const cases: [string[], [string, boolean][]][] = [
      [
        ["Hi\n", "[Be kind.]", "\nBye"],
        [
          ["Hi", false],
          ["Be kind.", true],
          ["Bye", false],
        ],
      ],
      [["[Be kind.]"], [["Be kind.", true]]],
      [
        ["[Be kind.\n]", "Bye"],
        [
          ["Be kind.", true],
          ["Bye", false],
        ],
      ],
      [
        ["Hi\n\n", "[a\nb]", "\n\nBye\n"],
        [
          ["Hi\n", false],
          ["a\nb", true],
          ["\nBye\n", false],
        ],
      ],
      [["Be ", "[kind]", "."], [["Be kind.", false]]],
      [["Be\n", "[kind]", "."], [["Be\nkind.", false]]],
    ];
    for (const [texts, blocks] of cases) {
      const one = including(...texts);
      const chunks = chunksOf(one);
      const told = chunks.map(({ pieces, within }) => [pieces.map(({ text }) => text).join(""), within !== undefined]);
      expect(told, JSON.stringify(texts)).toEqual(blocks);
      expect(joined(chunks)).toBe(textOf(one));
    }
    const pieces = chunksOf(including("Be ", "[kind]", ".")).flatMap((chunk) => chunk.pieces);
    expect(pieces.map(({ within }) => within)).toEqual([undefined, "shared/tone 3", undefined]);
  });

  it("say once where a long include comes from, and where the values in it do", () => {
    const chunks = chunksOf(including("Hi\n", `[${lines(90)}]`, "\nBye"));
    expect(chunks.map(({ begins }) => begins ?? false)).toEqual([false, true, false, false, false]);
    const value = message(["", "Maya"]);
    const [, maya] = value.segments;
    if (maya?.origin.kind === "value") maya.origin.within = TONE;
    expect(chunksOf(value).flatMap((chunk) => chunk.pieces.map(({ from }) => from))).toEqual([
      "name, line 1 of shared/tone",
    ]);
  });
});
