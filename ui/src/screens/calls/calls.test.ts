import { fireEvent, render, screen, within } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import Frame from "../../frame/Frame.svelte";
import { loadScreen } from "../../frame/screens.ts";
import { ApiError, type CallListRequest } from "$lib/host/index.ts";
import { events } from "$lib/state/events.ts";
import { router, type Place } from "$lib/state/router.svelte.ts";
import { toasts } from "$lib/state/toasts.svelte.ts";
import { start } from "../../start.ts";
import type { FakeHost } from "../../test/fake_host.ts";
import { callDetail, promptDetail, sampleCall } from "../../test/sample.ts";
import { sampleHost } from "../../test/sample_host.ts";

let host: FakeHost;

beforeEach(() => {
  host = sampleHost();
});

afterEach(() => {
  events.stop();
  toasts.dismiss();
});

async function open(place: Place = { screen: "calls" }): Promise<void> {
  await start(host);
  router.replace(place);
  await loadScreen("calls");
  render(Frame);
  await screen.findByTestId("screen-calls");
  await vi.waitFor(() => expect(screen.queryByTestId("bones")).toBeNull());
}

const rows = () => screen.queryAllByTestId("calls-row");
const selected = () => rows().findIndex((row) => row.getAttribute("aria-selected") === "true");
const filters = () =>
  host.asked
    .filter((one) => one.name === "call_list")
    .map((one) => one.request as CallListRequest)
    // The chips ask for a count and a single call.
    .filter((request) => request.filter && request.limit > 1)
    .map((request) => request.filter);

