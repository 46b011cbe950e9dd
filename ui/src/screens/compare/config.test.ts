import { describe, expect, it } from "vitest";
import type { Prompt } from "$lib/host/index.ts";
import { letterOf, readConfig, textKey, textOfKey, type CompareConfig } from "./config.ts";
import { gridFor } from "./layout.ts";
import { firstTexts } from "./open.ts";
import { readable } from "./readable.ts";

const CONFIG: CompareConfig = {
  panes: [
    { prompt: "a", text: { kind: "version", number: 2 }, target: { by: "route", name: "default" }, call: "0199" },
    { prompt: "b", text: { kind: "label", label: "production" }, target: null, call: null },
    { prompt: "a", text: { kind: "draft" }, target: { by: "model", name: "m" }, call: null },
  ],
  case: { prompt: "a", name: "late parcel" },
  values: { message: "edited" },
  against: 1,
  sync: false,
  blind: true,
};

describe("what is remembered of a comparison", () => {
  it("comes back as it was", () => {
    expect(readConfig(JSON.parse(JSON.stringify(CONFIG)))).toEqual(CONFIG);
  });

  it("is nothing when it is of another form, and never breaks the screen", () => {
    for (const value of [
      undefined,
      null,
      1,
      "x",
      [],
      {},
      { panes: [] },
      { panes: [{ prompt: "a" }] },
      { panes: "ab" },
    ]) {
      expect(readConfig(value)).toBeUndefined();
    }
  });

  it("keeps the panes that can be read and puts right what can't", () => {
    const read = readConfig({
      panes: [{ prompt: "a", text: { kind: "new" }, target: 7, call: 7 }, { prompt: "b" }, null],
      against: 9,
      case: "x",
      values: [],
    });
    expect(read?.panes).toEqual([
      { prompt: "a", text: { kind: "draft" }, target: null, call: null },
      { prompt: "b", text: { kind: "draft" }, target: null, call: null },
    ]);
    expect(read).toMatchObject({ against: 0, case: null, values: null, sync: true, blind: false });
  });

  it("has at most six panes", () => {
    const panes = Array.from({ length: 9 }, () => ({ prompt: "a" }));
    expect(readConfig({ panes })?.panes).toHaveLength(6);
    expect(letterOf(5)).toBe("F");
  });

  it("writes a choice as one word", () => {
    for (const { text } of CONFIG.panes) expect(textOfKey(textKey(text))).toEqual(text);
  });
});

describe("the first comparison", () => {
  const prompt = (versions: number, production?: number): Prompt =>
    ({
      summary: { labels: production ? [{ label: "production", version: production }] : [] },
      versions: Array.from({ length: versions }, (_, index) => ({ number: index + 1 })),
    }) as unknown as Prompt;

  it("sets what is in use against what is new", () => {
    const keys = (...args: Parameters<typeof firstTexts>) => firstTexts(...args).map(textKey);
    expect(keys(prompt(3, 1), true)).toEqual(["1", "draft"]);
    expect(keys(prompt(3, 3), true)).toEqual(["3", "draft"]);
    expect(keys(prompt(3), true)).toEqual(["3", "draft"]);
    expect(keys(prompt(3, 1), false)).toEqual(["1", "3"]);
    expect(keys(prompt(3, 3), false)).toEqual(["2", "3"]);
    expect(keys(prompt(1), false)).toEqual(["1", "1"]);
  });
});

describe("panes", () => {
  it("stand so that none is too narrow and no row is nearly empty", () => {
    expect([2, 3, 4, 5, 6].map((panes) => gridFor(panes, 1_316))).toEqual([
      { columns: 2, rows: 1 },
      { columns: 3, rows: 1 },
      { columns: 4, rows: 1 },
      { columns: 3, rows: 2 },
      { columns: 3, rows: 2 },
    ]);
    expect(gridFor(4, 856)).toEqual({ columns: 2, rows: 2 });
    expect(gridFor(2, 300)).toEqual({ columns: 1, rows: 2 });
    expect(gridFor(3, 0)).toEqual({ columns: 3, rows: 1 });
  });

  it("show an answer of fields by its fields, and grow with it", () => {
    const answer = '{"category": "late", "reply": "Hi\\nMaya", "n": 1}';
    expect(readable(answer)).toBe("category: late\n\nreply:\nHi\nMaya\n\nn: 1");
    expect(readable("Hi Maya")).toBe("Hi Maya");
    expect(readable("{}")).toBe("{}");
  });
});
