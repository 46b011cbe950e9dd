import { fireEvent, render, screen, within } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import Frame from "../frame/Frame.svelte";
import { loadScreen } from "../frame/screens.ts";
import { ApiError } from "$lib/host/index.ts";
import { budgets } from "$lib/state/budgets.svelte.ts";
import { events } from "$lib/state/events.ts";
import { library } from "$lib/state/library.svelte.ts";
import { providers } from "$lib/state/providers.svelte.ts";
import { router, type Place } from "$lib/state/router.svelte.ts";
import { toasts } from "$lib/state/toasts.svelte.ts";
import { start } from "../start.ts";
import type { FakeHost } from "../test/fake_host.ts";
import { providerList } from "../test/sample.ts";
import { manyPrompts, sampleHost } from "../test/sample_host.ts";

let host: FakeHost;

beforeEach(() => {
  host = sampleHost();
});

afterEach(() => {
  events.stop();
  toasts.dismiss();
});

/** Draws the whole window at a place, with everything read. */
async function open(place: Place): Promise<void> {
  await start(host);
  router.replace(place);
  await Promise.all([loadScreen(place.screen), library.load(), providers.load(), budgets.load()]);
  render(Frame);
  await screen.findByTestId(`screen-${place.screen}`);
}

const rows = () => screen.queryAllByTestId("library-row").map((row) => row.dataset.name);
const requests = (name: string) => host.asked.filter((one) => one.name === name).map((one) => one.request);

describe("Library", () => {
  it("filters as one types, from the slash key on", async () => {
    await open({ screen: "library" });
    await fireEvent.keyDown(document.body, { key: "/" });
    const field = screen.getByTestId("library-filter");
    expect(document.activeElement).toBe(field);
    await fireEvent.input(field, { target: { value: "repl" } });
    expect(rows()).toEqual(["support/", "support/reply"]);
    await fireEvent.keyDown(field, { key: "Escape" });
    expect(rows().length).toBe(11);
  });

  it("deletes at once and brings back by undo", async () => {
    await open({ screen: "library" });
    await fireEvent.click(within(screen.getByTestId("library-list")).getByTitle("support/triage"));
    await fireEvent.keyDown(document.body, { key: "Delete" });
    const toast = await screen.findByTestId("toast");
    expect(toast.textContent).toMatch(/Deleted\s*support\/triage\s*and its 3 versions/);
    await vi.waitFor(() => expect(rows()).not.toContain("support/triage"));
    await fireEvent.keyDown(document.body, { key: "z", ctrlKey: true });
    await vi.waitFor(() => expect(rows()).toContain("support/triage"));
    expect(requests("prompt_restore")).toEqual([{ ticket: "support/triage" }]);
  });

  it("says in the dialog why a name can't be used, and keeps what was typed", async () => {
    host.answer("prompt_create", () => {
      throw new ApiError({
        code: "invalid",
        message: 'the name "a//b" has an empty part',
        hint: "put one / between parts",
      });
    });
    await open({ screen: "library" });
    await fireEvent.keyDown(document.body, { key: "n", ctrlKey: true });
    const input = await screen.findByTestId<HTMLInputElement>("name-input");
    await fireEvent.input(input, { target: { value: "a//b" } });
    await fireEvent.submit(screen.getByTestId("name-dialog"));
    await vi.waitFor(() => expect(screen.getByTestId("name-problem").textContent).toContain("an empty part. Put one"));
    expect(input.value).toBe("a//b");
  });

  it("keeps few rows in the document with a thousand prompts", async () => {
    host.answer("prompt_list", () => ({ prompts: manyPrompts(1_000) }));
    await open({ screen: "library" });
    expect(screen.getByTestId("library-count").textContent).toContain("1,000 prompts");
    expect(rows().length).toBeLessThan(60);
  });

  it("has a way out of an empty list and of a failed read", async () => {
    host.answer("prompt_list", () => ({ prompts: [] }));
    await open({ screen: "library" });
    expect(screen.getByText("No prompts yet")).toBeTruthy();
    expect(screen.getByRole("button", { name: "New prompt" })).toBeTruthy();
  });
});

describe("the palette", () => {
  it("finds prompts and commands, and runs the first hit", async () => {
    await open({ screen: "library" });
    await fireEvent.keyDown(document.body, { key: "k", ctrlKey: true });
    const input = await screen.findByTestId("palette-input");
    await fireEvent.input(input, { target: { value: "budg" } });
    expect(screen.getByTestId("command-go-budgets").getAttribute("aria-selected")).toBe("true");
    await loadScreen("budgets");
    await fireEvent.keyDown(input, { key: "Enter" });
    await screen.findByTestId("screen-budgets");
    expect(screen.queryByTestId("palette")).toBeNull();
  });
});

