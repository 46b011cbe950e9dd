import { describe, expect, it } from "vitest";
import { NOW, sampleCall, sampleDecisions } from "../../test/sample.ts";
import { axisFor, sentences, trackEnd, trackRows } from "./track.ts";

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
    expect(bars("attempt 1")).toEqual([{ kind: "failed", from: 20, to: 420 }]);
    expect(bars("attempt 2")).toEqual([
      { kind: "wait", from: 430, to: 1040 },
      { kind: "flow", from: 1040, to: 3940 },
    ]);
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

  it("chooses an axis on which everything fits", () => {
    expect(trackEnd(rows)).toBe(3946);
    expect(axisFor(3946)).toEqual({ step: 1_000, labels: ["0", "1 s", "2 s", "3 s", "4 s", "5 s"] });
    expect(axisFor(50)).toEqual({ step: 10, labels: ["0", "10", "20", "30", "40", "50 ms"] });
    for (const end of [1, 60, 61, 2_999, 45_000, 4_000_000]) expect(axisFor(end).step * 6).toBeGreaterThanOrEqual(end);
  });

  it("joins particulars to sentences", () => {
    expect(sentences(["gpt-5-mini", "", "after 0.61 s", "after 0.61 s", "ended with stop."])).toBe(
      "gpt-5-mini. After 0.61 s. Ended with stop",
    );
  });
});
