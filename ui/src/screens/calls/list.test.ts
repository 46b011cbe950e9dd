import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError, setHost, type Call, type CallListRequest } from "$lib/host/index.ts";
import { events } from "$lib/state/events.ts";
import { fakeHost, type FakeHost } from "../../test/fake_host.ts";
import { sampleCall } from "../../test/sample.ts";
import { NOTHING } from "./filter.ts";
import { CallList } from "./list.svelte.ts";

let host: FakeHost;
let list: CallList;
let stop: () => void;
let all: Call[];

/** Three pages of two calls, walked by key. */
function pages({ before, after, count }: CallListRequest) {
  if (after) {
    const calls = all.slice(
      0,
      all.findIndex((one) => one.id === after),
    );
    return { calls, older: null, newer: null, total: null, unreadable: 0 };
  }
  const from = before === null ? 0 : all.findIndex((one) => one.id === before) + 1;
  const calls = all.slice(from, from + 2);
  const older = from + 2 < all.length ? (calls.at(-1)?.id ?? null) : null;
  return { calls, older, newer: null, total: count ? { count: all.length, more: false } : null, unreadable: 0 };
}

beforeEach(() => {
  all = Array.from({ length: 6 }, () => sampleCall()).reverse();
  host = fakeHost({ call_list: pages });
  setHost(host);
  events.start();
  list = new CallList();
  stop = list.listen();
});

afterEach(() => {
  stop();
  events.stop();
});

const ids = () => list.list.map((one) => one.id);

describe("the calls found", () => {
  it("are read page by page until there are no older ones, and counted once", async () => {
    await list.load(NOTHING);
    expect(list.total?.count).toBe(6);
    for (let page = 0; page < 5; page += 1) await list.more();
    expect(ids()).toEqual(all.map((one) => one.id));
    const asked = host.asked.map((one) => one.request as CallListRequest);
    expect(asked.map((one) => one.count)).toEqual([true, false, false]);
  });

  it("change in place; those that begin meanwhile wait to be asked for", async () => {
    await list.load(NOTHING);
    const before = ids();
    const [first] = all;
    if (!first) throw new Error("there are calls");
    const begun = sampleCall();
    const older = all[5] as Call;
    all = [begun, ...all];
    host.send([
      { kind: "call", call: { ...first, status: "failed" } },
      { kind: "call", call: begun },
      { kind: "call", call: older },
    ]);
    await vi.waitFor(() => expect(list.fresh.count).toBe(1));
    expect(ids()).toEqual(before);
    expect(list.list[0]?.status).toBe("failed");
    await list.again();
    expect([list.fresh.count, ids()[0]]).toEqual([0, begun.id]);
  });

  it("that begin and aren't meant by the search are not announced", async () => {
    await list.load({ ...NOTHING, text: "parcel" });
    const begun = sampleCall();
    host.send([{ kind: "call", call: begun }]);
    await vi.waitFor(() =>
      expect(host.asked.at(-1)?.request).toMatchObject({ after: all[0]?.id, filter: { text: "parcel" } }),
    );
    await new Promise((resolve) => setTimeout(resolve));
    expect(list.fresh.count).toBe(0);
  });

  it("show what happened while they were read, and never go back to running", async () => {
    const [first, second] = all as [Call, Call];
    all = [{ ...first, status: "running" }, second, ...all.slice(2)];
    let answer: (() => void) | undefined;
    host.answer("call_list", async (request) => {
      const page = pages(request);
      await new Promise<void>((resolve) => (answer = resolve));
      return page;
    });
    const reading = list.load(NOTHING);
    await vi.waitFor(() => expect(answer).toBeDefined());
    host.send([
      { kind: "call", call: { ...first, status: "failed" } },
      { kind: "call", call: { ...second, status: "running" } },
    ]);
    answer?.();
    await reading;
    expect(list.list.map((one) => one.status)).toEqual(["failed", second.status]);
  });

  it("belong to the newest search, whichever answers last", async () => {
    let answer: (() => void) | undefined;
    host.answer("call_list", async (request) => {
      if (request.filter?.text === "slow") await new Promise<void>((resolve) => (answer = resolve));
      const page = pages(request);
      return request.filter?.text === "slow" ? page : { ...page, calls: page.calls.slice(0, 1) };
    });
    const slow = list.load({ ...NOTHING, text: "slow" });
    await list.load({ ...NOTHING, text: "quick" });
    answer?.();
    await slow;
    expect(ids()).toEqual([all[0]?.id]);
  });

  it("stay when a page can't be read, and are read on when asked again", async () => {
    await list.load(NOTHING);
    host.answer("call_list", () => {
      throw new ApiError({ code: "internal", message: "the disk is full" });
    });
    await list.more();
    expect(list.error).toBeDefined();
    expect(ids().length).toBe(2);
    host.answer("call_list", pages);
    await list.again();
    expect(list.error).toBeUndefined();
  });
});
