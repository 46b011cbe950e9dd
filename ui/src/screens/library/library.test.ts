import { fireEvent, render, screen, within } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import Frame from "../../frame/Frame.svelte";
import { loadScreen } from "../../frame/screens.ts";
import { ApiError, type Excerpt, type PromptHit } from "$lib/host/index.ts";
import { failedUnmerged, settledWords } from "$lib/settle.ts";
import { events } from "$lib/state/events.ts";
import { library } from "$lib/state/library.svelte.ts";
import { router } from "$lib/state/router.svelte.ts";
import { toasts } from "$lib/state/toasts.svelte.ts";
import { start } from "../../start.ts";
import type { FakeHost } from "../../test/fake_host.ts";
import { promptDetail, promptRow, PROMPTS } from "../../test/sample.ts";
import { sampleHost } from "../../test/sample_host.ts";
import { excerptPieces, placeWords } from "./search.svelte.ts";
import { hitRows, rowKey } from "./tree.ts";

let host: FakeHost;

beforeEach(() => {
  host = sampleHost();
});
afterEach(() => {
  events.stop();
  toasts.dismiss();
});

async function open(): Promise<void> {
  await start(host);
  router.replace({ screen: "library" });
  await Promise.all([loadScreen("library"), library.load(), library.loadArchived()]);
  render(Frame);
  await screen.findByTestId("library-list");
}

const rows = () => screen.queryAllByTestId("library-row").map((row) => row.dataset.name);
const requests = (name: string) => host.asked.filter((one) => one.name === name).map((one) => one.request);
const press = (key: string) => fireEvent.keyDown(document.body, { key });
const choose = (name: string) => fireEvent.click(within(screen.getByTestId("library-list")).getByTitle(name));
const filter = (value: string) => fireEvent.input(screen.getByTestId("library-filter"), { target: { value } });
const inText = (text: string, start: number, end: number): Excerpt => ({
  of: { kind: "text", version: 3, line: 12 },
  text,
  range: { start, end },
});

describe("prompts that were put away", () => {
  it("leave the list by key and come back by undo", async () => {
    await open();
    await choose("support/triage");
    await press("e");
    expect((await screen.findByTestId("toast")).textContent).toMatch(/Archived\s*support\/triage/);
    await vi.waitFor(() => expect(rows()).not.toContain("support/triage"));
    await toasts.undo();
    await vi.waitFor(() => expect(rows()).toContain("support/triage"));
    expect(requests("prompt_archive")).toEqual([
      { name: "support/triage", archived: true },
      { name: "support/triage", archived: false },
    ]);
  });

  it("are shown by a switch, and taken back from there", async () => {
    await open();
    await choose("support/triage");
    await press("e");
    await vi.waitFor(() => expect(screen.getByTestId("library-archived").textContent).toContain("1"));
    await fireEvent.click(screen.getByTestId("library-archived"));
    await choose("support/triage");
    const row = screen.getAllByTestId("library-row").find((one) => one.dataset.name === "support/triage");
    expect(row?.textContent).toContain("archived");
    await press("e");
    await vi.waitFor(() => expect(library.find("support/triage")?.archived).toBe(false));
    await vi.waitFor(() => expect(screen.getByTestId("toast").textContent).toContain("Took back"));
    expect(rows()).toContain("support/triage");
  });

  it("are there once while the two lists are read one after the other", async () => {
    const twice = promptRow("tone", { archived: true });
    host.answer("prompt_archived", () => ({ prompts: [twice, promptRow("old", { archived: true })] }));
    await open();
    await fireEvent.click(screen.getByTestId("library-archived"));
    await vi.waitFor(() => expect(rows()).toContain("old"));
    expect(rows().filter((name) => name === "tone")).toEqual(["tone"]);
  });

  it("stay in the list when they could not be put away", async () => {
    host.answer("prompt_archive", () => {
      throw new ApiError({ code: "read_only", message: "the folder can't be written to" });
    });
    await open();
    await choose("tone");
    await press("e");
    expect((await screen.findByText("tone could not be archived")).parentElement?.textContent).toContain(
      "can't be written to",
    );
    expect(rows()).toContain("tone");
  });
});

