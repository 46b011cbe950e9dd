import { EditorView } from "@codemirror/view";
import { fireEvent, render, screen, within } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { CommandName, Request } from "$lib/host/index.ts";
import { events } from "$lib/state/events.ts";
import { library } from "$lib/state/library.svelte.ts";
import { providers } from "$lib/state/providers.svelte.ts";
import { router } from "$lib/state/router.svelte.ts";
import { toasts } from "$lib/state/toasts.svelte.ts";
import Frame from "../../frame/Frame.svelte";
import { loadScreen } from "../../frame/screens.ts";
import { start } from "../../start.ts";
import { ANSWER, fakeCore, type FakeCore } from "../../test/fake_core.ts";
import type { FakeHost } from "../../test/fake_host.ts";
import { dollars } from "../../test/sample.ts";
import { sampleHost } from "../../test/sample_host.ts";
import { forgetOpened } from "./opened.svelte.ts";

let host: FakeHost;
let core: FakeCore;

beforeEach(() => {
  vi.spyOn(window, "innerWidth", "get").mockReturnValue(1360);
  host = sampleHost();
  core = fakeCore(host, { pace: 0 });
});
afterEach(() => {
  events.stop();
  toasts.dismiss();
  forgetOpened();
  vi.restoreAllMocks();
});

async function open(): Promise<void> {
  await start(host);
  router.replace({ screen: "editor", prompt: "support/reply" });
  await Promise.all([loadScreen("editor"), library.load(), providers.load()]);
  render(Frame);
  await screen.findByTestId("template");
}

function view(): EditorView {
  const found = EditorView.findFromDOM(screen.getByTestId("template"));
  if (!found) throw new Error("there is no editor");
  return found;
}

function type(text: string): void {
  view().dispatch({ changes: { from: view().state.doc.length, insert: text }, userEvent: "input.type" });
}

const key = (one: string) => fireEvent.keyDown(document.body, { key: one, ctrlKey: true });
const requests = <N extends CommandName>(name: N) =>
  host.asked.filter((one) => one.name === name).map((one) => one.request as Request<N>);
const until = (check: () => void) => vi.waitFor(check, { timeout: 3_000 });

