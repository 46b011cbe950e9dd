import { fireEvent, render, screen } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import Frame from "../../frame/Frame.svelte";
import { loadScreen } from "../../frame/screens.ts";
import { ApiError, type ImportRow, type Loss, type PromptDetail, type PromptImports } from "$lib/host/index.ts";
import { events } from "$lib/state/events.ts";
import { library } from "$lib/state/library.svelte.ts";
import { router } from "$lib/state/router.svelte.ts";
import { toasts } from "$lib/state/toasts.svelte.ts";
import { start } from "../../start.ts";
import type { FakeHost } from "../../test/fake_host.ts";
import { promptRow, PROMPTS } from "../../test/sample.ts";
import { sampleHost } from "../../test/sample_host.ts";
import { commonLabels, scopesOf } from "./exporting.ts";
import { LARGEST, readFiles } from "./files.ts";

const LOSS: Loss = {
  file: "bot.yaml",
  part: "tests[0].assert",
  line: 12,
  kind: "left_out",
  what: "assertions are no part of a prompt",
  advice: "keep the file for promptfoo",
};

function importRow(prompt: string, change: Partial<ImportRow> = {}): ImportRow {
  return {
    prompt,
    outcome: "new",
    version: 1,
    file: "bot.yaml",
    format: "promptfoo",
    name: prompt,
    source: { head: "", body: "Say hello" },
    values: [],
    labels: [],
    message: null,
    losses: [],
    ...change,
  };
}

let host: FakeHost;
let plan: PromptImports;

beforeEach(() => {
  host = sampleHost();
  plan = { prompts: [importRow("bot"), importRow("support/reply", { outcome: "version", version: 18 })], unread: [] };
  host.answer("prompt_import_preview", () => plan);
  host.answer("prompt_import", () => plan);
});
afterEach(() => {
  events.stop();
  toasts.dismiss();
});

const requests = (name: string) => host.asked.filter((one) => one.name === name).map((one) => one.request);
const said = (testid: string) => screen.getByTestId(testid).textContent?.replace(/\s+/g, " ").trim();
const button = (testid: string) => screen.getByTestId<HTMLButtonElement>(testid);

async function open(): Promise<void> {
  await start(host);
  router.replace({ screen: "library" });
  await Promise.all([loadScreen("library"), library.load()]);
  render(Frame);
  await screen.findByTestId("library-list");
}

/** Chooses files in the field that the key opens. */
async function choose(...files: File[]): Promise<void> {
  const input = screen.getByTestId<HTMLInputElement>("import-files");
  const clicked = vi.spyOn(input, "click").mockImplementation(() => undefined);
  await fireEvent.keyDown(document.body, { key: "i", ctrlKey: true });
  await fireEvent.click(await screen.findByTestId("import-choose"));
  expect(clicked).toHaveBeenCalledOnce();
  Object.defineProperty(input, "files", { configurable: true, value: files });
  await fireEvent.change(input);
  await vi.waitFor(() => expect(screen.queryByTestId("import-path")).toBeNull());
}

const yaml = () => new File(["prompts:\n  - Say héllo\n"], "bot.yaml");

