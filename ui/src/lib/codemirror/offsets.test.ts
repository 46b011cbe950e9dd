import { describe, expect, it } from "vitest";
import { offsetsOf } from "./offsets.ts";

describe("offsets", () => {
  it("are the same in a text of the basic plane", () => {
    const offsets = offsetsOf("Grüße, 世界");
    for (let at = 0; at <= 9; at += 1) {
      expect(offsets.toUtf16(at)).toBe(at);
      expect(offsets.toPoint(at)).toBe(at);
    }
  });

  it("count a character outside the basic plane once", () => {
    const text = "a😀b👩‍🚀{{ x }}";
    const offsets = offsetsOf(text);
    const points = Array.from(text);
    let unit = 0;
    points.forEach((character, point) => {
      expect(offsets.toUtf16(point)).toBe(unit);
      expect(offsets.toPoint(unit)).toBe(point);
      unit += character.length;
    });
    expect(offsets.toUtf16(points.length)).toBe(text.length);
    expect(offsets.toPoint(text.length)).toBe(points.length);
  });

  it("find the text of a range as the core does", () => {
    const text = "🎟️ ticket 😀 for {{ custmer }}";
    const points = Array.from(text);
    const start = points.indexOf("c", points.indexOf("{"));
    const offsets = offsetsOf(text);
    expect(text.slice(offsets.toUtf16(start), offsets.toUtf16(start + 7))).toBe("custmer");
  });

  it("count a lone surrogate as a character of its own", () => {
    const text = "a\ud83db";
    expect(offsetsOf(text).toUtf16(2)).toBe(2);
  });

  it("stay inside the text", () => {
    const offsets = offsetsOf("😀");
    expect(offsets.toUtf16(99)).toBe(2);
    expect(offsets.toUtf16(-1)).toBe(0);
    expect(offsets.toUtf16(Number.NaN)).toBe(0);
    // Inside the pair: the pair's start.
    expect(offsets.toPoint(1)).toBe(0);
  });

  it("agree with a plain count on every place of mixed texts", () => {
    const alphabet = ["a", "é", "世", "😀", "\n", "𝒳"];
    for (let seed = 1; seed < 60; seed += 1) {
      let state = seed * 2654435761;
      let text = "";
      for (let i = 0; i < 40; i += 1) {
        state = (state * 1103515245 + 12345) % 2147483648;
        text += alphabet[Math.abs(state) % alphabet.length];
      }
      const offsets = offsetsOf(text);
      const points = Array.from(text);
      for (let point = 0; point <= points.length; point += 1) {
        expect(offsets.toUtf16(point)).toBe(points.slice(0, point).join("").length);
      }
    }
  });
});
