import { describe, expect, it } from "vitest";
import type { LabelChange } from "$lib/host/index.ts";
import { changeWords, pointedBefore } from "./labels.ts";
import { withLabelChanges, type TimelineRow } from "./timeline.ts";

type Step = ["moved" | "back", number | null, number | null] | ["protected" | "unprotected"];

/** Changes of one label as the core lists them: newest first. */
function changes(...steps: Step[]): LabelChange[] {
  return steps
    .map(([event, from = null, to = null], index): LabelChange => {
      const base = { label: "production", by: "Ana", at: `2026-11-0${index + 1}T00:00:00Z` };
      return event === "moved" || event === "back" ? { ...base, event, from, to } : { ...base, event };
    })
    .reverse();
}

describe("labels and their past", () => {
  it("go back step by step, not to and fro", () => {
    const cases: [Step[], number | undefined][] = [
      [[], undefined],
      [[["moved", null, 1]], undefined],
      [
        [
          ["moved", null, 1],
          ["moved", 1, 2],
        ],
        1,
      ],
      [[["moved", null, 1], ["protected"], ["moved", 1, 2]], 1],
      [
        [
          ["moved", null, 1],
          ["moved", 1, 2],
          ["moved", 2, 5],
        ],
        2,
      ],
      [
        [
          ["moved", null, 1],
          ["moved", 1, 2],
          ["moved", 2, 5],
          ["back", 5, 2],
        ],
        1,
      ],
      [
        [
          ["moved", null, 1],
          ["moved", 1, 2],
          ["moved", 2, null],
        ],
        2,
      ],
    ];
    for (const [steps, before] of cases) {
      expect(pointedBefore(changes(...steps), "production"), JSON.stringify(steps)).toBe(before);
      expect(pointedBefore(changes(...steps), "staging")).toBeUndefined();
    }
  });

  it("are told in words", () => {
    const told = changes(["moved", null, 1], ["moved", 1, 2], ["back", 2, 1], ["moved", 1, null], ["protected"]);
    expect(told.map(changeWords)).toEqual([
      "is protected",
      "removed from 1",
      "back from 2 to 1",
      "moved from 1 to 2",
      "set to 1",
    ]);
  });

  it("stand between the versions by their times", () => {
    const version = (number: number, at: string): TimelineRow => ({
      key: String(number),
      number,
      draft: false,
      labels: [],
      message: "",
      at,
      author: "Ana",
    });
    const draft: TimelineRow = { ...version(4, ""), key: "draft", at: null, draft: true };
    const rows = [draft, version(2, "2026-11-03T12:00:00Z"), version(1, "2026-11-01T00:00:00Z")];
    const moves = changes(["moved", null, 1], ["moved", 1, 2], ["moved", 2, 1], ["moved", 1, 2]);
    const byHand: LabelChange = { label: "canary", by: "", at: null, event: "moved", from: null, to: 2 };
    expect(withLabelChanges(rows, [byHand, ...moves]).map((line) => line.key)).toEqual([
      "draft",
      "label-4",
      "label-3",
      "2",
      "label-2",
      "label-1",
      "label-0",
      "1",
    ]);
    expect(withLabelChanges(rows, []).map((line) => line.key)).toEqual(["draft", "2", "1"]);
  });
});