describe("importing", () => {
  it("shows what would become of the files before anything is written", async () => {
    plan.prompts[0]?.losses.push(LOSS);
    await open();
    await choose(yaml());
    await vi.waitFor(() => expect(said("import-summary")).toBe("1 new prompt, 1 new version, 1 loss"));
    expect(requests("prompt_import_preview")).toEqual([
      {
        files: [{ path: "bot.yaml", text: "prompts:\n  - Say héllo\n" }],
        paths: [],
        format: null,
        into: null,
        rename: false,
      },
    ]);
    expect(screen.getAllByTestId("import-row").map((row) => row.textContent?.replace(/\s+/g, " ").trim())).toEqual([
      "bot bot.yaml promptfoo YAML, 1 loss new prompt",
      "support/reply bot.yaml promptfoo YAML new version 18",
    ]);
    for (const part of ["left out", "tests[0].assert", "bot.yaml:12", LOSS.what, LOSS.advice]) {
      expect(said("losses")).toContain(part);
    }
    expect(requests("prompt_import")).toEqual([]);
  });

  it("takes a path that is typed: the first key looks, the second one imports", async () => {
    await open();
    await fireEvent.keyDown(document.body, { key: "i", ctrlKey: true });
    const path = await screen.findByTestId("import-path");
    expect(button("import-submit").disabled).toBe(true);
    expect(requests("prompt_import_preview")).toEqual([]);
    await fireEvent.input(path, { target: { value: " ~/bots " } });
    expect(requests("prompt_import_preview")).toEqual([]);
    await fireEvent.submit(screen.getByTestId("import-dialog"));
    await vi.waitFor(() => expect(said("import-summary")).toBe("1 new prompt, 1 new version"));
    expect(requests("prompt_import_preview")).toMatchObject([{ files: [], paths: ["~/bots"] }]);
    expect(requests("prompt_import")).toEqual([]);

    // Another path: what was said of the first one isn't true of it.
    await fireEvent.input(path, { target: { value: "~/other" } });
    expect(screen.queryByTestId("import-list")).toBeNull();
    host.answer("prompt_import_preview", () => {
      throw new ApiError({ code: "not_found", message: "there is no file ~/other" });
    });
    await fireEvent.submit(screen.getByTestId("import-dialog"));
    expect((await screen.findByTestId("import-error")).textContent).toContain("There is no file ~/other");
    host.answer("prompt_import_preview", () => plan);
    await fireEvent.input(path, { target: { value: "~/bots" } });
    await fireEvent.submit(screen.getByTestId("import-dialog"));
    await vi.waitFor(() => expect(button("import-submit").disabled).toBe(false));
    await fireEvent.submit(screen.getByTestId("import-dialog"));
    await vi.waitFor(() => expect(requests("prompt_import")).toMatchObject([{ paths: ["~/bots"] }]));
  });

  it("imports, and takes back by undo what wasn't there before", async () => {
    await open();
    await choose(yaml());
    await vi.waitFor(() => expect(button("import-submit").disabled).toBe(false));
    await fireEvent.submit(screen.getByTestId("import-dialog"));
    expect((await screen.findByTestId("toast")).textContent).toContain("Imported 1 new prompt and 1 version");
    expect(screen.queryByTestId("import-dialog")).toBeNull();
    host.answer(
      "prompt_get",
      () => ({ prompt: { summary: { latest: 1 } }, draft: null, latest: null }) as unknown as PromptDetail,
    );
    await toasts.undo();
    expect(requests("prompt_delete")).toEqual([{ name: "bot" }]);
  });

  it("leaves what somebody has worked on since, and says so", async () => {
    const made = ["bot", "saved", "drafted", "gone", "twice"];
    plan = {
      prompts: [...made.map((name) => importRow(name)), importRow("twice", { outcome: "version", version: 2 })],
      unread: [],
    };
    await open();
    await choose(yaml());
    await vi.waitFor(() => expect(button("import-submit").disabled).toBe(false));
    await fireEvent.submit(screen.getByTestId("import-dialog"));
    await screen.findByTestId("toast");
    host.answer("prompt_get", ({ name }) => {
      if (name === "gone") throw new ApiError({ code: "not_found", message: "there is no prompt gone" });
      const latest = name === "saved" || name === "twice" ? 2 : 1;
      const draft = name === "drafted" ? { source: { head: "", body: "" }, base: 1, saved_at: "" } : null;
      return { prompt: { summary: { latest } }, draft, latest: null } as unknown as PromptDetail;
    });
    await toasts.undo();
    expect(requests("prompt_delete")).toEqual([{ name: "bot" }, { name: "twice" }]);
    expect(toasts.current).toMatchObject({ text: "Not taken back:", name: "saved, drafted" });
  });

  it("asks again for another folder, and imports into that one", async () => {
    await open();
    await choose(yaml());
    await fireEvent.input(screen.getByTestId("import-into"), { target: { value: "bots/" } });
    expect(button("import-submit").disabled).toBe(true);
    await vi.waitFor(() => expect(button("import-submit").disabled).toBe(false));
    await fireEvent.submit(screen.getByTestId("import-dialog"));
    await vi.waitFor(() => expect(requests("prompt_import")).toMatchObject([{ into: "bots/", rename: false }]));
  });

  it("says which files can't be read, and imports nothing when there is nothing", async () => {
    plan = { prompts: [], unread: [] };
    await open();
    await choose(new File([new Uint8Array([0xff, 0xfe, 0x00])], "image.png"));
    await vi.waitFor(() => expect(said("import-summary")).toBe("1 file can't be read"));
    expect(said("import-unread")).toBe("image.png: it isn't UTF-8 text; save it as UTF-8");
    expect(button("import-submit").disabled).toBe(true);
    await fireEvent.submit(screen.getByTestId("import-dialog"));
    expect(requests("prompt_import")).toEqual([]);
  });

  it("has a way out of nothing found, of a failed look, and of a failed import", async () => {
    const refuse = () => {
      throw new ApiError({ code: "invalid", message: "the name ../x leaves the workspace", hint: "choose another" });
    };
    plan = { prompts: [], unread: [] };
    await open();
    await choose(yaml());
    await screen.findByTestId("import-empty");
    host.answer("prompt_import_preview", refuse);
    await fireEvent.click(screen.getByTestId("import-rename"));
    expect((await screen.findByTestId("import-error")).textContent).toContain("The files could not be looked at");
    plan = { prompts: [importRow("bot")], unread: [] };
    host.answer("prompt_import_preview", () => plan);
    host.answer("prompt_import", refuse);
    await fireEvent.click(screen.getByText("Try again"));
    await vi.waitFor(() => expect(button("import-submit").disabled).toBe(false));
    await fireEvent.submit(screen.getByTestId("import-dialog"));
    await vi.waitFor(() => expect(said("import-error")).toContain("The import stopped"));
    expect(said("import-error")).toContain("leaves the workspace. Choose another");
  });

  it("takes what is dropped on the screen", async () => {
    await open();
    const dataTransfer = { types: ["Files"], files: [yaml()], items: [] };
    await fireEvent.dragOver(window, { dataTransfer });
    expect(screen.getByTestId("import-drop")).toBeTruthy();
    await fireEvent.drop(window, { dataTransfer });
    await vi.waitFor(() => expect(said("import-summary")).toBe("1 new prompt, 1 new version"));
    expect(screen.queryByTestId("import-drop")).toBeNull();
  });

  it("reads no more at once than the host takes", async () => {
    const large = { name: "large", size: LARGEST, arrayBuffer: async () => new ArrayBuffer(0) } as File;
    const picked = [yaml(), large, yaml()].map((file, index) => ({ file, path: `${index}` }));
    const { files, unread } = await readFiles(picked);
    expect(files.map((file) => file.path)).toEqual(["0", "2"]);
    expect(unread.map((file) => file.file)).toEqual(["1"]);
  });
});

