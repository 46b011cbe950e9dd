import { describe, expect, it } from "vitest";
import type { DiffRow } from "./diff.ts";
import { foldRows } from "./diff_fold.ts";

const same = (number: number): DiffRow => ({
  left: { number, spans: [{ text: "a", changed: false }] },
  right: { number, spans: [{ text: "a", changed: false }] },
});
const changed = (number: number): DiffRow => ({ left: null, right: { number, spans: [{ text: "b", changed: true }] } });
/** Rows by a letter each: `s` the same, `c` changed. */
const rows = (kinds: string) => [...kinds].map((kind, index) => (kind === "s" ? same(index) : changed(index)));
const shape = (kinds: string, opened: number[] = []) =>
  foldRows(rows(kinds), new Set(opened)).map((fold) => (fold.folded ? -fold.rows.length : fold.rows.length));

describe("folding of equal lines", () => {
  it("shows short texts whole", () => {
    expect(shape("ssscssss")).toEqual([8]);
    expect(shape("")).toEqual([]);
  });

  it("puts long equal runs away and keeps three lines round each change", () => {
    expect(shape(`${"s".repeat(20)}c${"s".repeat(20)}c${"s".repeat(20)}`)).toEqual([-17, 7, -14, 7, -17]);
  });

  it("shows a run again once it was opened", () => {
    expect(shape(`${"s".repeat(20)}c`, [0])).toEqual([21]);
  });

  it("loses no row", () => {
    for (const kinds of ["s".repeat(50), `c${"s".repeat(40)}`, "cscscs", `${"s".repeat(9)}c${"s".repeat(15)}cc`]) {
      const all = rows(kinds);
      expect(foldRows(all, new Set()).flatMap((fold) => fold.rows)).toEqual(all);
    }
  });
});
