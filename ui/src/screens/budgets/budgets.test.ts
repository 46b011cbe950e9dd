import { fireEvent, render, screen, within } from "@testing-library/svelte";
import { tick } from "svelte";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import Frame from "../../frame/Frame.svelte";
import { loadScreen } from "../../frame/screens.ts";
import { ApiError, type BudgetAlert } from "$lib/host/index.ts";
import { alerts } from "$lib/state/alerts.svelte.ts";
import { budgets } from "$lib/state/budgets.svelte.ts";
import { events } from "$lib/state/events.ts";
import { router } from "$lib/state/router.svelte.ts";
import { toasts } from "$lib/state/toasts.svelte.ts";
import { look } from "$lib/theme/look.svelte.ts";
import { start } from "../../start.ts";
import type { FakeHost } from "../../test/fake_host.ts";
import { NOW, budgetList, budgetPreview, budgetRow, dollars, someBudgets } from "../../test/sample.ts";
import { sampleHost } from "../../test/sample_host.ts";

const undo = { before: "x", after: "b3:1" };
let host: FakeHost;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.parse(NOW) });
  host = sampleHost(someBudgets());
});

afterEach(() => {
  events.stop();
  toasts.dismiss();
  alerts.clear();
  vi.useRealTimers();
});

async function open(): Promise<void> {
  await start(host);
  router.replace({ screen: "budgets" });
  await Promise.all([loadScreen("budgets"), budgets.load()]);
  render(Frame);
  await screen.findByTestId("screen-budgets");
}

const requests = (name: string) => host.asked.filter((one) => one.name === name).map((one) => one.request);
const text = (testid: string) => screen.getByTestId(testid).textContent?.replace(/\s+/g, " ").trim() ?? "";
const type = (testid: string, value: string) => fireEvent.input(screen.getByTestId(testid), { target: { value } });

it("shows each budget with its bar and its signal in words", async () => {
  await open();
  const rows = screen.getAllByTestId("budget-row");
  expect(rows.map((row) => within(row).getByTestId("budget-signal").textContent)).toEqual([
    "over on 29 Nov",
    "on course",
    "on course",
    "stepped down",
    "stopped until 00:00",
    "on course",
    "over 80 %",
  ]);
  const meter = within(rows[0] as HTMLElement).getByTestId("budget-meter");
  expect(meter.getAttribute("aria-label")).toBe("$301.44 settled and $3.02 held of $420.00");
  expect(text("spend")).toContain("apps stopped $10.00 of $10.00");
});

it("filters by what is counted", async () => {
  await open();
  await fireEvent.click(screen.getByTestId("budget-units-tokens"));
  expect(screen.getAllByTestId("budget-row").map((row) => row.dataset.name)).toEqual(["each-user-week"]);
});

it("reads the course and the spenders of the budget that is chosen by keys", async () => {
  await open();
  await vi.waitFor(() => expect(text("usage-rows")).toContain("support/reply"));
  expect(text("budget-forecast")).toContain("$438.00 by 30 Nov, between $408.00 and $470.00");
  expect(requests("budget_usage").at(-1)).toMatchObject({ by: "prompt", account: "project:support" });
  await fireEvent.keyDown(document.body, { key: "j" });
  await vi.waitFor(() => expect(requests("budget_course").at(-1)).toEqual({ name: "house" }));
  await vi.waitFor(() => expect(requests("budget_usage").at(-1)).toMatchObject({ account: "org:Harbour Outdoor" }));
  expect(text("budget-told")).toContain("refused, 38");
});

