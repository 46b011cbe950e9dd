import { describe, expect, it } from "vitest";
import { budgetSignal, reaches } from "$lib/state/budgets.svelte.ts";
import { NOW, budgetCourse, budgetRow, dollars, someBudgets, usageReport } from "../../test/sample.ts";
import { axisAmount, moments, niceStep, prospect, roomier, scaleOf, staggered } from "./course.ts";
import { spenders, toldSignal } from "./spenders.ts";

const now = Date.parse(NOW);
const day = (at: number) => new Date(at).toISOString().slice(0, 10);
/** Half of the period is left, 10 dollars are used, and 30 will be. */
const rising = budgetRow({
  settled: dollars(10),
  held: 0,
  limit: dollars(20),
  resets_at: new Date(now + 8 * 3_600_000).toISOString(),
  forecast: { expected: dollars(30), low: dollars(25), high: dollars(35), days: 9 },
});

describe("where a budget is going", () => {
  it("finds when the forecast reaches an amount, and that it doesn't", () => {
    expect(reaches(rising, dollars(20), now)).toBe(now + 4 * 3_600_000);
    expect(reaches(rising, dollars(10), now)).toBe(now);
    expect(reaches(rising, dollars(31), now)).toBeUndefined();
    expect(reaches({ ...rising, forecast: null }, dollars(20), now)).toBeUndefined();
    expect(reaches({ ...rising, resets_at: null }, dollars(20), now)).toBeUndefined();
  });

  it("says how it stands, the gravest first", () => {
    const signal = (change: object) => budgetSignal({ ...rising, forecast: null, ...change }, now, "UTC");
    expect(signal({})).toEqual({ aspect: "clear", word: "on course" });
    expect(signal({ settled: dollars(16) })).toEqual({ aspect: "caution", word: "over 80 %" });
    expect(signal({ forecast: rising.forecast }).word).toBe("over at 18:06");
    expect(signal({ forecast: rising.forecast, period: "month" }).word).toBe("over on 22 Nov");
    expect(signal({ settled: dollars(18), degrade: ["clamp_output"] }).word).toBe("shorter answers");
    expect(signal({ settled: dollars(18), degrade: [] }).word).toBe("over 80 %");
    expect(signal({ held: dollars(10) })).toEqual({ aspect: "stop", word: "stopped", until: "until 22:06" });
    expect(signal({ limit: 0, resets_at: null })).toEqual({ aspect: "stop", word: "stopped", until: "for good" });
  });

  it("says what another limit would lead to, and proposes one that is enough", () => {
    const budget = { ...rising, degrade: ["cheaper_tier"], degrade_at: 0.75 };
    expect(prospect(budget, dollars(20), now, day)).toEqual({ steps: day(now), stops: day(now) });
    expect(prospect(budget, dollars(40), now, day)).toEqual({ steps: day(now + 8 * 3_600_000), stops: undefined });
    expect(prospect(budget, dollars(12), now, day)?.steps).toBe("now");
    expect(prospect({ ...budget, forecast: null }, dollars(12), now, day)).toBeUndefined();
    expect(roomier(rising)).toBe(dollars(32));
    expect(roomier({ ...rising, limit: dollars(30) })).toBeUndefined();
    expect(
      roomier({ ...rising, unit: "requests", limit: 5, forecast: { expected: 7, low: 7, high: 7, days: 3 } }),
    ).toBe(8);
  });

  it("fits the limit, the error and the whole period into its drawing", () => {
    const room = { width: 454, height: 300, left: 56, right: 20, top: 14, bottom: 24 };
    for (const budget of [...someBudgets(), budgetRow({ limit: 0, settled: 0, held: 0 })]) {
      const scale = scaleOf(budget, budgetCourse(budget), room, now);
      expect(scale.ticks[0]).toBe(0);
      expect(scale.ticks.length).toBeLessThan(12);
      for (const amount of [budget.limit, budget.settled, budget.forecast?.high ?? 0]) {
        expect(scale.y(amount)).toBeGreaterThanOrEqual(room.top);
        expect(scale.y(amount)).toBeLessThanOrEqual(room.height - room.bottom);
      }
      expect([scale.x(scale.from), scale.x(scale.to)]).toEqual([room.left, room.width - room.right]);
      expect(moments(scale).at(-1)).toBe(scale.to);
    }
  });

  it("keeps words apart that stand under each other", () => {
    expect(staggered([10, 20, 90], 16)).toEqual([0, 1, 0]);
    expect(staggered([10, 18, 26], 16)).toEqual([0, 1, 2]);
    expect(staggered([10, 18, 32], 16)).toEqual([0, 1, 2]);
  });

  it("writes short amounts on its axis", () => {
    expect(niceStep(84)).toBe(100);
    for (const [unit, amount, step, text] of [
      ["dollars", dollars(100), dollars(100), "$100"],
      ["dollars", dollars(0.5), dollars(0.5), "$0.5"],
      ["dollars", dollars(0.02), dollars(0.01), "$0.02"],
      ["tokens", 400_000, 200_000, "400k"],
      ["tokens", 2_000_000, 500_000, "2M"],
      ["requests", 20, 5, "20"],
    ] as const) {
      expect(axisAmount(unit, amount, step)).toBe(text);
    }
  });
});

describe("who spends", () => {
  it("names those who used most, and adds up the others", () => {
    const rows = spenders(usageReport("user"), "dollars");
    expect(rows.map((row) => row.name)).toEqual(["ana", "tom", "lea", "max", "ida", "jon", "eva", "2 others"]);
    expect(rows.at(-1)).toMatchObject({ used: dollars(0.7), rest: true });
    expect(spenders(usageReport("day"), "tokens").map((row) => row.name)[0]).toBe("2026-11-22");
  });

  it("says what people were told in a few words", () => {
    const told = { at: NOW, budget: "today", account: "project:support", refused: 0 };
    const of = (change: object) => toldSignal({ ...told, level: "warn", ...change }, [budgetRow()]);
    expect(of({})).toEqual({ aspect: "plain", word: "told at 80 %" });
    expect(of({ level: "stop", refused: 4 })).toEqual({ aspect: "stop", word: "refused, 4" });
    expect(of({ level: "degrade" }).word).toBe("made cheaper");
    expect(of({ budget: "gone" }).word).toBe("told");
  });
});