describe("Calls", () => {
  it("searches from the slash key on, and says how many there are", async () => {
    await open();
    expect(screen.getByTestId("calls-total").textContent).toBe("6 calls");
    await fireEvent.keyDown(document.body, { key: "/" });
    const field = screen.getByTestId("calls-search");
    expect(document.activeElement).toBe(field);
    await fireEvent.input(field, { target: { value: "invoice" } });
    await fireEvent.keyDown(field, { key: "Enter" });
    await vi.waitFor(() => expect(rows().length).toBe(1));
    expect(screen.getByTestId("calls-total").textContent).toBe("1 call");
    expect(filters().at(-1)?.text).toBe("invoice");
    await fireEvent.keyDown(field, { key: "Escape" });
    await vi.waitFor(() => expect(rows().length).toBe(6));
  });

  it("shows each condition as a chip that can be taken away", async () => {
    await open();
    await fireEvent.click(screen.getByTestId("calls-failed"));
    await vi.waitFor(() => expect(rows().length).toBe(1));
    expect(filters().at(-1)?.statuses).toEqual(["failed", "refused"]);
    const chips = screen.getAllByTestId("calls-condition");
    expect(chips.map((chip) => chip.textContent?.replace(/\s+/g, " ").trim())).toEqual([
      "status failed",
      "status refused",
    ]);
    await fireEvent.click(chips[1] as HTMLElement);
    await vi.waitFor(() => expect(screen.getByText("No call fits")).toBeTruthy());
    await fireEvent.click(screen.getByTestId("calls-show-all"));
    await vi.waitFor(() => expect(rows().length).toBe(6));
  });

  it("presses and releases a chip without touching the other conditions, and counts what each would leave", async () => {
    await open();
    const chip = (name: string) => screen.getByTestId(`calls-${name}`);
    await vi.waitFor(() => expect(chip("verified").textContent).toMatch(/^\s*verified\s*1\s*$/));
    expect(chip("failed").textContent).toMatch(/blocked or failed\s*1\s*$/);
    await fireEvent.click(chip("degraded"));
    await fireEvent.click(chip("failed"));
    await vi.waitFor(() => expect(filters().at(-1)).toMatchObject({ degraded: true, statuses: ["failed", "refused"] }));
    expect(chip("failed").getAttribute("aria-pressed")).toBe("true");
    await fireEvent.click(chip("failed"));
    await vi.waitFor(() => expect(filters().at(-1)).toMatchObject({ degraded: true, statuses: [] }));
    expect(chip("degraded").getAttribute("aria-pressed")).toBe("true");
    await fireEvent.click(chip("verified"));
    await vi.waitFor(() => expect(filters().at(-1)).toMatchObject({ degraded: true, badges: ["verified"] }));
  });

  it("says how many calls can't be read", async () => {
    const page = { calls: [sampleCall()], older: null, newer: null, total: { count: 3, more: false }, unreadable: 2 };
    host.answer("call_list", () => page);
    await open();
    expect(screen.getByTestId("calls-unreadable").textContent).toContain("2 calls can't be read and are not shown");
  });

  it("says why a call can't be read that an event has told of", async () => {
    const call = sampleCall({ status: "running" });
    host.answer("call_get", () => {
      throw new ApiError({ code: "internal", message: "its record is damaged" });
    });
    await open({ screen: "calls", call: call.id });
    host.send([{ kind: "call", call }]);
    await screen.findByText("This call could not be read");
  });

  it("exports every call found into a file whose path can be copied", async () => {
    host.answer("calls_save", () => ({ path: "/home/ana/Downloads/calls.jsonl", calls: 6, left_out: 0 }));
    await open();
    expect(screen.getByTestId("calls-export").textContent).toContain("Export 6");
    await fireEvent.click(screen.getByTestId("calls-degraded"));
    await vi.waitFor(() => expect(screen.getByTestId("calls-export").textContent).toContain("Export 1"));
    await fireEvent.click(screen.getByTestId("calls-export"));
    expect((await screen.findByTestId("toast")).textContent).toContain("/home/ana/Downloads/calls.jsonl");
    expect(screen.getByTestId("toast-action").textContent).toBe("Copy path");
    expect(host.asked.find((one) => one.name === "calls_save")?.request).toMatchObject({ filter: { degraded: true } });
  });

  it("copies any attempt as curl", async () => {
    await open();
    for (let row = 0; row < 9; row += 1) await fireEvent.keyDown(document.body, { key: "j" });
    await screen.findByTestId("calls-why");
    screen.getByTestId("call-more").focus();
    await fireEvent.keyDown(screen.getByTestId("call-more"), { key: "Enter" });
    const item = await screen.findByTestId("call-more-curl-1");
    await fireEvent.pointerUp(item);
    await fireEvent.click(item);
    await vi.waitFor(() =>
      expect(host.asked.find((one) => one.name === "call_export")?.request).toMatchObject({
        format: { kind: "curl", attempt: 1 },
      }),
    );
  });

  it("keeps a search under a name, and brings a deleted view back", async () => {
    await open();
    await fireEvent.click(screen.getByTestId("calls-degraded"));
    await fireEvent.keyDown(document.body, { key: "s", ctrlKey: true });
    await fireEvent.input(await screen.findByTestId("name-input"), { target: { value: "Fallbacks" } });
    await fireEvent.submit(screen.getByTestId("name-dialog"));
    const tab = await screen.findByTestId("calls-views-Fallbacks");
    expect(tab.getAttribute("aria-selected")).toBe("true");
    await fireEvent.click(screen.getByTestId("calls-views-"));
    await vi.waitFor(() => expect(rows().length).toBe(6));
    await fireEvent.click(tab);
    await vi.waitFor(() => expect(filters().at(-1)?.degraded).toBe(true));
    await fireEvent.click(screen.getByTestId("calls-remove-view"));
    await vi.waitFor(() => expect(screen.queryByTestId("calls-views-Fallbacks")).toBeNull());
    await fireEvent.click(await screen.findByTestId("toast-undo"));
    await screen.findByTestId("calls-views-Fallbacks");
  });

  it("goes through the rows by j and k, and shows the chosen call", async () => {
    await open();
    expect(selected()).toBe(0);
    for (let row = 0; row < 9; row += 1) await fireEvent.keyDown(document.body, { key: "j" });
    await vi.waitFor(() => expect(selected()).toBe(5));
    const pane = within(screen.getByTestId("call-pane"));
    await pane.findByText("claude-haiku-4.5", { selector: "[data-testid=waterfall] *" });
    expect(pane.getByTestId("calls-why").textContent).toContain("gpt-5-mini was rate limited");
    expect(pane.getAllByTestId("message").map((message) => message.dataset.role)).toEqual(["system", "user"]);
    await fireEvent.keyDown(document.body, { key: "k" });
    await vi.waitFor(() => expect(selected()).toBe(4));
  });

  it("opens the prompt with the call's values, which can be undone", async () => {
    host.answer("prompt_values", ({ values }) => ({ ...promptDetail("support/reply").prompt, values }));
    const call = sampleCall();
    host.answer("call_get", () => ({ ...callDetail(call), values: { message: "Is it late?" } }));
    await open({ screen: "calls", call: call.id });
    await screen.findByTestId("calls-answer");
    await fireEvent.keyDown(document.body, { key: "o" });
    await vi.waitFor(() => expect(router.place).toEqual({ screen: "editor", prompt: "support/reply" }));
    const saved = () => host.asked.filter((one) => one.name === "prompt_values").map((one) => one.request);
    expect(saved()).toMatchObject([{ values: [{ name: "late parcel" }, { values: { message: "Is it late?" } }] }]);
    await fireEvent.click(await screen.findByTestId("toast-undo"));
    await vi.waitFor(() => expect(saved().at(-1)).toMatchObject({ values: [{ name: "late parcel" }] }));
  });

  it("saves nothing where a saved case has the same values already", async () => {
    const call = sampleCall();
    host.answer("call_get", () => ({ ...callDetail(call), values: { message: "Where is my rucksack?" } }));
    await open({ screen: "calls", call: call.id });
    await fireEvent.click(await screen.findByTestId("calls-open"));
    await vi.waitFor(() => expect(router.place.screen).toBe("editor"));
    expect(host.asked.some((one) => one.name === "prompt_values")).toBe(false);
  });

  it("sends a call again and shows it in Live; why it can't is said in the pane", async () => {
    await open();
    for (let row = 0; row < 5; row += 1) await fireEvent.keyDown(document.body, { key: "j" });
    await vi.waitFor(() => expect(selected()).toBe(5));
    host.answer("call_replay", () => {
      throw new ApiError({ code: "not_found", message: "the texts were removed", hint: "run the prompt again" });
    });
    await screen.findByTestId("calls-answer");
    await fireEvent.keyDown(document.body, { key: "r" });
    await vi.waitFor(() =>
      expect(screen.getByTestId("calls-problem").textContent).toContain("The texts were removed. Run the prompt again"),
    );
    const again = sampleCall();
    host.answer("call_replay", () => ({ call: again.id }));
    await fireEvent.keyDown(document.body, { key: "r" });
    await vi.waitFor(() => expect(router.place).toEqual({ screen: "live", call: again.id }));
  });

  it("says that texts were removed, and keeps what is left", async () => {
    const call = sampleCall();
    host.answer("call_get", () => ({
      ...callDetail(call),
      messages: [],
      values: {},
      answer: "",
      texts_removed: true,
    }));
    await open({ screen: "calls", call: call.id });
    expect((await screen.findByTestId("texts-removed")).textContent).toContain("retention setting");
    expect(screen.queryByTestId("message")).toBeNull();
    expect(screen.getAllByTestId("calls-decision").length).toBeGreaterThan(5);
  });

  it("shows pictures, tools and thoughts in words, and loads nothing", async () => {
    const call = sampleCall();
    host.answer("call_get", () => ({
      ...callDetail(call),
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "What is this?" },
            { type: "image", source: { kind: "url", url: "https://example.com/a.png" } },
            { type: "image", source: { kind: "base64", media_type: "image/png", data: "iVBOR" } },
          ],
        },
      ],
      reply: {
        reasoning: "Look it up",
        signature: null,
        tool_calls: [{ id: "1", name: "look_up", arguments: "{}" }],
        kept: {},
      },
    }));
    await open({ screen: "calls", call: call.id });
    const [sent, reply] = await screen.findAllByTestId("message");
    expect(sent?.textContent).toContain("image, image/png");
    expect(reply?.textContent).toMatch(/reasoning.*Look it up.*calls look_up/s);
    expect(document.querySelector("img")).toBeNull();
  });

  it("has a way out of a failed search", async () => {
    host.answer("call_list", ({ filter }) => {
      if (filter) throw new ApiError({ code: "internal", message: "the index is damaged" });
      return { calls: [], older: null, newer: null, total: null, unreadable: 0 };
    });
    await start(host);
    router.replace({ screen: "calls" });
    await loadScreen("calls");
    render(Frame);
    await screen.findByText("The calls could not be searched");
    const total = { count: 0, more: false };
    host.answer("call_list", () => ({ calls: [], older: null, newer: null, total, unreadable: 0 }));
    await fireEvent.click(screen.getByRole("button", { name: "Try again" }));
    await screen.findByText("No call yet");
  });
});
