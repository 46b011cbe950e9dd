import { describe, expect, it } from "vitest";
import { flagsOf, linesOf, MOST_LINES, placeName, weight } from "./repairs.ts";

describe("repairs", () => {
  it("name their places as people do", () => {
    expect(["", "/a", "/a/0/b", "/x~1y/~0z", "/0"].map(placeName)).toEqual(["whole", "a", "a[0].b", "x/y.~z", "[0]"]);
  });

  it("flag a place with the weightiest first", () => {
    const line = (path: string, cost: number) => ({ path, cost });
    const flags = flagsOf([line("/a", 1), line("", 1), line("/a", 4)]);
    expect(flags.get("/a")).toEqual([line("/a", 4), line("/a", 1)]);
    expect([...flags.keys()]).toEqual(["/a", ""]);
    expect([1, 2, 3, 40].map(weight)).toEqual(["light", "light", "heavy", "heavy"]);
  });

  it("stand beside a value in lines", () => {
    expect(linesOf({ a: 1, b: { "c/d": ["x", null] }, e: [] })).toEqual([
      { path: "/a", depth: 0, name: "a", text: "1" },
      { path: "/b", depth: 0, name: "b", text: undefined },
      { path: "/b/c~1d", depth: 1, name: "c/d", text: undefined },
      { path: "/b/c~1d/0", depth: 2, name: "[0]", text: "x" },
      { path: "/b/c~1d/1", depth: 2, name: "[1]", text: "null" },
      { path: "/e", depth: 0, name: "e", text: "[]" },
    ]);
    expect(linesOf("yes")).toEqual([{ path: "", depth: 0, name: "value", text: "yes" }]);
    expect(linesOf(Array.from({ length: MOST_LINES + 9 }, () => 1))).toHaveLength(MOST_LINES);
  });
});
