import { fireEvent, render, screen, within } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import Frame from "../../frame/Frame.svelte";
import { loadScreen } from "../../frame/screens.ts";
import { ApiError, type CommandName } from "$lib/host/index.ts";
import { events } from "$lib/state/events.ts";
import { gateway } from "$lib/state/gateway.svelte.ts";
import { providers } from "$lib/state/providers.svelte.ts";
import { router } from "$lib/state/router.svelte.ts";
import { toasts } from "$lib/state/toasts.svelte.ts";
import { start } from "../../start.ts";
import type { FakeHost } from "../../test/fake_host.ts";
import { providerList } from "../../test/sample.ts";
import { sampleHost } from "../../test/sample_host.ts";

let host: FakeHost;

beforeEach(() => {
  host = sampleHost();
});

afterEach(() => {
  events.stop();
  toasts.dismiss();
});

async function open(provider = "openai"): Promise<void> {
  await start(host);
  router.replace({ screen: "providers", provider });
  await Promise.all([loadScreen("providers"), providers.load(), gateway.load()]);
  render(Frame);
  await screen.findByTestId("screen-providers");
}

const asked = (name: CommandName) => host.asked.filter((one) => one.name === name).map((one) => one.request);

async function choose(menu: string, item: string): Promise<void> {
  screen.getByTestId(menu).focus();
  await fireEvent.keyDown(screen.getByTestId(menu), { key: "Enter" });
  const found = await screen.findByTestId(`${menu}-${item}`);
  await fireEvent.pointerUp(found);
  await fireEvent.click(found);
}

describe("Providers", () => {
  it("removes a key only after it has said what that means", async () => {
    host.answer("key_delete", () => providerList());
    await open();
    await fireEvent.click(screen.getByTestId("key-remove"));
    const dialog = await screen.findByTestId("key-remove-dialog");
    expect(dialog.textContent).toMatch(/models of openai can't be called any more/);
    expect(asked("key_delete")).toEqual([]);
    await fireEvent.submit(dialog);
    await vi.waitFor(() => expect(asked("key_delete")).toEqual([{ provider: "openai", name: null }]));
  });

  it("lets the core name a found model, and takes a removed one back with the whole file", async () => {
    const undo = { before: "before", after: "b3:1" };
    const found = { id: "meta-llama/Llama-3:free", context_window: null, owned_by: null };
    host.answer("provider_test", () => ({ steps: [], models: [found] }));
    host.answer("model_add", () => ({ list: providerList(), undo }));
    host.answer("model_remove", () => ({ list: providerList(), undo }));
    host.answer("config_undo", () => ({ routes: [], candidates: [], defaults: {} }) as never);
    await open();
    await fireEvent.click(screen.getByTestId("test-run"));
    const row = await screen.findByTestId("model-found");
    await fireEvent.click(within(row).getByRole("switch"));
    await vi.waitFor(() => expect(asked("model_add")).toEqual([{ provider: "openai", id: found.id }]));
    await fireEvent.click(within(screen.getAllByTestId("model-row")[0] as HTMLElement).getByRole("switch"));
    await vi.waitFor(() => expect(asked("model_remove").length).toBe(1));
    await vi.waitFor(() => expect(screen.getByTestId("toast").textContent).toContain("Removed"));
    await fireEvent.click(screen.getByTestId("toast-undo"));
    await vi.waitFor(() => expect(asked("config_undo")).toEqual([undo]));
    expect(asked("model_set")).toEqual([]);
  });

  it("says which of the models cools down, and for how long", async () => {
    await open();
    const row = screen.getAllByTestId("model-row").find((one) => one.dataset.name === "gpt-5-mini");
    expect(within(row as HTMLElement).getByTestId("model-signal").textContent).toMatch(/cooling, (19|20) s/);
    const other = screen.getAllByTestId("model-row").find((one) => one.dataset.name === "gpt-5");
    expect(within(other as HTMLElement).getByTestId("model-signal").textContent).not.toContain("cooling,");
  });

  it("says when it could not look for servers, and looks again", async () => {
    host.answer("provider_discover", () => {
      throw new ApiError({ code: "internal", message: "no sockets are left" });
    });
    await open();
    await vi.waitFor(() => expect(screen.getByTestId("local-none").textContent).toContain("No sockets are left"));
    host.answer("provider_discover", () => ({ servers: [] }));
    await fireEvent.click(screen.getByTestId("local-look"));
    await vi.waitFor(() => expect(screen.getByTestId("local-none").textContent).toContain("No server of models"));
    expect(screen.getByTestId("local-look").textContent).toContain("Look again");
  });

  it("shows a way on where there is no provider, and the reason where they can't be listed", async () => {
    host.answer("provider_list", () => ({ ...providerList(), providers: [] }));
    await open();
    await screen.findByText("No provider yet");
    expect(screen.queryByTestId("bones")).toBeNull();
  });

  it("tests every provider that can be tested", async () => {
    host.answer("provider_test", ({ name }) => {
      if (name === "openai") throw new ApiError({ code: "provider", message: "no answer" });
      return { steps: [], models: [] };
    });
    await open();
    await fireEvent.click(screen.getByTestId("test-all"));
    await vi.waitFor(() => expect(screen.getByTestId("test-all-result").textContent).toMatch(/connected; not: openai/));
  });

  it("adds another key by a name, and forgets what was typed", async () => {
    host.answer("key_set", () => {
      throw new ApiError({ code: "keychain", message: "the keychain is locked" });
    });
    await open();
    await choose("provider-more", "key");
    await fireEvent.input(await screen.findByTestId("key-dialog-name"), { target: { value: "second" } });
    const key = screen.getByTestId("key-dialog-key") as HTMLInputElement;
    await fireEvent.input(key, { target: { value: "sk-canary" } });
    await fireEvent.submit(screen.getByTestId("key-dialog"));
    await vi.waitFor(() => expect(screen.getByTestId("key-dialog-problem").textContent).toContain("locked"));
    expect(asked("key_set")).toEqual([{ provider: "openai", name: "second", key: "sk-canary" }]);
    expect(key.value).toBe("");
  });
});
