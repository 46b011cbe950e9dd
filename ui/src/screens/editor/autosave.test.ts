import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Autosave, SAVE_WITHIN } from "./autosave.svelte.ts";

/** A store whose writes end when the test says so. */
function store() {
  const stored: string[] = [];
  const open: { text: string; done: () => void; fail: (error: unknown) => void }[] = [];
  let text = "";
  const autosave = new Autosave(
    () => text,
    (value) =>
      new Promise<string>((resolve, reject) => {
        open.push({
          text: value,
          done: () => {
            stored.push(value);
            resolve(`at ${stored.length}`);
          },
          fail: reject,
        });
      }),
  );
  return {
    autosave,
    stored,
    open,
    type(value: string) {
      text = value;
      autosave.change();
    },
    async end(error?: unknown) {
      const write = open.shift();
      if (error) write?.fail(error);
      else write?.done();
      await vi.advanceTimersByTimeAsync(0);
    },
  };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe("autosave", () => {
  it("writes within 250 ms even while somebody types without a pause", async () => {
    const one = store();
    for (let at = 0; at < SAVE_WITHIN; at += 50) {
      one.type(`text ${at}`);
      await vi.advanceTimersByTimeAsync(50);
    }
    expect(one.open.map((write) => write.text)).toEqual(["text 200"]);
    expect(SAVE_WITHIN).toBeLessThanOrEqual(300);
  });

  it("never has two writes under way, and ends with the newest text", async () => {
    const one = store();
    one.type("a");
    await vi.advanceTimersByTimeAsync(SAVE_WITHIN);
    one.type("ab");
    one.type("abc");
    await vi.advanceTimersByTimeAsync(2 * SAVE_WITHIN);
    expect(one.open).toHaveLength(1);
    await one.end();
    await vi.advanceTimersByTimeAsync(SAVE_WITHIN);
    await one.end();
    expect(one.stored).toEqual(["a", "abc"]);
    expect(one.autosave.state).toEqual({ kind: "saved", at: "at 2" });
    expect(one.autosave.dirty).toBe(false);
  });

  it("lets what is typed during a slow write wait no longer than anything else", async () => {
    const one = store();
    one.type("a");
    await vi.advanceTimersByTimeAsync(SAVE_WITHIN);
    one.type("ab");
    await vi.advanceTimersByTimeAsync(SAVE_WITHIN - 50);
    await one.end();
    expect(one.open).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(50);
    expect(one.open.map((write) => write.text)).toEqual(["ab"]);
  });

  it("flushes at once", async () => {
    const one = store();
    one.type("a");
    const flushed = one.autosave.flush();
    expect(one.open).toHaveLength(1);
    await one.end();
    await flushed;
    expect(one.stored).toEqual(["a"]);
  });

  it("flushes what was typed during a write too", async () => {
    const one = store();
    one.type("a");
    void one.autosave.flush();
    one.type("ab");
    const flushed = one.autosave.flush();
    await one.end();
    await one.end();
    await flushed;
    expect(one.stored).toEqual(["a", "ab"]);
  });

  it("says that writing fails and goes on trying until it is stored", async () => {
    const one = store();
    one.type("a");
    await vi.advanceTimersByTimeAsync(SAVE_WITHIN);
    const full = new Error("the disk is full");
    await one.end(full);
    expect(one.autosave.state).toEqual({ kind: "failing", error: full });
    expect(one.autosave.dirty).toBe(true);
    await vi.advanceTimersByTimeAsync(500);
    await one.end(full);
    one.type("ab");
    expect(one.autosave.state.kind).toBe("failing");
    await vi.advanceTimersByTimeAsync(1_000);
    await one.end();
    expect(one.stored).toEqual(["ab"]);
    expect(one.autosave.state.kind).toBe("saved");
  });

  it("writes beside a write under way when the page goes", async () => {
    const one = store();
    one.type("a");
    void one.autosave.flush();
    one.type("ab");
    one.autosave.leave();
    expect(one.open.map((write) => write.text)).toEqual(["a", "ab"]);
  });

  it("drops what waits once the text is stored in another way", async () => {
    const one = store();
    one.type("a");
    await one.autosave.settle();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(one.open).toEqual([]);
    expect(one.autosave.state).toEqual({ kind: "clean" });
  });
});