describe("the editor", () => {
  it("shows what the model gets, with its length and its price", async () => {
    await open();
    const rendered = await screen.findByTestId("rendered");
    expect(rendered.textContent).toContain("You answer customer mail for Harbour Outdoor.");
    expect(within(rendered).getByText("Maya Lindqvist").tagName).toBe("MARK");
    expect(screen.getByTestId("estimate-gpt-5-mini").getAttribute("aria-current")).toBe("true");
    expect(screen.getByTestId("estimate-ft:returns").textContent).toContain("no price");
  });

  it("runs, streams into fields, and says what it cost", async () => {
    await open();
    type("more");
    await key("Enter");
    await until(() => expect(screen.getByTestId("output").dataset.status).toBe("done"));
    expect(screen.getByTestId("field-category").textContent).toContain("late_parcel");
    expect(screen.getByTestId("badge").textContent).toBe("unverified");
    expect(screen.getByTestId("output-cost").textContent?.trim()).toMatch(/^\$0\.000/);
    const request = host.asked.find((one) => one.name === "call_start")?.request;
    expect(request).toMatchObject({ text: { kind: "draft" }, target: { by: "route", name: "support-default" } });
    await fireEvent.click(screen.getByTestId("output-view-text"));
    expect(screen.getByTestId("output-text").textContent).toBe(ANSWER);
  });

  it("runs a text that is a version as that version", async () => {
    await open();
    await key("Enter");
    await until(() => expect(host.asked.some((one) => one.name === "call_start")).toBe(true));
    expect(host.asked.find((one) => one.name === "call_start")?.request).toMatchObject({
      text: { kind: "version", number: 3 },
    });
  });

  it("cancels in the same place and keeps the partial text", async () => {
    core.pace = 5;
    core.answers = ["word ".repeat(2_000)];
    await open();
    await fireEvent.click(screen.getByTestId("run"));
    await until(() => expect(screen.getByTestId("output-text").textContent).toContain("word word"));
    await fireEvent.click(screen.getByTestId("cancel"));
    await until(() => expect(screen.getByTestId("badge").textContent).toBe("cancelled"));
    expect(screen.getByTestId("output-text").textContent).toContain("word word");
    expect(screen.getByTestId("not-complete")).toBeTruthy();
    expect(screen.getByTestId("run")).toBeTruthy();
  });

  it("cancels a call that has no identifier yet, not the one before", async () => {
    await open();
    await key("Enter");
    await until(() => expect(screen.getByTestId("output").dataset.status).toBe("done"));
    let begin: (() => void) | undefined;
    const waiting = new Promise<void>((resolve) => (begin = resolve));
    host.answer("call_start", async () => {
      await waiting;
      return { call: "0199ffff-0000-7000-8000-000000000001" };
    });
    await key("Enter");
    await fireEvent.click(await screen.findByTestId("cancel"));
    const cancelled = () => host.asked.filter((one) => one.name === "call_cancel").map((one) => one.request);
    expect(cancelled()).toEqual([]);
    begin?.();
    await until(() => expect(cancelled()).toEqual([{ call: "0199ffff-0000-7000-8000-000000000001" }]));
  });

  it("shows no error for a last call that is gone", async () => {
    const values = { "editor:support/reply": { call: "0199ffff-0000-7000-8000-000000000009" } };
    host.answer("session_get", () => ({ values }));
    await open();
    await screen.findByTestId("output-empty");
  });

  it("says scope, amount and reset time when a budget refuses", async () => {
    core.fault = {
      status: "refused",
      failure: {
        class: {
          kind: "budget",
          refusal: {
            budget: "daily",
            scope: "project:support",
            unit: "dollars",
            limit: dollars(5),
            settled: dollars(4.98),
            held: 0,
            needed: dollars(0.12),
            resets_at: new Date(Date.now() + 5 * 3_600_000).toISOString(),
          },
        },
        message: "the budget daily refused",
        hint: null,
        status: null,
        retry_after_ms: null,
      },
    };
    await open();
    await key("Enter");
    const refusal = await screen.findByTestId("refusal");
    const said = refusal.textContent?.replace(/\s+/g, " ");
    expect(said).toContain("project:support may spend $5.00: $4.98 is spent");
    expect(said).toContain("up to $0.12");
    expect(said).toMatch(/resets at .*, in 5 h/);
    expect(screen.getByTestId("badge").textContent).toBe("refused");
  });

  it("has a lint error that appears, is fixed by key, and goes", async () => {
    await open();
    type("{{ custmer.name }}");
    await until(() => expect(screen.getByTestId("lint-count").textContent).toContain("1 error"));
    await fireEvent.keyDown(document.body, { key: "Enter", altKey: true });
    expect(view().state.doc.toString().endsWith("{{ customer.name }}")).toBe(true);
    await until(() => expect(screen.getByTestId("lint-count").dataset.errors).toBe("0"));
  });

  it("saves a version with a message, and shows the difference", async () => {
    await open();
    type("Be brief.");
    await key("s");
    const message = await screen.findByTestId("save-message");
    await fireEvent.input(message, { target: { value: "Shorter" } });
    await fireEvent.submit(screen.getByTestId("save-dialog"));
    await until(() => expect(core.versions).toHaveLength(4));
    expect(core.versions[3]).toMatchObject({ message: "Shorter" });
    await until(() => expect(screen.queryByTestId("save-dialog")).toBeNull());
    await key("d");
    await screen.findByTestId("version-4");
    const inserted = () => [...screen.getByTestId("diff").querySelectorAll("ins")].map((one) => one.textContent).join();
    await until(() => expect(inserted()).toContain("Be brief."));
    expect(screen.getByTestId("diff-left").textContent).toContain("2 production");
  });

  it("moves a label after naming what it replaces, and back by undo", async () => {
    await open();
    await fireEvent.click(screen.getByTestId("label-production"));
    const change = await screen.findByTestId("label-change");
    expect(change.textContent).toContain("moves from 2 to 3");
    await fireEvent.submit(screen.getByTestId("label-dialog"));
    await until(() => expect(core.labels.production).toBe(3));
    expect(screen.getByTestId("label-production").textContent).toContain("production 3");
    await fireEvent.click(await screen.findByTestId("toast-undo"));
    await until(() => expect(core.labels.production).toBe(2));
  });

  it("moves a protected label only when that was confirmed", async () => {
    core.protected.add("production");
    await open();
    await fireEvent.click(screen.getByTestId("label-production"));
    const sure = await screen.findByTestId<HTMLInputElement>("label-sure");
    expect(screen.getByTestId("label-protected").textContent).toContain(
      "take it away from version 2, which is in use, and let 3 replace it",
    );
    await fireEvent.submit(screen.getByTestId("label-dialog"));
    expect(host.asked.some((one) => one.name === "prompt_label")).toBe(false);
    expect(screen.getByTestId<HTMLButtonElement>("label-remove").disabled).toBe(true);
    await fireEvent.click(sure);
    await fireEvent.submit(screen.getByTestId("label-dialog"));
    await until(() => expect(core.labels.production).toBe(3));
    await fireEvent.click(await screen.findByTestId("toast-undo"));
    await until(() => expect(core.labels.production).toBe(2));
  });

  it("moves no label that somebody else has moved meanwhile, before that was looked at", async () => {
    await open();
    await fireEvent.click(screen.getByTestId("label-production"));
    await screen.findByTestId("label-change");
    core.labels.production = 1;
    await fireEvent.submit(screen.getByTestId("label-dialog"));
    const told = await screen.findByTestId("label-moved");
    expect(told.textContent?.replace(/\s+/g, " ")).toContain("points to 1 Import from promptfoo by now, and not to 2");
    await fireEvent.submit(screen.getByTestId("label-dialog"));
    expect(core.labels.production).toBe(1);
    await fireEvent.click(screen.getByTestId("label-look"));
    expect(screen.getByTestId("label-change").textContent).toContain("moves from 1 to 3");
    await fireEvent.submit(screen.getByTestId("label-dialog"));
    await until(() => expect(core.labels.production).toBe(3));
  });

  it("rolls a label back by key, and forth by undo", async () => {
    await open();
    await fireEvent.keyDown(document.body, { key: "L", ctrlKey: true, shiftKey: true });
    await until(() =>
      expect(screen.getByTestId("label-dialog").textContent).toContain("Roll back production to version 1?"),
    );
    await fireEvent.submit(screen.getByTestId("label-dialog"));
    await until(() => expect(core.labels.production).toBe(1));
    expect((await screen.findByTestId("toast")).textContent?.replace(/\s+/g, " ")).toContain("back from 2 to 1");
    await fireEvent.click(screen.getByTestId("toast-undo"));
    await until(() => expect(core.labels.production).toBe(2));
  });

  it("protects a label, and frees it by undo", async () => {
    await open();
    await fireEvent.click(screen.getByTestId("label-production"));
    await fireEvent.click(await screen.findByTestId("label-protect"));
    await until(() => expect(core.protected.has("production")).toBe(true));
    expect(screen.getByTestId("label-sure")).toBeTruthy();
    await toasts.undo();
    expect(core.protected.has("production")).toBe(false);
  });

  it("shows among the versions what became of labels", async () => {
    await open();
    await key("d");
    const first = await screen.findByTestId("label-1");
    expect(first.textContent).toMatch(/production moved from 1 to 2\s*Ana/);
    const order = [...screen.getByTestId("versions").querySelectorAll("[data-testid]")].map(
      (one) => (one as HTMLElement).dataset.testid,
    );
    expect(order).toEqual(["version-3", "label-1", "version-2", "label-0", "version-1"]);
    await fireEvent.click(first);
    await until(() => expect(screen.getByTestId("diff-left").dataset.value).toBe("1"));
    expect(screen.getByTestId("diff-right").dataset.value).toBe("2");
    await fireEvent.pointerDown(screen.getByTestId("timeline-more"), { button: 0, pointerType: "mouse" });
    await fireEvent.click(await screen.findByTestId("timeline-more-labels"));
    await until(() => expect(screen.queryByTestId("label-1")).toBeNull());
  });

  it("moves no label back that somebody else has moved since it was looked at", async () => {
    await open();
    await fireEvent.keyDown(document.body, { key: "L", ctrlKey: true, shiftKey: true });
    await until(() => expect(screen.getByTestId("label-dialog").textContent).toContain("Roll back production"));
    core.labels.production = 3;
    await fireEvent.submit(screen.getByTestId("label-dialog"));
    expect((await screen.findByTestId("label-moved")).textContent?.replace(/\s+/g, " ")).toContain("points to 3");
    expect(core.labels.production).toBe(3);
  });

  it("compares with what is in use by one key, and with anything by another side", async () => {
    await open();
    type("more");
    await key("d");
    await until(() => expect(screen.getByTestId("diff-left").dataset.value).toBe("2"));
    expect(screen.getByTestId("diff-right").dataset.value).toBe("draft");
    for (const what of ["template", "rendered", "parameters", "schema", "head"] as const) {
      await fireEvent.click(screen.getByTestId(`diff-what-${what}`));
      await until(() => expect(requests("prompt_diff").at(-1)).toMatchObject({ what, left: { number: 2 } }));
    }
    await key("d");
    await until(() => expect(screen.queryByTestId("diff-left")?.checkVisibility?.() ?? false).toBe(false));
  });

  it("shows before a version is saved every word that it changes", async () => {
    await open();
    type("\nKeep it short.");
    await key("s");
    const review = await screen.findByTestId("save-review");
    await until(() => expect(review.querySelector("ins")?.textContent).toContain("Keep it short."));
    await fireEvent.click(screen.getByTestId("save-what-rendered"));
    await until(() => expect(requests("prompt_diff").at(-1)).toMatchObject({ what: "rendered" }));
  });

  it("says what is included, with what, and whether it has moved since", async () => {
    const version = (number: number, name = "shared/tone") => ({ name, version: number, hash: `b3:${number}` });
    core.includes = [
      { target: "shared/tone@production", line: 3, frozen: version(3), now: version(4), problem: null },
      { target: "shared/rules", line: 5, frozen: null, now: version(1, "shared/rules"), problem: null },
      { target: "support/reply", line: 6, frozen: null, now: null, problem: "support/reply would include itself" },
    ];
    core.includedBy = ["support/triage"];
    await open();
    await key("d");
    await fireEvent.click(await screen.findByTestId("drawer-tab-includes"));
    await until(() => expect(screen.getAllByTestId("include-row")).toHaveLength(3));
    const told = screen.getAllByTestId("include-row").map((row) => row.textContent?.replace(/\s+/g, " ").trim());
    expect(told[0]).toContain("3 shared/tone@production 3 4 moved to 4");
    expect(told[1]).toContain("5 shared/rules – 1 not saved yet");
    expect(told[2]).toContain("can't be included support/reply would include itself");
    expect(screen.getByTestId("drawer-tab-includes").textContent).toContain("1 moved");
    expect(screen.getByTestId("included-by-row").textContent).toBe("support/triage");
    await fireEvent.click(screen.getByTestId("includes-take"));
    const moved = await screen.findByTestId("save-moved");
    expect(moved.textContent?.replace(/\s+/g, " ").trim()).toBe("shared/tone@production 3 → 4");
    await until(() => expect(requests("prompt_diff").at(-1)).toMatchObject({ what: "rendered" }));
    await fireEvent.click(screen.getByTestId("save-cancel"));
    await fireEvent.keyDown(screen.getByTestId("includes-list"), { key: "Enter" });
    await until(() => expect(router.place).toEqual({ screen: "editor", prompt: "shared/tone" }));
  });

  it("runs with every set of test values, and shows the runs by what they were started with", async () => {
    await open();
    const cases = core.values.map(({ name }) => name);
    expect(screen.getByTestId("run-all-values").textContent).toContain(`Run all ${cases.length}`);
    await fireEvent.keyDown(document.body, { key: "Enter", ctrlKey: true, shiftKey: true });
    await until(() => expect(screen.getAllByTestId("run-row")).toHaveLength(cases.length));
    expect(requests("call_start").map(({ values }) => values)).toEqual(core.values.map(({ values }) => values));
    const rows = screen.getAllByTestId("run-row").map((row) => row.textContent);
    for (const name of cases)
      expect(
        rows.some((row) => row?.includes(name)),
        name,
      ).toBe(true);
    await until(() => expect(screen.getByTestId("output").dataset.status).toBe("done"));
  });

  it("saves the values as a test item, with the answer to them as the wanted one, and takes it out by undo", async () => {
    await open();
    await key("Enter");
    await until(() => expect(screen.getByTestId("output").dataset.status).toBe("done"));
    await fireEvent.keyDown(document.body, { key: "S", ctrlKey: true, shiftKey: true });
    expect((await screen.findByTestId("toast")).textContent).toContain("datasets/support/reply.jsonl");
    expect(core.items).toMatchObject([
      { case: core.values[0]?.name, values: core.values[0]?.values, expected: expect.stringContaining("Dear Maya") },
    ]);
    await toasts.undo();
    expect(core.items).toEqual([]);
  });

  it("has a way out when git could not merge the prompt", async () => {
    core.problem = "line 4 of version 3 has git's marks of a conflict; settle the prompt to keep both";
    await open();
    expect((await screen.findByTestId("prompt-problem")).textContent).toContain("Not merged");
    await fireEvent.click(screen.getByTestId("settle"));
    await until(() => expect(screen.queryByTestId("prompt-problem")).toBeNull());
    expect((await screen.findByTestId("toast")).textContent).toContain("the other version 3 is 4 now");
  });

  it("flushes the draft when the window loses focus", async () => {
    await open();
    type("unsaved");
    expect(core.draft).toBeNull();
    await fireEvent.blur(window);
    await until(() => expect(core.draft?.source.body.endsWith("unsaved")).toBe(true));
  });

  it("edits values as JSON, and keeps what isn't JSON yet in its field", async () => {
    await open();
    await fireEvent.click(screen.getByTestId("values-edit"));
    const field = await screen.findByTestId<HTMLTextAreaElement>("value-orders");
    await fireEvent.input(field, { target: { value: '[{"id": ' } });
    expect(screen.getByTestId("value-problem").textContent).toContain("not JSON yet");
    expect(field.value).toBe('[{"id": ');
    await fireEvent.input(field, { target: { value: '[{"id": "H-7", "item": "tent", "state": "lost"}]' } });
    expect(screen.queryByTestId("value-problem")).toBeNull();
    await until(() => expect(screen.getByTestId("rendered").textContent).toContain("H-7 tent, lost"));
  });
});
