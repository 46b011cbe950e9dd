import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { readPlace, router } from "./router.svelte.ts";
import { session } from "./session.svelte.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe("the session", () => {
  it("gives back what was kept, and the fallback for what is missing or of another kind", () => {
    session.connect({ size: 340, closed: "no list" }, async () => undefined);
    expect(session.get("size", 200)).toBe(340);
    expect(session.get("closed", ["a"])).toEqual(["a"]);
    expect(session.get("other", "x")).toBe("x");
  });

  it("writes each changed value once, after a pause", async () => {
    const save = vi.fn(async (_key: string, _value: unknown) => undefined);
    session.connect({}, save);
    for (const size of [301, 302, 303]) session.set("size", size);
    session.set("place", { screen: "live" });
    expect(save).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(400);
    expect(save.mock.calls).toEqual([
      ["size", 303],
      ["place", { screen: "live" }],
    ]);
  });

  it("tries a failed write again with the next one, and writes at once when the window goes", async () => {
    let works = false;
    const kept: Record<string, unknown> = {};
    session.connect({}, async (key, value) => {
      if (!works) throw new Error("the disk is full");
      kept[key] = value;
    });
    session.set("a", 1);
    await session.flush();
    works = true;
    session.set("b", 2);
    await session.flush();
    expect(kept).toEqual({ a: 1, b: 2 });
  });
});

describe("places", () => {
  it("reads only what is one", () => {
    expect(readPlace({ screen: "editor", prompt: "support/reply" })).toEqual({
      screen: "editor",
      prompt: "support/reply",
    });
    for (const value of [null, "library", {}, { screen: "reports" }, { screen: "editor" }]) {
      expect(readPlace(value), JSON.stringify(value)).toBeUndefined();
    }
  });

  it("goes back to where it came from, and not through choices inside a screen", () => {
    router.replace({ screen: "library" });
    router.go({ screen: "live" });
    router.replace({ screen: "live", call: "x" });
    router.go({ screen: "budgets" });
    router.back();
    expect(router.place).toEqual({ screen: "live", call: "x" });
    router.back();
    expect(router.place).toEqual({ screen: "library" });
  });
});