describe("Providers", () => {
  const PLANTED = "sk-planted-9f4Q";
  const bodyText = () =>
    document.body.innerHTML + [...document.querySelectorAll("input")].map((one) => one.value).join();

  it("leaves no key in the window, whether it was kept or refused", async () => {
    for (const fails of [false, true]) {
      host.answer("key_set", () => {
        if (fails) throw new ApiError({ code: "keychain", message: "the keychain is locked", hint: "unlock it" });
        return providerList();
      });
      await open({ screen: "providers", provider: "mistral" });
      const input = await screen.findByTestId("key-input");
      await fireEvent.input(input, { target: { value: PLANTED } });
      await fireEvent.submit(input.closest("form") as HTMLFormElement);
      await vi.waitFor(() => expect(bodyText()).not.toContain(PLANTED));
      if (fails) expect(screen.getByTestId("key-problem").textContent).toBe("The keychain is locked. Unlock it");
      expect(requests("key_set").at(-1)).toEqual({ provider: "mistral", name: null, key: PLANTED });
      document.body.replaceChildren();
      events.stop();
      host = sampleHost();
    }
  });

  it("offers a way out of each state of the keychain", async () => {
    for (const [state, button] of [
      ["locked", "keychain-unlock"],
      ["missing", "keychain-memory"],
      ["denied", "keychain-again"],
    ] as const) {
      host.answer("provider_list", () => ({ ...providerList(), keychain: { state, hint: "what to do" } }));
      await open({ screen: "providers", provider: "mistral" });
      expect(screen.getByTestId("keychain-box").dataset.state).toBe(state);
      expect(screen.getByTestId(button)).toBeTruthy();
      document.body.replaceChildren();
      events.stop();
      host = sampleHost();
    }
  });

  it("shows a test step by step, and what it found", async () => {
    host.answer("provider_test", () => ({
      steps: [
        { name: "connect", ms: 38, ok: true, note: null, failure: null },
        { name: "key accepted", ms: 93, ok: true, note: null, failure: null },
        { name: "models listed", ms: 81, ok: true, note: null, failure: null },
      ],
      models: [{ id: "gpt-6", context_window: 400_000, owned_by: null }],
    }));
    host.answer("model_add", () => ({ list: providerList(), undo: { before: "", after: "b3:1" } }));
    await open({ screen: "providers", provider: "openai" });
    await fireEvent.click(screen.getByTestId("test-run"));
    await vi.waitFor(() => expect(screen.getByTestId("test-signal").textContent).toBe("key accepted"));
    expect(screen.getAllByTestId("test-step").map((step) => step.textContent?.replace(/\s+/g, " ").trim())).toEqual([
      "connect 38 ms",
      "key accepted 93 ms",
      "models listed 81 ms",
    ]);
    await fireEvent.click(within(screen.getByTestId("model-found")).getByRole("switch"));
    await vi.waitFor(() => expect(requests("model_add")).toEqual([{ provider: "openai", id: "gpt-6" }]));
  });
});

describe("Live", () => {
  it("stops the list while it is paused, and says how many wait", async () => {
    await open({ screen: "live" });
    const count = () => screen.getByTestId("live-all").textContent;
    await vi.waitFor(() => expect(count()).toContain("6"));
    await fireEvent.keyDown(document.body, { key: " " });
    const { sampleCall } = await import("../test/sample.ts");
    host.send([{ kind: "call", call: sampleCall() }]);
    await vi.waitFor(() => expect(screen.getByTestId("status").textContent).toContain("Paused, 1 new call"));
    expect(count()).toContain("6");
    await fireEvent.keyDown(document.body, { key: " " });
    await vi.waitFor(() => expect(count()).toContain("7"));
  });

  it("marks simulated text in the list and beside the answer", async () => {
    await open({ screen: "live" });
    await vi.waitFor(() => expect(screen.getAllByTestId("simulated").length).toBe(1));
    const simulated = screen.getAllByTestId("live-call").find((row) => within(row).queryByTestId("simulated"));
    await fireEvent.click(simulated as HTMLElement);
    await vi.waitFor(() => expect(screen.getAllByTestId("simulated").length).toBe(3));
  });
});

describe("Settings", () => {
  it("changes the look at once and remembers it", async () => {
    await open({ screen: "settings" });
    await fireEvent.click(within(screen.getByTestId("theme")).getByText("Dark"));
    expect(document.documentElement.dataset.theme).toBe("dark");
    await fireEvent.click(within(screen.getByTestId("text-size")).getByText("125 %"));
    expect(document.documentElement.style.getPropertyValue("--type-13")).toBe("16px");
    await vi.waitFor(() =>
      expect(requests("session_set")).toEqual(
        expect.arrayContaining([
          { key: "look.theme", value: "dark" },
          { key: "look.text-size", value: 125 },
        ]),
      ),
    );
    document.documentElement.removeAttribute("style");
    delete document.documentElement.dataset.theme;
  });
});