it("says what a limit would do before it is set, sends what was changed and takes it back", async () => {
  host.answer("budget_set", ({ limit }) => ({
    list: budgetList([budgetRow({ limit: dollars(Number(limit?.slice(1))) })]),
    undo,
  }));
  host.answer("config_undo", () => ({ routes: [], candidates: [], defaults: {} }) as never);
  await open();
  await fireEvent.keyDown(document.body, { key: "e" });
  await type("budget-limit", "five");
  expect(text("budget-effect")).toContain("not an amount");
  expect(screen.getByTestId<HTMLButtonElement>("budget-save").disabled).toBe(true);
  await type("budget-limit", "$10");
  expect(text("budget-effect")).toContain(
    "is already used: every call that costs something is refused until 1 Dec 00:00",
  );
  await type("budget-limit", "$480");
  expect(text("budget-effect")).toContain("$175.54 would be left until 1 Dec 00:00");
  expect(text("budget-effect")).toContain("By the forecast it would step down on 29 Nov and not stop");
  await vi.waitFor(() =>
    expect(text("budget-past")).toContain("Would have refused 12 of 300 calls last week, degraded 30"),
  );
  expect(requests("budget_preview").at(-1)).toEqual({ name: "support-month", limit: "$480" });
  await fireEvent.submit(screen.getByTestId("budget-form"));
  await screen.findByTestId("toast");
  expect(requests("budget_set")).toEqual([{ name: "support-month", limit: "$480" }]);
  await fireEvent.click(screen.getByTestId("toast-undo"));
  await vi.waitFor(() => expect(requests("config_undo")).toEqual([undo]));
});

it("asks once for what is typed quickly, and a late answer doesn't win", async () => {
  const answers: ((refused: number) => void)[] = [];
  host.answer(
    "budget_preview",
    () =>
      new Promise((resolve) => {
        answers.push((refused) => resolve(budgetPreview({ refused, text: `would have refused ${refused}` })));
      }) as never,
  );
  await open();
  await fireEvent.click(screen.getByTestId("budget-edit"));
  for (const limit of ["$5", "$50", "$500"]) await type("budget-limit", limit);
  await vi.waitFor(() => expect(answers.length).toBe(1));
  await type("budget-limit", "$501");
  await vi.waitFor(() => expect(answers.length).toBe(2));
  answers[1]?.(2);
  await vi.waitFor(() => expect(text("budget-past")).toContain("refused 2"));
  answers[0]?.(1);
  await tick();
  expect(text("budget-past")).toContain("refused 2");
});

it("makes a budget with a name of its own, and says what is wrong where it stands", async () => {
  host.answer("budget_set", () => {
    throw new ApiError({ code: "invalid", message: "the name has a dot", hint: null });
  });
  await open();
  await fireEvent.keyDown(document.body, { key: "n", ctrlKey: true });
  await type("budget-limit", "$7");
  await type("budget-of", "tom");
  await type("budget-name", "house");
  expect(text("budget-effect")).toContain("There is a house already");
  await type("budget-name", "");
  await fireEvent.submit(screen.getByTestId("budget-form"));
  await vi.waitFor(() => expect(text("budget-effect")).toContain("The name has a dot"));
  expect(requests("budget_set")).toEqual([
    { name: "tom-day", limit: "$7", scope: "project:tom", period: "day", warn_at: 0.8 },
  ]);
  await fireEvent.keyDown(screen.getByTestId("budget-form"), { key: "Escape" });
  expect(screen.queryByTestId("budget-form")).toBeNull();
});

it("keeps what was typed when the window becomes narrow, and in another tab", async () => {
  await open();
  await fireEvent.click(screen.getByTestId("budget-edit"));
  await type("budget-limit", "$481");
  await tick();
  // Larger text leaves less room, as a narrow window does.
  look.textSize = 150;
  await screen.findByTestId("budget-tabs");
  expect(screen.getByTestId<HTMLInputElement>("budget-limit").value).toBe("$481");
  await fireEvent.click(screen.getByTestId("budget-tabs-forecast"));
  expect(screen.queryByTestId("budget-form")).toBeNull();
  await fireEvent.click(screen.getByTestId("budget-tabs-thresholds"));
  expect(screen.getByTestId<HTMLInputElement>("budget-limit").value).toBe("$481");
  look.textSize = 100;
});

