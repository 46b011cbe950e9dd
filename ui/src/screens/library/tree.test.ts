import { describe, expect, it } from "vitest";
import { promptRow } from "../../test/sample.ts";
import { manyPrompts } from "../../test/sample_host.ts";
import { copyName } from "./actions.ts";
import { columnsFor } from "./columns.ts";
import { foldersOf, inTreeOrder, rowKey, treeRows } from "./tree.ts";

const PROMPTS = inTreeOrder(
  ["tone", "support/reply", "support/mail/late", "extract/invoice"].map((name) => promptRow(name)),
);
const none = { text: "", drafts: false };
const keys = (rows: ReturnType<typeof treeRows>) => rows.map(rowKey);

describe("the tree of prompts", () => {
  it("puts folders before prompts, each in the order of names", () => {
    expect(keys(treeRows(PROMPTS, none, new Set()))).toEqual([
      "extract/",
      "extract/invoice",
      "support/",
      "support/mail/",
      "support/mail/late",
      "support/reply",
      "tone",
    ]);
    expect(foldersOf("a/b/c")).toEqual(["a", "a/b"]);
  });

  it("hides what lies in a closed folder, and says how much that is", () => {
    const rows = treeRows(PROMPTS, none, new Set(["support"]));
    expect(keys(rows)).toEqual(["extract/", "extract/invoice", "support/", "tone"]);
    expect(rows[2]).toMatchObject({ open: false, count: 2 });
  });

  it("finds every typed word, also in closed folders", () => {
    expect(keys(treeRows(PROMPTS, { text: "late sup", drafts: false }, new Set(["support"])))).toEqual([
      "support/",
      "support/mail/",
      "support/mail/late",
    ]);
    expect(treeRows(PROMPTS, { text: "nothing", drafts: false }, new Set())).toEqual([]);
  });

  it("shows drafts alone when asked", () => {
    const drafted = [...PROMPTS, promptRow("search/answer", { draft_at: "2026-11-22T14:00:00Z" })];
    expect(keys(treeRows(inTreeOrder(drafted), { text: "", drafts: true }, new Set()))).toEqual([
      "search/",
      "search/answer",
    ]);
  });

  it("takes a thousand prompts, each once", () => {
    const rows = treeRows(inTreeOrder(manyPrompts(1_000)), none, new Set());
    expect(rows.filter((row) => row.kind === "prompt").length).toBe(1_000);
    expect(rows.filter((row) => row.kind === "folder").length).toBe(40);
    expect(new Set(keys(rows)).size).toBe(1_040);
  });

  it("drops columns from the right, never the badge", () => {
    const heads = (width: number) => columnsFor(width).heads.map((head) => head.label);
    expect(heads(900)).toEqual(["Prompt", "Draft and labels", "Last badge", "Last edit", "Today"]);
    expect(heads(500)).toEqual(["Prompt", "Draft and labels", "Last badge"]);
    for (const width of [300, 650, 720, 1_200]) {
      const { template, heads: shown } = columnsFor(width);
      expect(template.match(/px/g)?.length, `${width}`).toBe(shown.length);
    }
  });

  it("names a copy as nobody else", () => {
    expect(copyName("a/b", new Set(["a/b"]))).toBe("a/b-copy");
    expect(copyName("a/b", new Set(["a/b-copy", "a/b-copy-2"]))).toBe("a/b-copy-3");
  });
});
