import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser, newPage, TestHost, type TestPage } from "./host.ts";

// One person's way through the budgets of a new workspace, by the keyboard alone.
describe("budgets", () => {
  let host: TestHost;
  let browser: Browser;
  let page: TestPage;

  beforeAll(async () => {
    [host, browser] = await Promise.all([TestHost.start(), launchBrowser()]);
    page = await newPage(browser);
    await page.open(host);
    await page.get("screen-firststart").waitFor();
    await page.get("simulated").first().waitFor();
    await page.go("budgets");
    await page.get("budget-row").first().waitFor();
  });

  afterAll(async () => {
    await browser?.close();
    await host?.remove();
  });

  const config = () => readFile(join(host.workspace, "signalbox.toml"), "utf8");
  const names = () => page.get("budget-row").evaluateAll((rows) => rows.map((row) => row.getAttribute("data-name")));
  /** Chooses in a list that opens at the focused button. */
  const choose = async (letters: string) => {
    await page.press("Enter");
    await page.page.keyboard.type(letters);
    await page.press("Enter");
  };

  it("leads to itself from the spending in the frame", async () => {
    await page.go("library");
    await page.get("spend").focus();
    await page.press("Enter");
    await page.get("screen-budgets").waitFor();
    page.isQuiet();
  });

  it("makes a budget by keys, after saying what it would have done last week", async () => {
    await page.press("Control+n");
    await page.page.keyboard.type("1");
    await page.press("Tab");
    await choose("Req");
    // Period has four buttons, then comes whom it covers and whose.
    await page.press("Tab", "Tab", "Tab", "Tab", "Tab", "Tab", "Tab");
    await page.page.keyboard.type("70");
    await page.press("Tab");
    await choose("a ch");
    await page.get("budget-step-1").waitFor();
    await expect.poll(() => page.get("budget-past").textContent()).toMatch(/^Would have refused|^It covers no call/);
    await page.isAccessible();
    await page.get("budget-name").focus();
    await page.page.keyboard.type("calls");
    await page.press("Enter");
    await page.page.locator("[data-testid=budget-row][data-name=calls]").waitFor();
    expect(await config()).toMatch(/\[budgets\.calls\][^[]*limit = "1 requests"/);
    expect(await config()).toContain('degrade = ["cheaper_tier"]');
    await page.isAccessible();
    page.isQuiet();
  });

  it("shows who spends, day by day too, and exports it", async () => {
    await page.page.locator("[data-testid=budget-row][data-name=calls]").click();
    await expect.poll(() => page.get("usage-rows").textContent()).toContain("support/reply");
    await page.get("usage-by").focus();
    await choose("Day");
    await expect.poll(() => page.get("usage-rows").locator("li").count()).toBe(1);
    await page.get("usage-export").focus();
    await page.press("Enter");
    await page.get("toast").getByText("Exported to").waitFor();
    const path = await page.get("toast").locator(".mono").first().textContent();
    expect(await readFile((path ?? "").trim(), "utf8")).toContain("day,dollars,tokens,requests");
    page.isQuiet();
  });

  it("changes a budget and takes it back to the letter", async () => {
    const before = await config();
    await page.get("screen-budgets").locator("h1").click();
    await page.press("e");
    await page.page.keyboard.type("7");
    await page.press("Enter");
    await expect.poll(config).toContain("7 requests");
    // The file is written before the window knows of it.
    await page.get("budget-form").waitFor({ state: "detached" });
    await page.press("Control+z");
    await expect.poll(config).toBe(before);
    page.isQuiet();
  });

  it("removes a budget at once and brings it back", async () => {
    const before = await config();
    await page.press("Delete");
    await expect.poll(names).toEqual(["daily"]);
    await page.press("Control+z");
    await expect.poll(names).toEqual(["daily", "calls"]);
    expect(await config()).toBe(before);
    page.isQuiet();
  });

  it("says what is wrong with an amount, and Escape leaves all as it was", async () => {
    await page.press("e");
    await page.page.keyboard.type("much");
    await expect.poll(() => page.get("budget-effect").textContent()).toContain("Write a number of requests");
    await page.isAccessible();
    await page.press("Escape");
    await page.get("budget-form").waitFor({ state: "detached" });
    expect(await page.get("toast").count()).toBe(0);
  });

  it.each(["light", "dark"] as const)("has all of it as tabs in a narrow window, %s", async (colorScheme) => {
    await page.page.emulateMedia({ colorScheme });
    await page.page.setViewportSize({ width: 900, height: 600 });
    for (const tab of ["forecast", "spenders", "thresholds"]) {
      await page.get(`budget-tabs-${tab}`).click();
      await page.isAccessible();
    }
    await page.press("Control+n");
    await page.get("budget-form").waitFor();
    await page.isAccessible();
    const wider = await page.page.evaluate(
      () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
    );
    expect(wider).toBe(false);
    await page.press("Escape");
    page.isQuiet();
  });
});
