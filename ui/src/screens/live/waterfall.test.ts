import { describe, expect, it } from "vitest";
import type { Attempt, Call } from "$lib/host/index.ts";
import { NOW, sampleAttempts, sampleCall } from "../../test/sample.ts";
import { attemptBars, attemptFacts, attemptSignal, axisFor, endOf, placeBar, waterfall } from "./waterfall.ts";

const begun = Date.parse(NOW);
const [limited, fallback] = sampleAttempts() as [Attempt, Attempt];
const shapes = (attempt: Attempt, until = begun + 10_000, held = false) =>
  attemptBars(attempt, begun, until, held).map(({ kind, from, to }) => [kind, from, to]);

describe("the bars of an attempt", () => {
  const again = { ...fallback, reason: "again", waited_ms: 300 } as Attempt;
  const open = { ...fallback, state: "streaming", total_ms: null } as Attempt;
  const waiting = { ...open, state: "waiting", first_token_ms: null } as Attempt;
  const cut = { ...limited, first_token_ms: 100 } as Attempt;

  it.each([
    ["one that failed before its first token", limited, false, [["failed", 20, 420]]],
    [
      "one that broke off",
      cut,
      false,
      [
        ["wait", 20, 120],
        ["failed", 120, 420],
      ],
    ],
    [
      "a whole one",
      fallback,
      false,
      [
        ["wait", 430, 1_040],
        ["flow", 1_040, 3_940],
      ],
    ],
    [
      "one behind a wait",
      again,
      false,
      [
        ["pause", 130, 430],
        ["wait", 430, 1_040],
        ["flow", 1_040, 3_940],
      ],
    ],
    [
      "one that is held back",
      fallback,
      true,
      [
        ["wait", 430, 1_040],
        ["held", 1_040, 3_940],
      ],
    ],
    [
      "one that streams",
      open,
      false,
      [
        ["wait", 430, 1_040],
        ["flow", 1_040, 10_000],
      ],
    ],
    ["one that waits", waiting, false, [["wait", 430, 10_000]]],
  ] as const)("tell waits, streaming and failure apart: %s", (_, attempt, held, expected) => {
    expect(shapes(attempt, begun + 10_000, held)).toEqual(expected);
  });

  it("never run backwards, whatever the clocks say", () => {
    const early = { ...limited, started_at: new Date(begun - 500).toISOString(), waited_ms: 9_000 } as Attempt;
    for (const attempt of [early, open, waiting, { ...open, first_token_ms: 90_000 }]) {
      for (const [, from, to] of shapes(attempt, begun - 1_000)) {
        expect(from).toBeGreaterThanOrEqual(0);
        expect(to).toBeGreaterThanOrEqual(from as number);
      }
    }
  });
});

describe("the waterfall of a call", () => {
  it("says of each attempt how it went and what is known in figures", () => {
    const rows = waterfall(sampleCall({ attempts: [limited, fallback] }), begun);
    expect(rows.map(({ model, aspect, word, facts }) => [model, aspect, word, facts.join(", ")])).toEqual([
      ["gpt-5-mini", "stop", "429 rate limited", "Retry-After 20 s"],
      ["claude-haiku-4.5", "caution", "fallback", "188 tokens, $0.0031"],
    ]);
  });

  it.each([
    [{ reason: "other_key", key: "spare" }, "caution", "other key", "key spare, 188 tokens, $0.0031"],
    [{ reason: "probe" }, "caution", "probe", "188 tokens, $0.0031"],
    [{ reason: "again", waited_ms: 2_000 }, "caution", "again", "waited 2.00 s, 188 tokens, $0.0031"],
    [{ reason: "first" }, "clear", "complete", "188 tokens, $0.0031"],
    [{ reason: "first", finish: "length" }, "caution", "truncated", "188 tokens, $0.0031"],
    [{ state: "streaming", reason: "first", usage: null, cost: null }, "plain", "streaming", ""],
    [{ state: "cancelled" }, "caution", "cancelled", "188 tokens, $0.0031"],
  ])("names the reason of an attempt: %o", (change, aspect, word, facts) => {
    const attempt = { ...fallback, ...change } as Attempt;
    expect({ ...attemptSignal(attempt), facts: attemptFacts(attempt).join(", ") }).toEqual({ aspect, word, facts });
  });

  it("grows to now while it runs, and stands still afterwards", () => {
    const attempts = [{ ...fallback, state: "streaming", total_ms: null } as Attempt];
    const call = (status: Call["status"]) => sampleCall({ status, attempts, total_ms: null });
    expect(endOf(call("running"), begun + 7_000)).toBe(begun + 7_000);
    expect(endOf(call("interrupted"), begun + 7_000)).toBe(begun + 1_040);
    expect(endOf(sampleCall({ total_ms: 3_940 }), begun + 7_000)).toBe(begun + 3_940);
  });
});

describe("the time axis", () => {
  it("has room for everything, in steps that people read", () => {
    expect(axisFor(3946)).toEqual({ step: 1_000, labels: ["0", "1 s", "2 s", "3 s", "4 s", "5 s"] });
    expect(axisFor(50)).toEqual({ step: 10, labels: ["0", "10", "20", "30", "40", "50 ms"] });
    for (const end of [1, 60, 61, 2_999, 45_000, 4_000_000]) expect(axisFor(end).step * 6).toBeGreaterThanOrEqual(end);
  });

  it("keeps every bar inside its lane and wide enough to be seen", () => {
    const axis = axisFor(6_000);
    const places: [Parameters<typeof placeBar>[0], number, number][] = [
      [{ kind: "wait", from: 500, to: 2_500 }, 17, 68],
      [{ kind: "point", from: 6_000, to: 6_000 }, 201, 3],
      [{ kind: "failed", from: 10, to: 11 }, 0.34, 2],
      [{ kind: "flow", from: 3_000, to: 90_000 }, 102, 102],
    ];
    for (const [bar, left, width] of places) {
      const place = placeBar(bar, axis, 34);
      expect(place.left).toBeCloseTo(left);
      expect(place.width).toBeCloseTo(width);
    }
  });
});
