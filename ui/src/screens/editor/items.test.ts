import { describe, expect, it } from "vitest";
import type { Call, CallDetail } from "$lib/host/index.ts";
import { Run } from "$lib/state/runs.svelte.ts";
import { sampleCall } from "../../test/sample.ts";
import { answerTo } from "./items.ts";

const VALUES = { message: "Where is my parcel?" };

function run(change: Partial<Call> = {}, text = "On its way."): Run {
  const made = new Run("0199ffff-0000-7000-8000-000000000001");
  made.call = sampleCall(change);
  made.text = text;
  made.detail = { values: VALUES } as unknown as CallDetail;
  return made;
}

describe("the wanted answer of a test item", () => {
  it("is the answer that is shown when the model had said everything", () => {
    expect(answerTo(VALUES, run())).toBe("On its way.");
  });

  it.each<[string, Run | undefined]>([
    ["there was no call", undefined],
    ["it was cut off", run({ finish: "length" })],
    ["it was filtered", run({ finish: "content_filter" })],
    ["it asks for tools", run({ finish: "tool_calls" })],
    ["it ended otherwise", run({ finish: { other: "pause_turn" } })],
    ["nobody knows how it ended", run({ finish: null })],
    ["the call failed", run({ status: "failed" })],
    ["it is empty", run({}, "")],
  ])("is nothing when %s", (_, shown) => {
    expect(answerTo(VALUES, shown)).toBeNull();
  });

  it("is nothing when it was made with other values", () => {
    expect(answerTo({ message: "Thanks" }, run())).toBeNull();
  });
});
