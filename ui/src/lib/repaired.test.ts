import { expect, test } from "vitest";
import type { AnswerRepair, Decision } from "./host/index.ts";
import { repairedBy, repairsAt } from "./repaired.ts";

const repair = (path: string): AnswerRepair => ({ path, what: "choice_folded", cost: 3, note: "read from “eur”" });

function decided(cause: Decision["cause"], data: unknown): Decision {
  const seq = 0;
  return {
    call: "c",
    seq,
    at: "2026-01-01T00:00:00Z",
    stage: "parse",
    cause,
    signal: "plain",
    attempt: 1,
    detail: "",
    data,
  };
}

test("the repairs are those of the answer that was delivered", () => {
  const mended = decided("repaired", { repairs: [repair("/currency"), { odd: true }], confidence: 0.9 });
  for (const [decisions, count] of [
    [[mended], 1],
    [[decided("invalid", {}), mended], 1],
    [[mended, decided("invalid", {})], undefined],
    [[decided("valid", {})], undefined],
    [[decided("repaired", null)], undefined],
    [[], undefined],
  ] as const) {
    expect(repairedBy(decisions)?.repairs.length).toBe(count);
  }
});

test("a field has the repairs at its place and below it, and no others", () => {
  const all = ["", "/a", "/a/0", "/ab", "/x~1y"].map(repair);
  expect(repairsAt(all, "a").map(({ path }) => path)).toEqual(["/a", "/a/0"]);
  expect(repairsAt(all, "x/y").map(({ path }) => path)).toEqual(["/x~1y"]);
});
