import { expect, test } from "vitest";
import type { RouteSettings } from "$lib/host/index.ts";
import { durationText, linesOf, mayLose, moved, readDuration, withModels, withTiers } from "./chain.ts";

const SETTINGS: RouteSettings = {
  generate: [{ tier: null, models: ["a", "b", "c"] }],
  classify: [],
  judge: null,
  first_token_ms: 8_000,
  idle_ms: 6_000,
  total_ms: 45_000,
  max_output: 1_024,
  patience_ms: 4_000,
  integrity: false,
  cache: null,
};

test("a model moves by places and never out of the chain", () => {
  const check = (from: number, by: number, expected: string) =>
    expect(moved(["a", "b", "c"], from, by).join("")).toBe(expected);
  check(0, 1, "bac");
  check(2, -2, "cab");
  check(0, -1, "abc");
  check(1, 9, "acb");
  check(7, 1, "abc");
});

test("a change of one chain leaves the others as they are", () => {
  const [generate, classify, judge] = linesOf(SETTINGS);
  expect(withModels(SETTINGS, generate!, ["b"]).generate).toEqual([{ tier: null, models: ["b"] }]);
  expect(withModels(SETTINGS, classify!, ["b"])).toEqual({ ...SETTINGS, classify: ["b"] });
  const judged = withModels(SETTINGS, judge!, ["c"]);
  expect(judged.judge).toEqual({ min_tier: null, models: ["c"] });
  expect(withModels(judged, linesOf(judged)[2]!, []).judge).toBeNull();
});

test("a generator keeps its last model, the other roles may lose theirs", () => {
  const lines = linesOf({ ...SETTINGS, generate: [{ tier: null, models: ["a"] }], classify: ["a"] });
  expect(lines.map(mayLose)).toEqual([false, true, true]);
});

test("tiers begin with what there was for all, and come together again", () => {
  const apart = withTiers(SETTINGS, true);
  expect(apart.generate.map((chain) => chain.tier)).toEqual(["simple", "standard", "complex", "reasoning"]);
  expect(apart.generate.every((chain) => chain.models.join("") === "abc")).toBe(true);
  expect(withTiers(apart, false)).toEqual(SETTINGS);
});

test("lengths of time read as they are written", () => {
  for (const [text, milliseconds] of [
    ["300ms", 300],
    ["8s", 8_000],
    ["2m", 120_000],
    ["1h", 3_600_000],
    ["1d", 86_400_000],
    ["90s", 90_000],
  ] as const) {
    expect(durationText(milliseconds)).toBe(text);
    expect(readDuration(` ${text} `)).toBe(milliseconds);
  }
  for (const text of ["", "8", "s", "-1s", "8 hours"]) expect(readDuration(text), text).toBeUndefined();
});
