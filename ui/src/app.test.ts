import { cleanup, render } from "@testing-library/svelte";
import { afterEach, describe, expect, it, vi } from "vitest";
import App from "./app.svelte";
import { ApiError } from "$lib/host/index.ts";
import { call } from "$lib/host/index.ts";
import { events } from "$lib/state/events.ts";
import { router } from "$lib/state/router.svelte.ts";
import { session } from "$lib/state/session.svelte.ts";
import { loadScreen } from "./frame/screens.ts";
import { start } from "./start.ts";
import { showStartError } from "./start_error.ts";
import { appInfo } from "./test/sample.ts";
import { sampleHost } from "./test/sample_host.ts";

afterEach(() => {
  cleanup();
  events.stop();
  delete document.documentElement.dataset.theme;
});

describe("the start of the window", () => {
  it("puts place and look where they were", async () => {
    const host = sampleHost();
    host.answer("session_get", () => ({ values: { place: { screen: "budgets" }, "look.theme": "dark" } }));
    await start(host);
    expect(router.place).toEqual({ screen: "budgets" });
    expect(document.documentElement.dataset.theme).toBe("dark");
  });

  it("opens the first start once, and the library after it", async () => {
    const host = sampleHost();
    host.answer("app_info", () => appInfo({ first_start: true }));
    await start(host);
    expect(router.place).toEqual({ screen: "firststart" });
    host.answer("app_info", () => appInfo());
    await start(host);
    expect(router.place).toEqual({ screen: "library" });
  });

  it("says how far it is, and keeps what was chosen before it closes", async () => {
    const host = sampleHost();
    await start(host);
    router.replace({ screen: "settings" });
    // The screen's module is loaded before, so that the test waits for the window and not for the disk.
    await loadScreen("settings");
    const { findByTestId } = render(App);
    await findByTestId("screen-settings");
    await vi.waitFor(() => expect(host.phases).toEqual(["first_paint", "usable"]));

    let store: (() => void) | undefined;
    host.answer("session_set", async () => {
      await new Promise<void>((resolve) => (store = resolve));
      return { at: "2026-11-22T14:06:31Z" };
    });
    session.set("split.settings", 420);
    window.dispatchEvent(new Event("signalbox:closing"));
    await vi.waitFor(() => expect(store).toBeDefined());
    expect(host.phases, "the value isn't stored yet").not.toContain("flushed");
    store?.();
    await vi.waitFor(() => expect(host.phases).toContain("flushed"));
    expect(host.asked.at(-1)).toEqual({ name: "session_set", request: { key: "split.settings", value: 420 } });
  });

  it("shows why it could not start, with a way to try again", async () => {
    const host = sampleHost();
    host.answer("app_info", () => {
      throw new ApiError({ code: "newer", message: "the database is of version 9", hint: "install a newer Signalbox" });
    });
    const failed = await start(host).catch((error: unknown) => error);
    const target = document.createElement("div");
    const retry = vi.fn();
    showStartError(target, failed, retry);
    expect(target.textContent).toContain("the database is of version 9");
    expect(target.textContent).toContain("install a newer Signalbox");
    target.querySelector("button")?.click();
    expect(retry).toHaveBeenCalledOnce();
  });

  it("answers a command with the host's own error", async () => {
    const host = sampleHost();
    await start(host);
    await expect(call("vote_list", {})).rejects.toBeInstanceOf(ApiError);
  });
});
