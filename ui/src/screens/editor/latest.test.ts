import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ASK_AFTER, Latest } from "./latest.ts";

function asker() {
  const asked: number[] = [];
  const shown: number[] = [];
  const errors: unknown[] = [];
  const open: ((error?: unknown) => void)[] = [];
  const latest = new Latest<number, number>(
    (question) => {
      asked.push(question);
      return new Promise((resolve, reject) => {
        open.push((error) => (error ? reject(error) : resolve(question)));
      });
    },
    (answer) => shown.push(answer),
    (error) => errors.push(error),
  );
  return { latest, asked, shown, errors, answer: (error?: unknown) => open.shift()?.(error) };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe("latest", () => {
  it("asks once for many changes, about the last one", async () => {
    const { latest, asked } = asker();
    for (let i = 0; i < 10; i += 1) latest.soon(() => i);
    await vi.advanceTimersByTimeAsync(ASK_AFTER);
    expect(asked).toEqual([9]);
  });

  it("waits for a slow answer instead of piling up questions, then asks the newest", async () => {
    const { latest, asked, shown, answer } = asker();
    latest.soon(() => 1);
    await vi.advanceTimersByTimeAsync(ASK_AFTER);
    for (const i of [2, 3, 4]) {
      latest.soon(() => i);
      await vi.advanceTimersByTimeAsync(ASK_AFTER);
    }
    expect(asked).toEqual([1]);
    answer();
    await vi.advanceTimersByTimeAsync(0);
    expect(asked).toEqual([1, 4]);
    answer();
    await vi.advanceTimersByTimeAsync(0);
    expect(shown).toEqual([1, 4]);
  });

  it("goes on after an error", async () => {
    const { latest, errors, shown, answer } = asker();
    latest.soon(() => 1);
    await vi.advanceTimersByTimeAsync(ASK_AFTER);
    answer("no host");
    latest.soon(() => 2);
    await vi.advanceTimersByTimeAsync(ASK_AFTER);
    answer();
    await vi.advanceTimersByTimeAsync(0);
    expect(errors).toEqual(["no host"]);
    expect(shown).toEqual([2]);
  });

  it("shows nothing after it was stopped", async () => {
    const { latest, shown, answer } = asker();
    latest.soon(() => 1);
    await vi.advanceTimersByTimeAsync(ASK_AFTER);
    latest.stop();
    answer();
    await vi.advanceTimersByTimeAsync(0);
    expect(shown).toEqual([]);
  });
});
