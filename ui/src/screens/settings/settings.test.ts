import { fireEvent, render, screen, within } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import Frame from "../../frame/Frame.svelte";
import { loadScreen } from "../../frame/screens.ts";
import { ApiError, type EndpointState } from "$lib/host/index.ts";
import { endpoint } from "$lib/state/endpoint.svelte.ts";
import { events } from "$lib/state/events.ts";
import { router } from "$lib/state/router.svelte.ts";
import { session } from "$lib/state/session.svelte.ts";
import { start } from "../../start.ts";
import type { FakeHost } from "../../test/fake_host.ts";
import { appToken, backupList, endpointState, sampleCall } from "../../test/sample.ts";
import { sampleHost } from "../../test/sample_host.ts";

let host: FakeHost;

beforeEach(() => {
  host = sampleHost();
});

afterEach(() => events.stop());

async function open(): Promise<void> {
  await start(host);
  router.replace({ screen: "settings" });
  await Promise.all([loadScreen("settings"), endpoint.load()]);
  render(Frame);
  await screen.findByTestId("screen-settings");
}

const requests = (name: string) => host.asked.filter((one) => one.name === name).map((one) => one.request);
const rows = () => screen.queryAllByTestId("token-row").map((row) => row.dataset.name);
const signal = () => screen.getByTestId("endpoint-signal").textContent;
const bodyText = () => document.body.innerHTML + [...document.querySelectorAll("input")].map((one) => one.value).join();

describe("the endpoint", () => {
  it("is switched on with the port that is typed, and shows where it listens", async () => {
    host.answer("endpoint_get", () => endpointState({ on: false, address: null }));
    await open();
    expect(signal()).toBe("off");
    const port = screen.getByTestId<HTMLInputElement>("endpoint-port");
    expect(port.value).toBe("4141");
    for (const wrong of ["", "80", "70000", "4o41"]) {
      await fireEvent.input(port, { target: { value: wrong } });
      expect(screen.getByTestId("endpoint-port-problem").textContent).toContain("1024 to 65535");
      expect(screen.getByTestId<HTMLButtonElement>("endpoint-switch").disabled).toBe(true);
    }
    await fireEvent.input(port, { target: { value: "5151" } });
    await fireEvent.click(screen.getByTestId("endpoint-switch"));
    await vi.waitFor(() => expect(signal()).toBe("listening"));
    expect(requests("endpoint_set")).toEqual([{ on: true, port: 5151 }]);
    expect(screen.getByTestId("endpoint-address").textContent).toBe("http://127.0.0.1:5151");
    expect(screen.getByTestId("snippet-Python").textContent).toContain('"http://127.0.0.1:5151/v1"');
    expect(screen.getByTestId("status").textContent).toContain("Endpoint on 5151");
  });

  it("offers a free port when the one that is meant is taken", async () => {
    let state: EndpointState = endpointState({ on: false, address: null });
    host.answer("endpoint_get", () => state);
    host.answer("endpoint_set", ({ on, port }) => {
      if (port !== 4141) return (state = endpointState({ on, port: port ?? 0, address: `http://127.0.0.1:${port}` }));
      state = { ...state, error: "port 4141 is taken by another program", free_port: 4142 };
      throw new ApiError({ code: "conflict", message: state.error ?? "", hint: "Port 4142 is free" });
    });
    await open();
    await fireEvent.click(screen.getByTestId("endpoint-switch"));
    const problem = await screen.findByTestId("endpoint-problem");
    expect(problem.textContent).toContain("Port 4141 is taken by another program. Port 4142 is free");
    expect(problem.getAttribute("role")).toBe("alert");
    await fireEvent.click(await screen.findByTestId("endpoint-free-port"));
    await vi.waitFor(() => expect(signal()).toBe("listening"));
    expect(screen.queryByTestId("endpoint-problem")).toBeNull();
    expect(requests("endpoint_set").at(-1)).toEqual({ on: true, port: 4142 });
  });

  it("says at the start why it doesn't listen, and that this program can't serve it", async () => {
    host.answer("endpoint_get", () =>
      endpointState({ address: null, error: "port 4141 is taken by another program", free_port: 4142 }),
    );
    await open();
    expect(signal()).toBe("not listening");
    expect(screen.getByTestId("endpoint-problem").textContent).toContain("Use port 4142");
    host.send([{ kind: "endpoint", state: endpointState({ available: false, on: false, address: null }) }]);
    await vi.waitFor(() => expect(signal()).toBe("not here"));
    expect(screen.getByTestId<HTMLButtonElement>("endpoint-switch").disabled).toBe(true);
    expect(screen.queryByTestId("endpoint-problem")).toBeNull();
  });

  it("counts the calls of other programs, and nobody else's", async () => {
    await open();
    const origin = { kind: "endpoint", protocol: "openai_chat" } as const;
    const call = sampleCall({ status: "running", total_ms: null, settlement: null });
    host.send([{ kind: "call", call: { ...call, origin: origin as unknown as typeof call.origin } }]);
    await vi.waitFor(() => expect(signal()).toBe("listening, 1 call now"));
    host.send([{ kind: "call", call: { ...call, origin: origin as unknown as typeof call.origin, status: "done" } }]);
    await vi.waitFor(() => expect(signal()).toBe("listening"));
  });

  it("has a way out when it can't be read", async () => {
    host.answer("endpoint_get", () => {
      throw new ApiError({ code: "internal", message: "the database failed" });
    });
    // What an earlier test read must not stand in for it.
    Object.defineProperty(endpoint, "state", { get: () => undefined, configurable: true });
    try {
      await open();
      const error = await screen.findByTestId("endpoint-error");
      await fireEvent.click(within(error).getByText("Try again"));
      expect(requests("endpoint_get").length).toBeGreaterThan(1);
    } finally {
      delete (endpoint as { state?: unknown }).state;
    }
  });
});

