import { describe, expect, it } from "vitest";
import { callFacets } from "../../test/sample.ts";
import {
  choices,
  conditions,
  isEmpty,
  isSame,
  marked,
  NOTHING,
  readSearch,
  readViews,
  toFilter,
  toggled,
  wordsOf,
  type Search,
} from "./filter.ts";

const now = new Date(2026, 10, 22, 14, 6, 31);
const at = (...parts: [number, number, number]) => new Date(...parts).toISOString();
const search = (change: Partial<Search>): Search => ({ ...NOTHING, ...change });

describe("a search", () => {
  it("asks for everything when nothing is chosen", () => {
    const { text, from, to, failed_attempt, cost_at_least, slower_than_ms, degraded, cached, ...lists } = toFilter(
      NOTHING,
      now,
    );
    expect([text, from, to, failed_attempt, cost_at_least, slower_than_ms]).toEqual(["", null, null, null, null, null]);
    expect([degraded, cached]).toEqual([false, false]);
    expect(Object.values(lists).every((list) => Array.isArray(list) && list.length === 0)).toBe(true);
  });

  it.each<[string, Partial<Search>, object]>([
    ["words, without the room around them", { text: "  rucksack late " }, { text: "rucksack late" }],
    ["lists", { lists: { models: ["a", "b"], errors: ["timeout"] } }, { models: ["a", "b"], errors: ["timeout"] }],
    [
      "a failed attempt",
      { attempt: "rate_limited" },
      { failed_attempt: { provider: null, model: null, error: "rate_limited", status: null } },
    ],
    ["figures", { cost: 10, slower: 5_000 }, { cost_at_least: 10, slower_than_ms: 5_000 }],
    ["today", { span: "today" }, { from: at(2026, 10, 22), to: null }],
    ["the last hour", { span: "hour" }, { from: new Date(2026, 10, 22, 13, 6, 31).toISOString(), to: null }],
    [
      "days, the last one with them",
      { span: "days", from: "2026-11-01", to: "2026-11-03" },
      { from: at(2026, 10, 1), to: at(2026, 10, 4) },
    ],
    ["days that nobody has chosen yet", { span: "days", from: "", to: "soon" }, { from: null, to: null }],
  ])("becomes a request: %s", (_, change, expected) => {
    expect(toFilter(search(change), now)).toMatchObject(expected);
  });

  it("shows each condition, and what is left without it", () => {
    const all = search({
      text: "late",
      lists: { statuses: ["failed"], prompts: ["a", "b"], origins: ["drill"], errors: ["overloaded", "newer"] },
      degraded: true,
      attempt: "timeout",
      cost: 10_000_000,
      slower: 5_000,
      span: "today",
    });
    const found = conditions(all);
    expect(found.map(({ name, value }) => `${name} ${value}`)).toEqual([
      "status failed",
      "prompt a",
      "prompt b",
      "from a drill",
      "error 503 overloaded",
      "error newer",
      "only degraded",
      "an attempt timed out",
      "from $0.010",
      "over 5.00 s",
      "when today",
    ]);
    for (const { without } of found) expect(conditions(without).length).toBe(found.length - 1);
    const last = found.reduce((left) => conditions(left)[0]?.without ?? left, all);
    expect(isSame(last, search({ text: "late" }))).toBe(true);
  });

  it("puts a value in, and takes it away again", () => {
    const one = toggled(NOTHING, "models", "mini");
    expect(one.lists).toEqual({ models: ["mini"] });
    expect(isEmpty(toggled(one, "models", "mini"))).toBe(true);
    const other = toggled(toggled(NOTHING, "models", "b"), "models", "a");
    expect(isSame(toggled(toggled(NOTHING, "models", "a"), "models", "b"), other), "order says nothing").toBe(true);
  });

  it("offers what occurs in the log, and every state", () => {
    expect(choices("models", callFacets())).toContain("gpt-5-mini");
    expect(choices("models", undefined)).toEqual([]);
    expect(choices("statuses", undefined)).toContain("interrupted");
  });

  it("comes back from the session as it was, and nothing strange with it", () => {
    const kept = search({ text: "late", lists: { roles: ["judge"] }, slower: 10, span: "days", from: "2026-11-01" });
    expect(isSame(readSearch(JSON.parse(JSON.stringify(kept))), kept)).toBe(true);
    for (const strange of [null, 7, "x", [], { lists: 5, cost: -1, slower: "1", span: "decade", text: {} }]) {
      expect(isEmpty(readSearch(strange)), JSON.stringify(strange)).toBe(true);
    }
    expect(readViews([{ name: "Late", search: kept }, { name: "" }, 5, null]).map((view) => view.name)).toEqual([
      "Late",
    ]);
    expect(readViews("none")).toEqual([]);
  });
});

describe("what was searched for", () => {
  it.each([
    ["rucksack late", ["rucksack", "late"]],
    ['"five working days" late', ["five working days", "late"]],
    ['"open', ["open"]],
    ["", []],
  ])("is read as words, quotes together: %s", (text, words) => {
    expect(wordsOf(text)).toEqual(words);
  });

  it("is marked where it begins a word, and nowhere else", () => {
    const hits = (text: string, query: string) =>
      marked(text, wordsOf(query))
        .map((piece) => (piece.hit ? `[${piece.text}]` : piece.text))
        .join("");
    expect(hits("The rucksack is late; a plate isn't", "RUCK late")).toBe("The [ruck]sack is [late]; a plate isn't");
    expect(hits("a (b) c", "(b")).toBe("a [(b]) c");
    expect(hits("nothing", "")).toBe("nothing");
  });
});
