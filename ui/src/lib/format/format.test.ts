import { describe, expect, it } from "vitest";
import { formatDollars, formatMoney, formatPrice, parseMoney } from "./money.ts";
import { formatChange, formatCount, formatDuration, plural, shortHash } from "./numbers.ts";
import { ago, calendarDay, clockTime, shortDate, shortTime } from "./time.ts";

describe("money", () => {
  it("shows as people read it, and as the core prints it", () => {
    const shown: [number, string][] = [
      [0, "$0"],
      [5_000_000_000, "$5.00"],
      [9_400_000, "$0.0094"],
      [310_000, "$0.00031"],
      [120_000_000, "$0.12"],
      [1, "$0.000000001"],
      [1_234_567_000_000_000, "$1,234,567.00"],
    ];
    for (const [nanos, text] of shown) expect(formatMoney(nanos)).toBe(text);
    expect(formatDollars(1_000_000)).toBe("$0.00");
    expect(formatDollars(1_800_500_000_000)).toBe("$1,800.50");
  });

  it("shows a price with the digits that it has, two at least", () => {
    expect([250_000_000, 25_000_000, 10_000_000_000, 0].map(formatPrice)).toEqual(["0.25", "0.025", "10.00", "0.00"]);
  });

  it("reads what people write, and says what is wrong", () => {
    expect(parseMoney("$5.00")).toEqual({ nanos: 5_000_000_000 });
    expect(parseMoney(" 1,200 ")).toEqual({ nanos: 1_200_000_000_000 });
    expect(parseMoney(".5")).toEqual({ nanos: 500_000_000 });
    expect(parseMoney("0.000000001")).toEqual({ nanos: 1 });
    for (const text of ["", "five", "-1", "1.2.3", "1e3", "0.0000000001", "99999999999"]) {
      expect(parseMoney(text), text).toHaveProperty("problem");
    }
  });
});

describe("numbers", () => {
  it("group without a locale", () => {
    expect([0, 999, 1_000, 1_047_576].map(formatCount)).toEqual(["0", "999", "1,000", "1,047,576"]);
    expect([plural(1, "prompt"), plural(2, "prompt"), plural(0, "reply", "replies")]).toEqual([
      "1 prompt",
      "2 prompts",
      "0 replies",
    ]);
  });

  it("say times and changes shortly", () => {
    expect([38, 412, 3_940, 125_000].map(formatDuration)).toEqual(["38 ms", "0.41 s", "3.94 s", "2 min 5 s"]);
    expect([formatChange(69, 100), formatChange(141, 100), formatChange(100, 100), formatChange(5, 0)]).toEqual([
      "−31%",
      "+41%",
      "",
      "",
    ]);
    expect(shortHash("b3:c07e19d2aaaaaaaaaaaa41fa")).toBe("b3:c07e19d2…41fa");
  });
});

describe("times", () => {
  const at = new Date(2026, 10, 22, 14, 6, 31, 402);

  it("name the day only when it is another one", () => {
    expect(clockTime(at)).toBe("14:06:31");
    expect(clockTime(at, true)).toBe("14:06:31.402");
    expect(shortTime(at, at)).toBe("14:06");
    expect(shortTime(new Date(2026, 10, 21, 1, 12), at)).toBe("21 Nov 01:12");
    expect(shortDate(new Date(2025, 9, 13), at)).toBe("13 Oct 2025");
    expect(calendarDay("2026-11-03")).toBe("3 Nov 2026");
  });

  it("say how long ago it was", () => {
    const before = (seconds: number) => new Date(at.getTime() - seconds * 1000);
    expect([5, 300, 7_200, 172_800].map((seconds) => ago(before(seconds), at))).toEqual([
      "just now",
      "5 min",
      "2 h",
      "2 d",
    ]);
    expect(ago(before(-10), at), "a clock that is behind").toBe("just now");
  });
});