describe("app tokens", () => {
  async function make(name: string): Promise<HTMLElement> {
    await fireEvent.click(screen.getByTestId("token-new"));
    await fireEvent.input(await screen.findByTestId("token-name"), { target: { value: name } });
    await fireEvent.input(screen.getByTestId("token-project"), { target: { value: "support" } });
    await fireEvent.input(screen.getByTestId("token-requests_per_minute"), { target: { value: "60" } });
    await fireEvent.submit(screen.getByTestId("token-dialog"));
    return screen.findByTestId("token-once");
  }

  const secret = /sbx_4f1c0a97e2_8KdWv3/;

  it("r1: are shown with their secret once, which goes with Done", async () => {
    await open();
    const once = await make(" crm-staging ");
    expect(once.textContent).toContain("can't be shown again");
    expect(screen.getByTestId<HTMLInputElement>("token-secret").value).toMatch(secret);
    const limits = { requests_per_minute: 60, concurrent: null };
    expect(requests("token_create")).toEqual([
      { name: "crm-staging", project: "support", user: null, org: null, limits },
    ]);
    await vi.waitFor(() => expect(rows()).toContain("crm-staging"));
    await fireEvent.click(screen.getByTestId("token-done"));
    await vi.waitFor(() => expect(bodyText()).not.toMatch(secret));
  });

  it("r1: have a secret that goes with the screen and isn't remembered", async () => {
    await open();
    await loadScreen("budgets");
    await make("crm-staging");
    router.go({ screen: "budgets" });
    await screen.findByTestId("screen-budgets");
    router.go({ screen: "settings" });
    await screen.findByTestId("screen-settings");
    await session.flush();
    expect(bodyText()).not.toMatch(secret);
    expect(JSON.stringify(host.asked)).not.toMatch(secret);
  });

  it("says in the dialog what can't be, before and after asking", async () => {
    host.answer("token_create", () => {
      throw new ApiError({ code: "invalid", message: "a token's name has 1 to 64 letters" });
    });
    await open();
    await fireEvent.click(screen.getByTestId("token-new"));
    const name = await screen.findByTestId("token-name");
    const problem = () => screen.getByTestId("token-problem").textContent;
    const make = screen.getByTestId<HTMLButtonElement>("token-make");
    expect(make.disabled).toBe(true);
    await fireEvent.input(name, { target: { value: "crm-prod" } });
    expect(problem()).toContain("There is a token crm-prod already");
    await fireEvent.input(name, { target: { value: "two words" } });
    await fireEvent.input(screen.getByTestId("token-concurrent"), { target: { value: "0" } });
    expect(problem()).toContain("Calls at once is a whole number from 1");
    expect(make.disabled).toBe(true);
    await fireEvent.input(screen.getByTestId("token-concurrent"), { target: { value: "" } });
    await fireEvent.submit(screen.getByTestId("token-dialog"));
    await vi.waitFor(() => expect(problem()).toContain("A token's name has 1 to 64 letters"));
    expect(screen.queryByTestId("token-once")).toBeNull();
  });

  it("revokes after a question only, and keeps what is revoked out of the way", async () => {
    await open();
    expect(rows()).toEqual(["ana-notebook", "crm-prod", "helpdesk", "nightly-eval"]);
    await fireEvent.click(screen.getByRole("button", { name: "Revoke helpdesk" }));
    const dialog = await screen.findByTestId("revoke-dialog");
    expect(dialog.textContent).toMatch(/can't be undone/);
    expect(requests("token_revoke")).toEqual([]);
    await fireEvent.click(screen.getByTestId("revoke-confirm"));
    await vi.waitFor(() => expect(rows()).toEqual(["ana-notebook", "crm-prod", "nightly-eval"]));
    expect(requests("token_revoke")).toEqual([{ id: "a3" }]);
    await fireEvent.click(screen.getByTestId("tokens-revoked"));
    expect(rows()).toContain("helpdesk");
    expect(screen.queryByRole("button", { name: "Revoke helpdesk" })).toBeNull();
  });

  it("follows what other programs do with them", async () => {
    host.answer("token_list", () => ({ tokens: [] }));
    await open();
    expect(screen.getByTestId("tokens-empty").textContent).toContain("No token yet");
    host.answer("token_list", () => ({ tokens: [appToken({ name: "from-the-command-line" })] }));
    host.send([{ kind: "tokens" }]);
    await vi.waitFor(() => expect(rows()).toEqual(["from-the-command-line"]));
  });
});

describe("backups", () => {
  it("makes a copy and says when, or why not", async () => {
    host.answer("backup_list", () => ({ ...backupList(), backups: [] }));
    await open();
    await screen.findByTestId("backup-none");
    await fireEvent.click(screen.getByTestId("backup-make"));
    await screen.findByTestId("backup-last");
    host.answer("backup_make", () => {
      throw new ApiError({ code: "disk_full", message: "the disk is full", hint: "free some space" });
    });
    await fireEvent.click(screen.getByTestId("backup-make"));
    const error = await screen.findByTestId("backup-error");
    expect(error.textContent).toContain("The disk is full. Free some space");
    expect(screen.getByTestId("backup-last")).toBeTruthy();
  });
});

describe("shortcuts", () => {
  const row = (command: string) =>
    screen.getAllByTestId("shortcut").find((one) => one.dataset.command === command) as HTMLElement;

  it("take the keys that are pressed, say with what they conflict, and go back", async () => {
    await open();
    await fireEvent.click(within(row("diff")).getByRole("button", { name: /Change the keys of Difference/ }));
    await screen.findByTestId("shortcut-recording");
    await fireEvent.keyDown(document.body, { key: "Tab" });
    await vi.waitFor(() => expect(screen.getByTestId("shortcut-recording").textContent).toContain("need that key"));
    // What is pressed is taken, and not done: the palette stays closed.
    await fireEvent.keyDown(document.body, { key: "k", ctrlKey: true });
    await vi.waitFor(() => expect(row("diff").textContent).toContain("Ctrl+K"));
    expect(screen.queryByTestId("palette")).toBeNull();
    const conflict = screen.getByTestId("shortcut-conflict");
    expect(conflict.textContent).toMatch(/1 conflict\s*Palette and Difference on Ctrl\+K/);
    await session.flush();
    expect(requests("session_set")).toContainEqual({ key: "keys", value: { diff: "Mod+k" } });
    await fireEvent.click(screen.getByTestId("shortcut-resolve"));
    await vi.waitFor(() => expect(screen.queryByTestId("shortcut-conflict")).toBeNull());
    expect(row("diff").textContent).toContain("Ctrl+D");
  });

  it("stay as they are when recording ends by Escape", async () => {
    await open();
    await fireEvent.click(within(row("diff")).getByRole("button", { name: /Change the keys/ }));
    await screen.findByTestId("shortcut-recording");
    await fireEvent.keyDown(document.body, { key: "Escape" });
    await vi.waitFor(() => expect(screen.queryByTestId("shortcut-recording")).toBeNull());
    expect(row("diff").textContent).toContain("Ctrl+D");
    expect(screen.queryByTestId("shortcut-reset-all")).toBeNull();
  });
});
