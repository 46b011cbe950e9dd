import { fireEvent, render, screen, within } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import Frame from "../../frame/Frame.svelte";
import { loadScreen } from "../../frame/screens.ts";
import { ApiError } from "$lib/host/index.ts";
import { calls } from "$lib/state/calls.svelte.ts";
import { events } from "$lib/state/events.ts";
import { gateway } from "$lib/state/gateway.svelte.ts";
import { providers } from "$lib/state/providers.svelte.ts";
import { router } from "$lib/state/router.svelte.ts";
import { start } from "../../start.ts";
import type { FakeHost } from "../../test/fake_host.ts";
import { gatewayState, NOW, sampleCall } from "../../test/sample.ts";
import { sampleHost } from "../../test/sample_host.ts";

let host: FakeHost;

beforeEach(() => {
  host = sampleHost();
});

afterEach(() => events.stop());

async function open(): Promise<void> {
  await start(host);
  router.replace({ screen: "live" });
  await Promise.all([loadScreen("live"), calls.load(), providers.load(), gateway.load()]);
  render(Frame);
  await screen.findByTestId("screen-live");
}

const drill = async (name: string) => {
  await vi.waitFor(() => expect(host.asked.some((one) => one.name === "drill_list")).toBe(true));
  const trigger = screen.getByTestId("live-drills");
  trigger.focus();
  await fireEvent.keyDown(trigger, { key: "Enter" });
  const item = await screen.findByTestId(`live-drills-${name}`);
  await fireEvent.pointerUp(item);
  await fireEvent.click(item);
};

describe("Live", () => {
  it("runs a drill and shows its first call, which meets what the others are spared", async () => {
    const started = [sampleCall(), sampleCall()];
    host.answer("drill_run", () => ({ calls: started.map((one) => one.id) }));
    await open();
    await fireEvent.click(screen.getByTestId("live-stopped"));
    await fireEvent.keyDown(document.body, { key: " " });
    await drill("rate-limit-storm");
    await vi.waitFor(() => expect(router.place).toEqual({ screen: "live", call: started[0]?.id }));
    expect(screen.getByTestId("live-all").getAttribute("aria-pressed")).toBe("true");
    expect(screen.getByTestId("live-pause").textContent).toContain("Pause");
  });

  it("says why a drill did not start", async () => {
    host.answer("drill_run", () => {
      throw new ApiError({ code: "invalid", message: "a drill runs already", hint: "wait for its end" });
    });
    await open();
    await drill("judge-down");
    await vi.waitFor(() =>
      expect(screen.getByTestId("live-problem").textContent).toContain("A drill runs already. Wait for its end"),
    );
  });

  it("counts cool-downs down where the provider stands, and says a change once", async () => {
    await open();
    const row = screen.getByTestId("cool-down");
    expect(row.textContent).toMatch(/gpt-5-mini, rate limited\s*(19|20) s/);
    expect(row.closest("[aria-live]")).toBeNull();
    host.send([{ kind: "gateway", state: gatewayState({ cool_downs: [], signals: [] }) }]);
    await vi.waitFor(() => expect(screen.queryByTestId("cool-down")).toBeNull());
    expect(within(screen.getByTestId("live-providers")).getByRole("status").textContent).toBe("Nothing cools down");
  });

  it("shows what an alarm is about until somebody has seen it", async () => {
    const alarm = {
      text: "mini and its judge fail together",
      since: NOW,
      roles: [],
      providers: ["openai"],
      drill: false,
    };
    host.answer("gateway_state", () => gatewayState({ alarm }));
    await open();
    const bar = screen.getByTestId("alarm");
    expect(bar.textContent).toContain("mini and its judge fail together");
    await fireEvent.click(within(bar).getByTestId("alarm-show"));
    expect(screen.getByTestId("live-unverified").getAttribute("aria-pressed")).toBe("true");
    expect(screen.getByTestId("live-since")).toBeTruthy();
    await fireEvent.click(within(bar).getByTestId("alarm-seen"));
    await vi.waitFor(() => expect(screen.queryByTestId("alarm")).toBeNull());
    host.send([{ kind: "gateway", state: gatewayState({ alarm: { ...alarm, since: "2026-11-22T15:00:00Z" } }) }]);
    await screen.findByTestId("alarm");
  });

  it("counts a degraded answer that nobody checked among the unverified ones", async () => {
    const alarm = { text: "they fail together", since: "2026-11-22T00:00:00Z", roles: [], providers: [], drill: true };
    host.answer("gateway_state", () => gatewayState({ alarm }));
    await open();
    const bar = screen.getByTestId("alarm");
    expect(bar.textContent).toContain("Drill: correlated failure");
    expect(within(bar).queryByTestId("alarm-drill")).toBeNull();
    await fireEvent.click(within(bar).getByTestId("alarm-show"));
    const words = screen.getAllByTestId("live-call").map((row) => row.textContent);
    expect(words.some((word) => word.includes("degraded"))).toBe(true);
    expect(within(bar).getByTestId("alarm-show").textContent.trim()).toBe(`Show the ${words.length}`);
  });

  it("starts what the alarm looks like as a drill", async () => {
    const roles = ["generate" as const, "judge" as const];
    const alarm = { text: "they fail together", since: NOW, roles, providers: [], drill: false };
    host.answer("gateway_state", () => gatewayState({ alarm }));
    host.answer("drill_run", () => ({ calls: [sampleCall().id] }));
    await open();
    await fireEvent.click(screen.getByTestId("alarm-drill"));
    await vi.waitFor(() =>
      expect(host.asked.find((one) => one.name === "drill_run")?.request).toEqual({ name: "dead-judge" }),
    );
  });

  it("keeps the call in view until somebody chooses another, whatever begins", async () => {
    await open();
    const chosen = () => screen.getAllByTestId("live-call").find((row) => row.getAttribute("aria-selected") === "true");
    const first = chosen()?.dataset.call;
    expect(first).toBeDefined();
    const begun = sampleCall({ id: "ffffffff-0000-7000-8000-000000000000", status: "running" });
    host.send([{ kind: "call", call: begun }]);
    await vi.waitFor(() => expect(screen.getAllByTestId("live-call")[0]?.dataset.call).toBe(begun.id));
    expect(chosen()?.dataset.call).toBe(first);
  });

  it("tells why an answer is degraded, beside its waterfall", async () => {
    await open();
    await fireEvent.click(screen.getAllByTestId("live-call").at(-1) as HTMLElement);
    expect((await screen.findByTestId("degraded-reason")).textContent).toContain("gpt-5-mini was rate limited");
    const lines = () => screen.getAllByTestId("decision").filter((row) => row.dataset.stage?.startsWith("attempt"));
    await vi.waitFor(() => expect(lines().map((row) => row.dataset.cause)).toEqual(["429 rate limited", "fallback"]));
    const bars = (row: HTMLElement) =>
      [...row.querySelectorAll<HTMLElement>("[data-bar]")].map((bar) => bar.dataset.bar);
    expect(lines().map(bars)).toEqual([["failed"], ["wait", "flow"]]);
  });
});
