import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError, setHost, type Target } from "$lib/host/index.ts";
import { events } from "$lib/state/events.ts";
import { fakeHost, type FakeHost } from "../../test/fake_host.ts";
import { sampleCall } from "../../test/sample.ts";
import { AT_A_TIME, Batch } from "./batch.svelte.ts";

const TARGET: Target = { by: "model", name: "simulated" };
const SETS = Array.from({ length: 10 }, (_, index) => ({ name: `set ${index}`, values: { index } }));

let host: FakeHost;
let batch: Batch;
/** The calls that run, by identifier. */
let running: string[];
let most: number;

beforeEach(() => {
  host = fakeHost();
  setHost(host);
  events.start();
  running = [];
  most = 0;
  host.answer("call_start", ({ values }) => {
    const id = `call-${String(values.index)}`;
    running.push(id);
    most = Math.max(most, running.length);
    return { call: id };
  });
  host.answer("call_cancel", ({ call: id }) => {
    end(id, "cancelled");
    return { calls: [id] };
  });
  batch = new Batch({
    callText: () => ({ kind: "version", name: "support/reply", number: 3 }),
    cases: { saved: SETS },
  });
});
afterEach(() => events.stop());

function end(id: string, status: "done" | "cancelled" = "done", heard = true): void {
  running = running.filter((one) => one !== id);
  if (heard) host.send([{ kind: "call", call: sampleCall({ id, status }) }]);
}
const started = () => host.asked.filter(({ name }) => name === "call_start").length;
/** Ends one call after the other until none runs. */
async function finish(): Promise<void> {
  while (batch.busy) {
    const [one] = running;
    if (one) end(one);
    await Promise.resolve();
  }
}

describe("a run with all test values", () => {
  it("has few calls at a time, in order, and gives the first as soon as it has begun", async () => {
    expect(await batch.start(TARGET)).toBe("call-0");
    await vi.waitFor(() => expect(started()).toBe(AT_A_TIME));
    expect(batch.busy).toBe(true);
    await finish();
    expect(most).toBe(AT_A_TIME);
    expect([...batch.cases.values()]).toEqual(SETS.map(({ name }) => name));
  });

  it("takes a call that ended before its identifier was known as ended", async () => {
    host.answer("call_start", ({ values }) => {
      const id = `call-${String(values.index)}`;
      end(id);
      return { call: id };
    });
    await batch.start(TARGET);
    await vi.waitFor(() => expect(batch.busy).toBe(false));
    expect(started()).toBe(SETS.length);
  });

  it("goes on when the end of a call was lost with its event", async () => {
    host.answer("call_get", ({ call: id }) => {
      if (!running.includes(id)) throw new ApiError({ code: "not_found", message: "there is no such call" });
      return { call: sampleCall({ id, status: "running" }) } as never;
    });
    await batch.start(TARGET);
    await vi.waitFor(() => expect(started()).toBe(AT_A_TIME));
    end("call-0", "done", false);
    host.send([], true);
    await vi.waitFor(() => expect(started()).toBe(AT_A_TIME + 1));
    await finish();
    expect(batch.cases.size).toBe(SETS.length);
  });

  it("starts no more after it was cancelled, and cancels what runs", async () => {
    await batch.start(TARGET);
    await vi.waitFor(() => expect(started()).toBe(AT_A_TIME));
    await batch.cancel();
    await vi.waitFor(() => expect(batch.busy).toBe(false));
    expect(running).toEqual([]);
    expect(started()).toBe(AT_A_TIME);
  });

  it("says why some weren't started, and starts the others", async () => {
    host.answer("call_start", ({ values }) => {
      if (values.index === 0) throw new ApiError({ code: "invalid", message: "a value is missing" });
      const id = `call-${String(values.index)}`;
      running.push(id);
      return { call: id };
    });
    expect(await batch.start(TARGET)).toBe("call-1");
    await finish();
    expect(batch.error).toMatchObject({ message: "a value is missing" });
    expect(batch.cases.size).toBe(SETS.length - 1);
  });
});
