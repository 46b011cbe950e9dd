import { describe, expect, it } from "vitest";
import { match } from "./match.ts";

const marked = (text: string, typed: string) =>
  match(text, typed)
    ?.pieces.map((piece) => (piece.hit ? `[${piece.text}]` : piece.text))
    .join("");

describe("matching a name", () => {
  it("marks what was typed", () => {
    expect(marked("support/reply", "rep")).toBe("support/[rep]ly");
    expect(marked("support/reply", "")).toBe("support/reply");
    expect(marked("Move a label", "mola")).toBe("[Mo]ve a [la]bel");
  });

  it("prefers the beginning of a word", () => {
    expect(marked("prepare/rep", "rep")).toBe("prepare/[rep]");
    const score = (text: string) => match(text, "rep")?.score ?? 0;
    expect(score("reply")).toBeGreaterThan(score("support/reply"));
    expect(score("support/reply")).toBeGreaterThan(score("prepare"));
  });

  it("finds nothing in letters that only happen to be there", () => {
    expect(match("Previous pane", "rep")).toBeUndefined();
    expect(match("support/reply", "xyz")).toBeUndefined();
  });
});
