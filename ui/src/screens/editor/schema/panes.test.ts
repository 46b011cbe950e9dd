import { fireEvent, render, screen } from "@testing-library/svelte";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import Frame from "../../../frame/Frame.svelte";
import { loadScreen } from "../../../frame/screens.ts";
import { events } from "$lib/state/events.ts";
import { library } from "$lib/state/library.svelte.ts";
import { providers } from "$lib/state/providers.svelte.ts";
import { router } from "$lib/state/router.svelte.ts";
import { toasts } from "$lib/state/toasts.svelte.ts";
import { start } from "../../../start.ts";
import { fakeCore } from "../../../test/fake_core.ts";
import type { FakeHost } from "../../../test/fake_host.ts";
import { sampleHost } from "../../../test/sample_host.ts";
import { forgetOpened } from "../opened.svelte.ts";

let host: FakeHost;

beforeEach(() => {
  vi.spyOn(window, "innerWidth", "get").mockReturnValue(1360);
  host = sampleHost();
  fakeCore(host, { pace: 0 });
  host.answer("schema_write", () => ({ head: null, diagnostics: [] }));
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
  await fireEvent.click(screen.getByTestId("part-schema"));
  await screen.findByTestId("schema-form");
}

it("asks which schema is meant when a remembered text began from another one", async () => {
  host.answer("session_get", () => ({ values: { "schema:support/reply": { text: "{ oops", from: null } } }));
  await open();
  expect(screen.getByTestId("schema-text").textContent).toContain("{ oops");
  expect((await screen.findByTestId("schema-other")).textContent).toContain("Changed meanwhile");
  await fireEvent.click(screen.getByTestId("schema-take"));
  await vi.waitFor(() => expect(screen.queryByTestId("schema-other")).toBeNull());
  expect(screen.getByTestId("schema-text").textContent).toContain("category");
  expect(screen.queryByTestId("schema-broken")).toBeNull();
});

it("lists two problems of one place and one keyword", async () => {
  const problem = { path: "/id", keyword: "pattern", expected: "a text like ^A", found: "7" };
  host.answer("answer_parse", () => ({
    ok: false,
    value: null,
    repairs: [],
    confidence: 0,
    truncated: false,
    source: null,
    range: null,
    candidates: [],
    error: { kind: "invalid", message: "it doesn't follow", problems: [problem, problem], nearest: { id: "7" } },
  }));
  await open();
  await fireEvent.input(screen.getByTestId("try-text"), { target: { value: '{"id": "7"}' } });
  expect((await screen.findByTestId("try-problems")).children).toHaveLength(2);
});
