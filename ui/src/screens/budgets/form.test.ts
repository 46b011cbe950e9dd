import { describe, expect, it } from "vitest";
import { budgetRow, dollars } from "../../test/sample.ts";
import { amountOf, changeOf, differs, draftOf, nameFor, newDraft, problemOf, type Draft } from "./form.ts";

describe("the form of a budget", () => {
  it("shows a budget as it is, and sends nothing of it that stayed", () => {
    for (const change of [
      {},
      { unit: "tokens" as const, limit: 200_000, covers: "user:ann:x", period: "total" },
      { limit: dollars(0.000_000_001), degrade: ["clamp_output"], unknown_price: dollars(30) },
    ]) {
      const draft = draftOf(budgetRow(change));
      expect(problemOf(draft)).toBeUndefined();
      expect(changeOf(draft, draft)).toEqual({ name: "today" });
      expect(differs(draft, draft)).toBe(false);
    }
    expect(draftOf(budgetRow({ limit: dollars(0.000_000_001) })).limit).toBe("$0.000000001");
    expect(draftOf(budgetRow({ covers: "user:ann:x" }))).toMatchObject({ kind: "user", of: "ann:x" });
  });

  it("sends what a person changed, and no share without a step", () => {
    const before = draftOf(budgetRow());
    for (const [change, sent] of [
      [{ limit: "$60" }, { limit: "$60" }],
      [{ unit: "requests", limit: "500" }, { limit: "500 requests" }],
      [{ limit: "1_000 tokens", unit: "tokens" }, { limit: "1_000 tokens" }],
      [{ warn: "70.5" }, { warn_at: 0.705 }],
      [{ degrade: "95" }, {}],
      [{ steps: ["cache_first", "cheaper_tier"] }, { degrade: ["cache_first", "cheaper_tier"], degrade_at: 0.9 }],
      [{ kind: "user", of: " ann " }, { scope: "user:ann" }],
      [{ period: "month" }, { period: "month" }],
      [{ ceiling: "$30" }, { unknown_price: "30" }],
    ] as [Partial<Draft>, object][]) {
      expect(changeOf({ ...before, ...change }, before)).toEqual({ name: "today", ...sent });
    }
    const priced = draftOf(budgetRow({ unknown_price: dollars(20), degrade: ["cheaper_tier"] }));
    expect(changeOf({ ...priced, ceiling: " " }, priced)).toEqual({ name: "today", unknown_price: "block" });
    expect(changeOf({ ...priced, steps: [] }, priced)).toEqual({ name: "today", degrade: [] });
  });

  it("sends all of a new one, and gives it a name that is free", () => {
    const draft = { ...newDraft("$5.00"), name: "x" };
    expect(changeOf(draft, undefined)).toEqual({
      name: "x",
      limit: "$5.00",
      scope: "project:*",
      period: "day",
      warn_at: 0.8,
    });
    expect(nameFor(draft, [])).toBe("each-project-day");
    expect(nameFor(draft, ["each-project-day", "each-project-day-2"])).toBe("each-project-day-3");
    expect(nameFor({ ...draft, of: "support/Reply!" }, [])).toBe("support-reply-day");
  });

  it("says what is wrong and where", () => {
    for (const [change, field] of [
      [{ limit: "five" }, "limit"],
      [{ limit: "-1" }, "limit"],
      [{ unit: "tokens", limit: "1.5" }, "limit"],
      [{ warn: "0" }, "warn"],
      [{ warn: "101" }, "warn"],
      [{ warn: "much" }, "warn"],
      [{ steps: ["cheaper_tier"], degrade: "" }, "degrade"],
      [{ ceiling: "0" }, "ceiling"],
      [{ ceiling: "dear" }, "ceiling"],
    ] as [Partial<Draft>, keyof Draft][]) {
      expect(problemOf({ ...newDraft("$5"), ...change })?.field).toBe(field);
    }
    expect(problemOf({ ...newDraft("$5"), degrade: "never" })).toBeUndefined();
    expect(amountOf({ ...newDraft("2,000,000"), unit: "tokens" })).toEqual({ amount: 2_000_000 });
  });
});