describe("searching texts", () => {
  it("adds to the names what is found in texts, and opens it", async () => {
    const hits: PromptHit[] = [
      { name: "support/reply", archived: false, excerpt: { ...inText("x", 0, 1), of: { kind: "name" } } },
      { name: "tone", archived: false, excerpt: inText("Never 🙂 reply in haste", 8, 13) },
    ];
    host.answer("prompt_search", () => ({ hits, more: true }));
    await open();
    await filter("reply");
    await vi.waitFor(() => expect(rows()).toEqual(["support/", "support/reply", "tone//text"]));
    const hit = screen.getAllByTestId("library-row").at(-1) as HTMLElement;
    expect(hit.textContent).toContain("version 3, line 12");
    expect(hit.querySelector("mark")?.textContent).toBe("reply");
    expect(screen.getByTestId("library-count").textContent).toContain("1 in texts, and more");
    expect(requests("prompt_search")).toEqual([{ text: "reply", archived: false }]);
    await fireEvent.dblClick(hit);
    expect(router.place).toMatchObject({ screen: "editor", prompt: "tone" });
  });

  it("shows nothing more once the field is cleared", async () => {
    host.answer("prompt_search", () => ({
      hits: [{ name: "tone", archived: false, excerpt: inText("haste", 0, 5) }],
      more: false,
    }));
    await open();
    await filter("haste");
    await vi.waitFor(() => expect(rows()).toEqual(["tone//text"]));
    await filter("");
    await vi.waitFor(() => expect(rows().length).toBe(11));
  });

  it("says that texts could not be searched, and filters names all the same", async () => {
    host.answer("prompt_search", () => {
      throw new ApiError({ code: "internal", message: "the index can't be read" });
    });
    await open();
    await filter("repl");
    expect((await screen.findByTestId("search-error")).textContent).toContain("The index can't be read");
    expect(rows()).toEqual(["support/", "support/reply"]);
    host.answer("prompt_search", () => ({ hits: [], more: false }));
    await fireEvent.click(screen.getByText("Try again"));
    await vi.waitFor(() => expect(screen.queryByTestId("search-error")).toBeNull());
  });

  it("has each hit once, and none that the list doesn't know", () => {
    const find = (name: string) => PROMPTS.find((prompt) => prompt.name === name);
    const hit = (name: string): PromptHit => ({ name, archived: false, excerpt: inText("late", 0, 4) });
    const found = (names: string[], text: string, drafts = false) =>
      hitRows(names.map(hit), find, { text, drafts }).map(rowKey);
    expect(found(["tone", "gone", "support/reply"], "tone")).toEqual(["support/reply//text"]);
    expect(found(["tone", "support/reply"], "late", true)).toEqual(["support/reply//text"]);
    expect(excerptPieces(inText("é🙂late?", 2, 6))).toEqual(["é🙂", "late", "?"]);
    expect(placeWords({ ...inText("", 0, 0), of: { kind: "message", version: 4 } })).toBe("message of 4");
    expect(placeWords({ ...inText("", 0, 0), of: { kind: "text", version: 4, line: null } })).toBe("front matter of 4");
  });
});

