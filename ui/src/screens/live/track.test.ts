import { describe, expect, it } from "vitest";
import type { Decision } from "$lib/host/index.ts";
import { NOW, sampleAttempts, sampleCall, sampleDecisions } from "../../test/sample.ts";
import { joined, trackEnd, trackRows } from "./track.ts";

const call = sampleCall({ degraded: true });
const later = Date.parse(NOW) + 5_000;

describe("the track of a call", () => {
  const rows = trackRows(call, sampleDecisions(call.id), later);

  it("draws each attempt as one line, in the order of the pipeline", () => {
    expect(rows.map((row) => row.stage)).toEqual([
      "resolve",
      "render",
      "guard in",
      "route",
      "hold",
      "cache",
      "attempt 1",
      "attempt 2",
      "badge",
      "settle",
      "record",
    ]);
  });

  it("ends the main line at the stop and runs on the siding behind it", () => {
    const at = (stage: string) => rows.find((row) => row.stage === stage);
    expect(at("attempt 1")).toMatchObject({ aspect: "stop", siding: false });
    expect(at("attempt 2")).toMatchObject({ aspect: "caution", cause: "fallback", siding: true });
    expect(rows.slice(rows.findIndex((row) => row.siding)).every((row) => row.siding)).toBe(true);
  });

  it("tells waiting from streaming, and a failed try from both", () => {
    const bars = (stage: string) => rows.find((row) => row.stage === stage)?.bars;
    expect(bars("attempt 1")).toMatchObject([{ kind: "failed", from: 20, to: 420 }]);
    expect(bars("attempt 2")).toEqual([
      { kind: "wait", from: 430, to: 1040 },
      { kind: "flow", from: 1040, to: 3940 },
    ]);
    expect(trackEnd(rows)).toBe(3946);
    expect(bars("hold")).toEqual([{ kind: "point", from: 6, to: 6 }]);
  });

  it("lets the bar of a running attempt grow to now", () => {
    const running = sampleCall({ status: "running" });
    const begun = sampleDecisions(running.id).slice(0, 7);
    const last = trackRows(running, begun, Date.parse(NOW) + 900).at(-1);
    expect(last?.bars).toEqual([{ kind: "wait", from: 20, to: 900 }]);
  });

  it("stays on the main line when nothing fell back", () => {
    const straight = sampleDecisions(call.id).filter((one) => one.attempt !== 1 && one.cause !== "fallback");
    expect(trackRows(call, straight, later).some((row) => row.siding)).toBe(false);
  });

  const step = (seq: number, cause: Decision["cause"], attempt: number | null, detail: string): Decision => ({
    call: call.id,
    seq,
    at: new Date(Date.parse(NOW) + seq * 100).toISOString(),
    stage: "attempt",
    cause,
    signal: cause === "sent" ? "plain" : cause === "failed" ? "stop" : "caution",
    attempt,
    detail,
    data: null,
  });

  it("gives a wait its own line when the candidate is passed over after all", () => {
    const steps = [
      step(0, "sent", 1, "large at openai"),
      step(1, "failed", 1, "large: rate limited"),
      step(2, "waited", 1, "1 s for large"),
      step(5, "again", 1, "large once more"),
      step(6, "passed over", 1, "large is passed over"),
      step(6, "fallback", 1, "mini is next"),
      step(7, "sent", 2, "mini at openai"),
    ].map((decision, seq) => ({ ...decision, seq }));
    const found = trackRows(sampleCall({ status: "running" }), steps, Date.parse(NOW) + 900);
    expect(found.map((row) => [row.stage, row.cause, row.siding])).toEqual([
      ["attempt 1", "failed", false],
      ["attempt", "waited", false],
      ["attempt", "passed over", false],
      ["attempt 2", "fallback", true],
    ]);
    expect(found[1]?.bars).toEqual([{ kind: "pause", from: 200, to: 600, title: "waited 0.40 s before it" }]);
    expect(new Set(found.map((row) => row.key)).size).toBe(4);
  });

  it("puts what leads to an attempt on its line, and a candidate that is passed over on its own", () => {
    const steps = [
      step(0, "passed over", null, "large is passed over"),
      step(1, "probe", null, "mini: its cool-down is over"),
      step(2, "sent", 1, "mini at openai"),
      step(3, "failed", 1, "mini: overloaded"),
      step(4, "cooled down", 1, "mini cools down for 5 s"),
      step(5, "waited", 1, "2 s for mini"),
      step(6, "again", 1, "mini once more"),
      step(7, "sent", 2, "mini at openai"),
    ];
    const found = trackRows(sampleCall({ status: "running" }), steps, Date.parse(NOW) + 900);
    expect(found.map((row) => [row.stage, row.cause, row.detail])).toEqual([
      ["attempt", "passed over", "large is passed over"],
      ["attempt 1", "failed", "mini: overloaded; mini cools down for 5 s; mini at openai; mini: its cool-down is over"],
      ["attempt 2", "again", "mini at openai; mini once more; 2 s for mini"],
    ]);
    expect(found[2]?.bars).toEqual([
      { kind: "pause", from: 500, to: 700, title: "waited 0.20 s before it" },
      { kind: "wait", from: 700, to: 900 },
    ]);
    expect(found.some((row) => row.siding)).toBe(false);
    const waiting = trackRows(sampleCall({ status: "running" }), steps.slice(0, 6), Date.parse(NOW) + 900).at(-1);
    expect(waiting).toMatchObject({
      stage: "attempt 2",
      cause: "waited",
      bars: [{ kind: "pause", from: 500, to: 900 }],
    });
  });

  it("tells the figures of an attempt that its decisions don't", () => {
    const told = trackRows({ ...call, attempts: sampleAttempts() }, sampleDecisions(call.id), later);
    expect(told.find((row) => row.stage === "attempt 1")).toMatchObject({ cause: "429 rate limited", facts: [] });
    expect(told.find((row) => row.stage === "attempt 2")).toMatchObject({ cause: "fallback", facts: ["$0.0031"] });
  });

  it("joins particulars, each of them once", () => {
    expect(joined(["gpt-5-mini", "", "after 0.61 s", "after 0.61 s", "ended with stop."])).toBe(
      "gpt-5-mini; after 0.61 s; ended with stop",
    );
  });
});
