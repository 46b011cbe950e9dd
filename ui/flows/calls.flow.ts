import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser, newPage, TestHost, type TestPage } from "./host.ts";

/** Where pictures of what is looked at are kept; nowhere unless it is asked for. */
const PICTURES = process.env.SIGNALBOX_FLOW_PICTURES;

let host: TestHost;
let browser: Browser;
let page: TestPage;

beforeAll(async () => {
  [host, browser] = await Promise.all([TestHost.start(), launchBrowser()]);
  page = await newPage(browser);
  await page.open(host);
});

afterAll(async () => {
  await browser?.close();
  await host?.remove();
});

afterEach(() => page.isQuiet());

async function picture(name: string): Promise<void> {
  if (PICTURES) await page.page.screenshot({ path: join(PICTURES, `${name}.png`) });
}

describe("a drill in Live", () => {
  it("shows the limit, the wait that is kept to, the fallback and the cool-down", async () => {
    await page.go("live");
    await page.get("live-drills").click();
    await page.get("live-drills-rate-limit-storm").click();
    const decisions = () => page.get("decisions").textContent();
    for (const told of ["429", "1 s for drill-large, as the provider asks", "cools down for", "drill-small is next"]) {
      await expect.poll(decisions).toContain(told);
    }
    await page.page.locator("[data-testid=decision][data-stage=settle]").waitFor();
    await expect.poll(() => page.get("degraded-reason").first().textContent()).toContain("drill-small");
    await page.get("cool-down").first().waitFor();
    const left = async () => (await page.get("cool-down").first().textContent()) ?? "";
    const before = await left();
    await expect.poll(left).not.toBe(before);
    await page.isAccessible();
    await picture("live-storm");
  });

  it("marks every call of a drill as simulated and as a drill", async () => {
    await expect.poll(() => page.get("live-call").count()).toBeGreaterThanOrEqual(3);
    await expect.poll(() => page.get("call-facts").first().textContent()).toContain("rate-limit-storm");
  });
});

describe("the history", () => {
  /** How many calls there are before anything is looked for. */
  let all = 0;

  it("finds a call by words of its answer and takes the filter away again", async () => {
    await page.go("calls");
    await expect.poll(() => page.get("calls-row").count()).toBeGreaterThanOrEqual(3);
    all = await page.get("calls-row").count();
    const first = page.get("calls-row").first();
    await first.click();
    const answer = (await page.get("call-answer").textContent()) ?? "";
    const words = answer.trim().split(/\s+/).slice(0, 3).join(" ");
    await page.get("calls-search").fill(`"${words}"`);
    await expect.poll(() => page.get("calls-total").textContent()).toMatch(/^\d+ calls?$/);
    await expect.poll(() => page.page.locator("[data-testid=call-answer] mark").count()).toBeGreaterThan(0);
    await picture("calls-search");
    await page.get("calls-search").fill("zeppelin");
    await page.get("calls-clear").click();
    await expect.poll(() => page.get("calls-row").count()).toBe(all);
  });

  it("filters by what occurs, and shows each condition", async () => {
    await page.get("calls-filters-toggle").click();
    await page.get("calls-degraded").click();
    await page.get("calls-condition").first().waitFor();
    await page.get("calls-by-models").click();
    await page.get("calls-by-models-drill-small").click();
    await expect.poll(() => page.get("calls-condition").count()).toBe(2);
    await expect.poll(() => page.get("calls-row").count()).toBe(3);
    await page.isAccessible();
    await picture("calls-filters");
    await page.get("calls-condition").first().click();
    await expect.poll(() => page.get("calls-condition").count()).toBe(1);
  });

  it("keeps a view under a name and comes back to it", async () => {
    await page.get("calls-save-view").click();
    await page.get("calls-view-name").fill("Small ones");
    await page.press("Enter");
    await expect.poll(() => page.get("calls-views").textContent()).toContain("Small ones");
    await page.page.reload();
    await page.get("frame").waitFor();
    await expect.poll(() => page.get("calls-views").textContent()).toContain("Small ones");
  });

  it("sends a call again, and the new one says what it repeats", async () => {
    await page.get("calls-condition").first().click();
    await expect.poll(() => page.get("calls-row").count()).toBe(all);
    const before = all;
    await page.get("calls-row").filter({ hasText: "support/reply" }).first().click();
    await page.get("call-replay").click();
    await expect.poll(() => page.get("call-facts").textContent()).toContain("Replay of");
    await page.get("calls-fresh").click();
    await expect.poll(() => page.get("calls-row").count()).toBeGreaterThanOrEqual(before);
  });

  it("fits a small window in the dark", async () => {
    await page.page.emulateMedia({ colorScheme: "dark" });
    await page.page.setViewportSize({ width: 900, height: 600 });
    await page.isAccessible();
    await picture("calls-dark-900");
    await page.page.setViewportSize({ width: 1360, height: 860 });
    await picture("calls-dark-1360");
    await page.page.emulateMedia({ colorScheme: "light" });
  });
});

describe("a route", () => {
  const toml = () => readFile(join(host.workspace, "signalbox.toml"), "utf8");

  it("is added, ordered by keys, told to hold answers back, and every change is taken back", async () => {
    await page.go("routes");
    await page.get("route-new").click();
    await page.get("route-name").fill("careful");
    await page.press("Enter");
    await expect.poll(toml).toContain("[routes.careful]");
    await page.get("route-add-candidate").first().click();
    await page.page.locator("[data-testid^=route-add-candidate-]").first().click();
    const models = () =>
      page.page
        .locator("[data-line^=generate] [data-testid=route-candidate]")
        .evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset.model));
    await expect.poll(async () => (await models()).length).toBe(2);
    const before = await models();
    await page.get("route-candidate").first().focus();
    await page.press("Alt+ArrowRight");
    await expect.poll(models).toEqual([...before].reverse());
    await page.get("route-integrity").click();
    await expect.poll(toml).toContain("integrity = true");
    await page.get("route-patience_ms").fill("2s");
    await page.press("Tab");
    await expect.poll(toml).toContain('patience = "2s"');
    await page.isAccessible();
    await picture("routes");
    await page.page.getByTestId("toast").last().getByRole("button", { name: /undo/i }).click();
    await expect.poll(toml).not.toContain('patience = "2s"');
  });

  it("fits a small window in the dark", async () => {
    await page.page.emulateMedia({ colorScheme: "dark" });
    await page.page.setViewportSize({ width: 900, height: 600 });
    await page.isAccessible();
    await picture("routes-dark-900");
    await page.page.setViewportSize({ width: 1360, height: 860 });
    await page.page.emulateMedia({ colorScheme: "light" });
    await page.go("providers");
    await page.get("provider-add").click();
    await page.get("connect-service").waitFor();
    await picture("providers-add");
  });
});