describe("the names that prompts had", () => {
  const redirects = [
    { from: "support/answer", to: "support/reply" },
    { from: "mood", to: "tone" },
  ];

  it("are shown with their prompt, and are let go and taken back", async () => {
    let there = redirects;
    host.answer("prompt_redirects", () => ({ redirects: there }));
    host.answer("prompt_redirect", ({ from, to }) => {
      there = to === null ? there.filter((one) => one.from !== from) : redirects;
      return { redirects: there };
    });
    await open();
    await fireEvent.click(screen.getByText("reply", { selector: "[data-name='support/reply'] *" }));
    await fireEvent.click(await screen.findByText("Old names"));
    await screen.findByTestId("old-names-dialog");
    await vi.waitFor(() => expect(screen.getAllByTestId("old-name")).toHaveLength(2));
    const chosen = screen.getByTestId("old-name-let-go").textContent;
    expect(chosen).toContain("support/answer");
    await fireEvent.keyDown(screen.getByTestId("old-names"), { key: "Delete" });
    await vi.waitFor(() => expect(screen.getAllByTestId("old-name")).toHaveLength(1));
    expect(requests("prompt_redirect")).toEqual([{ from: "support/answer", to: null }]);
    expect(requests("prompt_delete")).toEqual([]);
    await toasts.undo();
    expect(requests("prompt_redirect").at(-1)).toEqual({ from: "support/answer", to: "support/reply" });
    await vi.waitFor(() => expect(screen.getAllByTestId("old-name")).toHaveLength(2));
  });
});

describe("the preview", () => {
  it("reads a prompt once, however long it is looked at", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    try {
      host.answer("prompt_includes", () => ({ includes: [], included_by: [] }));
      await open();
      await vi.advanceTimersByTimeAsync(5_000);
      expect(screen.getByTestId("library-preview").textContent).toContain("Test values");
      expect(requests("prompt_get")).toHaveLength(1);
      expect(requests("prompt_includes")).toHaveLength(1);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("what a prompt includes", () => {
  it("is named beside the list, and leads to it", async () => {
    const version = { name: "tone", version: 3, hash: "b3:1" };
    host.answer("prompt_includes", ({ name }) =>
      name === "tone"
        ? { includes: [], included_by: ["support/reply"] }
        : {
            includes: [{ target: "tone@production", line: 3, frozen: version, now: version, problem: null }],
            included_by: [],
          },
    );
    await open();
    expect((await screen.findByTestId("library-includes")).textContent?.replace(/\s+/g, " ").trim()).toBe(
      "Includes tone 3",
    );
    await fireEvent.click(screen.getByText("tone 3"));
    expect((await screen.findByTestId("library-included-by")).textContent).toContain("support/reply");
  });
});

describe("what git could not merge", () => {
  const PROBLEM = "line 4 of version 3 of tone has git's marks of a conflict; settle the prompt to keep both";

  it("is said in the list, and is settled with both sides kept", async () => {
    let unmerged = true;
    host.answer("prompt_list", () => ({
      prompts: [promptRow("support/reply"), promptRow("tone", { problem: unmerged ? PROBLEM : null, unmerged })],
    }));
    host.answer("prompt_settle", () => {
      unmerged = false;
      const labels = [{ label: "production", ours: 2, theirs: 4 }];
      return { prompt: promptDetail("tone").prompt, settled: { renumbered: [{ from: 3, to: 4 }], labels } };
    });
    host.answer("prompt_label", () => promptDetail("tone").prompt);
    await open();
    expect(screen.getByTestId("library-unmerged").textContent).toContain("git could not merge tone");
    expect(screen.getByTestId("library-list").textContent).toContain("not merged");
    await fireEvent.click(screen.getByTestId("library-settle-first"));
    const toast = await screen.findByTestId("toast");
    expect(toast.textContent).toContain("the other version 3 is 4 now; production stays at 2");
    expect(screen.queryByTestId("library-unmerged")).toBeNull();
    await fireEvent.click(screen.getByTestId("toast-action"));
    await vi.waitFor(() => expect(screen.getByTestId("toast").textContent).toContain("from 2 to 4"));
    expect(requests("prompt_label")).toEqual([
      { name: "tone", label: "production", version: 4, seen: 2, confirmed: true },
    ]);
  });

  it("is told from other problems", () => {
    expect(failedUnmerged(new ApiError({ code: "unmerged", message: PROBLEM }))).toBe(true);
    for (const other of [undefined, new Error(PROBLEM), new ApiError({ code: "tampered", message: PROBLEM })]) {
      expect(failedUnmerged(other)).toBe(false);
    }
    expect(settledWords({ renumbered: [], labels: [] })).toBeUndefined();
  });
});