it("removes a budget at once and brings it back by undo", async () => {
  host.answer("budget_remove", () => ({ list: budgetList([]), undo }));
  host.answer("config_undo", () => ({ routes: [], candidates: [], defaults: {} }) as never);
  await open();
  await fireEvent.keyDown(document.body, { key: "Delete" });
  await screen.findByTestId("budgets-empty");
  await fireEvent.keyDown(document.body, { key: "z", ctrlKey: true });
  await vi.waitFor(() => expect(screen.getAllByTestId("budget-row").length).toBe(7));
  expect(requests("budget_remove")).toEqual([{ name: "support-month" }]);
});

it("exports who spends, and says where", async () => {
  await open();
  await vi.waitFor(() => expect(screen.getByTestId<HTMLButtonElement>("usage-export").disabled).toBe(false));
  await fireEvent.click(screen.getByTestId("usage-export"));
  expect((await screen.findByTestId("toast")).textContent).toContain("/home/ana/exports/usage-by-prompt.csv");
  expect(requests("budget_export")).toEqual([{ by: "prompt", days: 22, account: "project:support" }]);
});

it("proposes a limit that the forecast fits into, and opens it in the form", async () => {
  await open();
  expect(text("budget-proposal")).toContain("With a limit of $500.00 it would step down on 30 Nov instead of 26 Nov");
  await fireEvent.click(screen.getByTestId("budget-proposal-preview"));
  expect(screen.getByTestId<HTMLInputElement>("budget-limit").value).toBe("$500.00");
});

it("follows events, and names the state in the frame", async () => {
  host.answer("budget_list", () => budgetList([budgetRow()]));
  await open();
  expect(text("spend")).toContain("Today $18.42 of $40.00");
  host.send([{ kind: "budgets", budgets: [budgetRow({ settled: dollars(40), held: 0, left: 0, refused: 2 })] }]);
  await tick();
  expect(text("budget-signal")).toBe("stopped until 00:00");
  expect(text("budget-ladder")).toContain("2 calls were refused");
  expect(text("spend")).toContain("today stopped");
});

it("tells of a threshold until somebody has seen it, the gravest first, and leads to the budgets", async () => {
  const alert = (level: BudgetAlert["level"], account: string): BudgetAlert => ({
    budget: "today",
    account,
    level,
    unit: "dollars",
    limit: dollars(10),
    settled: dollars(9),
    held: 0,
    resets_at: "2026-11-23T00:00:00Z",
    text: `${account} has used 90 %`,
  });
  await open();
  router.replace({ screen: "library" });
  host.send([
    { kind: "budget_alert", alert: alert("stop", "user:ann") },
    { kind: "budget_alert", alert: alert("warn", "user:bob") },
    { kind: "budget_alert", alert: alert("degrade", "user:bob") },
  ]);
  await tick();
  expect(text("budget-alert")).toContain("calls refused user:ann has used 90 %. It begins anew at 00:00; 1 more alert");
  expect(screen.getByTestId("budget-alert").getAttribute("role")).toBe("alert");
  await fireEvent.click(screen.getByTestId("budget-alert-open"));
  await screen.findByTestId("screen-budgets");
  expect(screen.queryByTestId("budget-alert")).toBeNull();
});

it("has a way out of an empty list, a slow one and a failed one", async () => {
  host.answer("budget_list", () => budgetList([]));
  host.answer("budget_set", () => ({ list: budgetList([budgetRow()]), undo }));
  await open();
  await fireEvent.click(screen.getByTestId("budget-first"));
  await vi.waitFor(() => expect(screen.getAllByTestId("budget-row").length).toBe(1));
  expect(requests("budget_set")).toEqual([{ name: "daily", limit: "$5.00" }]);

  host.answer("budget_usage", () => {
    throw new ApiError({ code: "internal", message: "the database is locked", hint: null });
  });
  host.send([{ kind: "budgets", budgets: [budgetRow({ name: "other", scope: "project:other" })] }]);
  await vi.waitFor(() => expect(screen.getByTestId("budget-spenders").textContent).toContain("could not be read"));
});
