import { describe, expect, it } from "vitest";
import { mergeCases } from "./merge.ts";

const one = (name: string, value: string) => ({ name, values: { value } });
const named = (list: { name: string; values: Record<string, unknown> }[]) =>
  list.map(({ name, values }) => `${name}=${String(values.value)}`);

describe("test values that two people changed", () => {
  const base = [one("a", "1"), one("b", "1"), one("c", "1")];

  it("have both changes where they changed different cases", () => {
    const ours = [one("a", "2"), one("b", "1"), one("c", "1"), one("mine", "1")];
    const theirs = [one("a", "1"), one("b", "3"), one("theirs", "1"), one("c", "1")];
    expect(named(mergeCases(base, ours, theirs))).toEqual(["a=2", "b=3", "theirs=1", "c=1", "mine=1"]);
  });

  it("have both forms where they changed the same case", () => {
    expect(named(mergeCases(base, [one("a", "2")], [one("a", "3")]))).toEqual(["a=3", "a (mine)=2"]);
  });

  it("are said once where both changed the same", () => {
    expect(named(mergeCases([], [one("a", "2")], [one("a", "2")]))).toEqual(["a=2"]);
  });

  it("stay deleted where the other didn't touch them, and stay where the other did", () => {
    expect(named(mergeCases(base, [one("a", "1")], base))).toEqual(["a=1"]);
    expect(
      named(mergeCases(base, [one("a", "1"), one("c", "1")], [one("a", "1"), one("b", "2"), one("c", "1")])),
    ).toEqual(["a=1", "b=2", "c=1"]);
  });
});