describe("exporting", () => {
  it("writes the chosen prompts, and says what couldn't be carried", async () => {
    host.answer("prompt_export", () => ({
      files: [{ path: "/home/ana/Downloads/support-reply.prompt", unchanged: false }],
      losses: [{ ...LOSS, file: "support/triage", line: null, kind: "refused" }],
    }));
    await open();
    await fireEvent.click(screen.getByTitle("support/reply"));
    await fireEvent.keyDown(document.body, { key: "e", ctrlKey: true });
    const scope = await screen.findByTestId("export-scope");
    expect([...scope.querySelectorAll("button")].map((one) => one.textContent?.trim())).toEqual([
      "reply",
      "support/",
      "All 8 shown",
    ]);
    await fireEvent.click(screen.getByText("support/", { selector: "[data-testid=export-scope] button" }));
    await fireEvent.submit(screen.getByTestId("export-dialog"));
    await vi.waitFor(() => expect(said("export-summary")).toBe("1 file for Dotprompt, 1 loss"));
    const names = ["support/reply", "support/summary", "support/triage"];
    expect(requests("prompt_export")).toEqual([
      { prompts: names.map((name) => ({ name, version: "latest" })), format: "dotprompt" },
    ]);
    expect(said("export-files")).toContain("/home/ana/Downloads/support-reply.prompt");
    expect(said("losses")).toContain("refused");
    await fireEvent.submit(screen.getByTestId("export-dialog"));
    expect(screen.queryByTestId("export-dialog")).toBeNull();
  });

  it("stays open with the reason when nothing was written", async () => {
    host.answer("prompt_export", () => {
      throw new ApiError({ code: "read_only", message: "the folder of downloads can't be written to" });
    });
    await open();
    await fireEvent.keyDown(document.body, { key: "e", ctrlKey: true });
    await fireEvent.submit(await screen.findByTestId("export-dialog"));
    expect((await screen.findByTestId("export-error")).textContent).toContain("can't be written to");
  });

  it("offers what is around the row, and only labels that all have", () => {
    const row = { kind: "prompt" as const, prompt: PROMPTS[0] ?? promptRow("x"), name: "reply", depth: 1 };
    const sizes = (given: Parameters<typeof scopesOf>[0]) =>
      scopesOf(given, PROMPTS).map(({ id, prompts }) => [id, prompts.length]);
    expect(sizes(row)).toEqual([
      ["prompt", 1],
      ["folder", 3],
      ["all", 8],
    ]);
    expect(sizes({ kind: "folder", path: "extract", name: "extract", depth: 0, open: true, count: 2 })).toEqual([
      ["folder", 2],
      ["all", 8],
    ]);
    expect(sizes(undefined)).toEqual([["all", 8]]);
    expect(commonLabels(PROMPTS)).toEqual(["production"]);
    expect(commonLabels(PROMPTS.slice(0, 1))).toEqual(["production", "staging"]);
    expect(commonLabels([...PROMPTS, promptRow("bare", { labels: [] })])).toEqual([]);
  });
});
