import { beforeEach, describe, expect, it, vi } from "vitest";
import { setHost, type Call } from "../host/index.ts";
import { fakeHost, type FakeHost } from "../../test/fake_host.ts";
import { callDetail, sampleCall, sampleDecisions } from "../../test/sample.ts";
import { calls, merge } from "./calls.svelte.ts";
import { events } from "./events.ts";
import { runs } from "./runs.svelte.ts";

let host: FakeHost;

beforeEach(() => {
  events.stop();
  host = fakeHost();
  setHost(host);
  events.start();
});

describe("events", () => {
  it("leaves out a frame that came already, and says when some are missing", () => {
    const seen = vi.fn();
    const reset = vi.fn();
    const off = [events.on("config", seen), events.onReset(reset)];
    events.take({ seq: 5, reset: false, events: [{ kind: "config" }] });
    events.take({ seq: 5, reset: false, events: [{ kind: "config" }] });
    expect(seen).toHaveBeenCalledTimes(1);
    events.take({ seq: 90, reset: true, events: [] });
    expect(reset).toHaveBeenCalledOnce();
    for (const stop of off) stop();
  });
});

describe("the list of calls", () => {
  it("stays newest first and takes a change in place", () => {
    const [a, b, c] = [1, 2, 3].map((n) => sampleCall({ id: `0199c0de-0000-7000-8000-00000000000${n}` })) as [
      Call,
      Call,
      Call,
    ];
    const begun = { ...a, status: "running" as const };
    const list = merge(merge([], [begun, b]), [{ ...a, status: "failed" }, c]);
    expect(list.map((one) => one.id)).toEqual([c.id, b.id, a.id]);
    expect(list[2]?.status).toBe("failed");
    expect(merge(list, [begun])[2]?.status).toBe("failed");
  });

  it("gathers a thousand events to one change of the list", async () => {
    host.answer("call_list", () => ({ calls: [], older: null, newer: null, total: null, unreadable: 0 }));
    await calls.load();
    calls.listen();
    let changes = 0;
    let last = calls.list;
    const watch = setInterval(() => {
      if (calls.list !== last) changes += 1;
      last = calls.list;
    }, 0);
    const many = Array.from({ length: 1_000 }, () => sampleCall());
    for (const one of many) host.send([{ kind: "call", call: one }]);
    await vi.waitFor(() => expect(calls.list.length).toBe(1_000));
    clearInterval(watch);
    expect(changes).toBeLessThanOrEqual(2);
  });
});

describe("a followed call", () => {
  runs.listen();
  const id = "0199c0de-0000-7000-8000-00000000ffff";
  const running = () => sampleCall({ id, status: "running", total_ms: null, settlement: null });

  it("puts pieces in their places, whether they come before or after what is read", async () => {
    let answer: (() => void) | undefined;
    host.answer("call_get", async () => {
      await new Promise<void>((resolve) => (answer = resolve));
      return { ...callDetail(running()), answer: "Hi Maya", decisions: [] };
    });
    const { run, release } = runs.follow(id);
    host.send([{ kind: "delta", call: id, start: 3, text: "Maya, I" }]);
    await vi.waitFor(() => expect(answer).toBeDefined());
    answer?.();
    await vi.waitFor(() => expect(run.text).toBe("Hi Maya, I"));
    host.send([{ kind: "delta", call: id, start: 10, text: " am sorry" }]);
    host.send([{ kind: "delta", call: id, start: 10, text: " am sorry" }]);
    expect(run.text).toBe("Hi Maya, I am sorry");
    release();
  });

  it("reads everything again after a gap", async () => {
    let text = "Hi";
    host.answer("call_get", () => ({ ...callDetail(running()), answer: text, decisions: [] }));
    const { run, release } = runs.follow(id);
    await vi.waitFor(() => expect(run.text).toBe("Hi"));
    text = "Hi Maya, I am";
    host.send([{ kind: "delta", call: id, start: 10, text: " am" }]);
    await vi.waitFor(() => expect(run.text).toBe("Hi Maya, I am"));
    release();
  });

  it("keeps decisions in order without doubles", async () => {
    const all = sampleDecisions(id);
    host.answer("call_get", () => ({ ...callDetail(running()), answer: "", decisions: all.slice(0, 4) }));
    const { run, release } = runs.follow(id);
    await vi.waitFor(() => expect(run.decisions.length).toBe(4));
    host.send([all[5], all[4], all[3]].map((decision) => ({ kind: "decision" as const, decision: decision! })));
    expect(run.decisions.map((decision) => decision.seq)).toEqual([0, 1, 2, 3, 4, 5]);
    release();
  });
});
