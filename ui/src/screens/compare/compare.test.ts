import { fireEvent, render, screen } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { events } from "$lib/state/events.ts";
import { library } from "$lib/state/library.svelte.ts";
import { providers } from "$lib/state/providers.svelte.ts";
import { router } from "$lib/state/router.svelte.ts";
import { session } from "$lib/state/session.svelte.ts";
import { toasts } from "$lib/state/toasts.svelte.ts";
import Frame from "../../frame/Frame.svelte";
import { loadScreen } from "../../frame/screens.ts";
import { start } from "../../start.ts";
import { fakeCore, type FakeCore } from "../../test/fake_core.ts";
import type { FakeHost } from "../../test/fake_host.ts";
import { sampleHost } from "../../test/sample_host.ts";
import { forgetOpened } from "../editor/opened.svelte.ts";

let host: FakeHost;
let core: FakeCore;

beforeEach(() => {
  vi.spyOn(window, "innerWidth", "get").mockReturnValue(1360);
  host = sampleHost();
  core = fakeCore(host, { pace: 0 });
  core.answers = ["I am very sorry", "I am truly sorry"];
});
afterEach(() => {
  events.stop();
  toasts.dismiss();
  forgetOpened();
  vi.restoreAllMocks();
});

async function open(): Promise<void> {
  await start(host);
  router.replace({ screen: "compare", prompt: "support/reply" });
  await Promise.all([loadScreen("compare"), library.load(), providers.load()]);
  render(Frame);
  await screen.findByTestId("pane-B");
}

const until = (check: () => void) => vi.waitFor(check, { timeout: 3_000 });
const status = (letter: string) => screen.getByTestId(`pane-${letter}`).dataset.status;
const bare = (key: string) => fireEvent.keyDown(document.body, { key });

async function runAll(): Promise<void> {
  await fireEvent.keyDown(document.body, { key: "Enter", ctrlKey: true, shiftKey: true });
  await until(() => expect([status("A"), status("B")]).toEqual(["done", "done"]));
}

describe("Compare", () => {
  it("runs all panes at once on one input, and marks the words that differ", async () => {
    await open();
    await runAll();
    const started = host.asked.filter((one) => one.name === "call_start").map((one) => one.request);
    expect(started).toMatchObject([{ text: { number: 2 } }, { text: { number: 3 } }]);
    await until(() => expect(screen.getByTestId("pane-B-text").querySelector("ins")?.textContent).toBe("truly"));
    expect(screen.getByTestId("pane-B-text").textContent).toBe("I am truly sorry");
    expect(screen.getByTestId("pane-A-text").querySelector("ins")).toBeNull();
    expect(screen.getByTestId("pane-A-tokens").textContent?.trim()).toBe("493 + 4");
    expect(screen.getByTestId("pane-A-cost").textContent?.trim()).toMatch(/^\$0\.000/);
  });

  it("takes no vote before all answers have ended", async () => {
    await open();
    expect(screen.getByTestId<HTMLButtonElement>("vote-A").disabled).toBe(true);
    await bare("a");
    expect(core.votes).toEqual([]);
  });

  it("votes by key, once for the same answers, and takes it back", async () => {
    await open();
    await runAll();
    await bare("b");
    await until(() => expect(screen.getByTestId("vote-count").textContent).toBe("1 voted"));
    expect(core.votes[0]).toMatchObject({ choice: { kind: "pane", index: 1 }, blind: false });
    await bare("e");
    await until(() => expect(screen.getByTestId("vote").dataset.vote).toBe("equal"));
    expect(core.votes).toHaveLength(1);
    await bare("u");
    await until(() => expect(screen.getByTestId("vote-count").textContent).toBe("0 voted"));
  });

  it("hides who answered until somebody voted", async () => {
    await open();
    await runAll();
    await fireEvent.click(screen.getByTestId("blind"));
    expect(screen.queryByTestId("pane-A-version")).toBeNull();
    expect(screen.queryByTestId("pane-A-cost")).toBeNull();
    await bare("a");
    await until(() => expect(screen.getByTestId("pane-A-version")).toBeTruthy());
    expect(core.votes[0]).toMatchObject({ blind: true });
  });

  it("is as it was after a restart: panes, texts, votes", async () => {
    await open();
    await fireEvent.click(screen.getByTestId("add-pane"));
    core.answers = ["one", "two", "three"];
    await fireEvent.click(screen.getByTestId("run-all"));
    await until(() => expect(status("C")).toBe("done"));
    await bare("c");
    await until(() => expect(core.votes).toHaveLength(1));
    await session.flush();
    document.body.replaceChildren();
    events.stop();
    await open();
    await until(() => expect(screen.getByTestId("pane-C-text").textContent).toBe("three"));
    expect(screen.getByTestId("pane-A-text").textContent).toBe("one");
    await until(() => expect(screen.getByTestId("vote").dataset.vote).toBe("C"));
  });

  it("cancels all panes and keeps what came", async () => {
    core.pace = 5;
    core.answers = ["a ".repeat(3_000), "b ".repeat(3_000)];
    await open();
    await fireEvent.click(screen.getByTestId("run-all"));
    await until(() => expect(screen.getByTestId("pane-B-text").textContent).toContain("b b"));
    await fireEvent.keyDown(document.body, { key: ".", ctrlKey: true });
    await until(() => expect([status("A"), status("B")]).toEqual(["cancelled", "cancelled"]));
    expect(screen.getByTestId("pane-A-text").textContent).toContain("a a");
    expect(screen.getByTestId("pane-A-badge").textContent).toBe("cancelled");
  });

  it("removes a pane and brings it back", async () => {
    await open();
    await fireEvent.click(screen.getByTestId("add-pane"));
    expect(screen.getByTestId("pane-C")).toBeTruthy();
    await fireEvent.pointerDown(screen.getByTestId("pane-C-more"), { button: 0, pointerType: "mouse" });
    await fireEvent.click(await screen.findByTestId("pane-C-more-remove"));
    await until(() => expect(screen.queryByTestId("pane-C")).toBeNull());
    await fireEvent.click(await screen.findByTestId("toast-undo"));
    await screen.findByTestId("pane-C");
  });

  it("says in one pane why it wasn't started, and runs the others", async () => {
    session.set("compare", {
      panes: [
        { prompt: "support/reply", text: { kind: "draft" } },
        { prompt: "support/reply", text: { kind: "version", number: 3 } },
      ],
    });
    const values = { compare: session.get("compare", {}) };
    host.answer("session_get", () => ({ values }));
    await open();
    await fireEvent.click(screen.getByTestId("run-all"));
    const error = await screen.findByTestId("pane-A-error");
    expect(error.textContent).toContain("has no draft any more");
    await until(() => expect(status("B")).toBe("done"));
  });
});
