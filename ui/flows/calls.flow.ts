import { readFile } from "node:fs/promises";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser, newPage, TestHost, type TestPage } from "./host.ts";

// Finding a call again: by what it said, by its conditions, and what can be done with it.
describe("the history of calls", () => {
  let host: TestHost;
  let browser: Browser;
  let page: TestPage;
  /** A word of the answer of the first start's call, which the search must find. */
  let word = "";

  beforeAll(async () => {
    [host, browser] = await Promise.all([TestHost.start(), launchBrowser()]);
    page = await newPage(browser);
    await page.open(host);
    await page.get("screen-firststart").waitFor();
    await page.get("simulated").first().waitFor();
    await page.go("calls");
    await page.get("calls-row").first().waitFor();
  });

  afterAll(async () => {
    await browser?.close();
    await host?.remove();
  });

  const rows = () => page.get("calls-row").count();

  it("shows what was sent, what came back, and why", async () => {
    await page.get("message").first().waitFor();
    const answer = page.get("calls-answer");
    await answer.waitFor();
    word = (await answer.textContent())?.match(/[A-Za-z]{6,}/)?.[0] ?? "";
    expect(word).not.toBe("");
    await page.get("waterfall-attempt").first().waitFor();
    expect(await page.get("calls-decision").count()).toBeGreaterThan(4);
    await page.isAccessible();
  });

  it("finds a call by a word of its answer, and marks it", async () => {
    await page.press("/");
    await page.page.keyboard.type(word);
    await expect.poll(() => page.page.locator("[data-testid=calls-answer] mark").first().textContent()).toBe(word);
    expect(await rows()).toBe(1);
    await page.get("calls-search").fill("nobodyhaseverwritten");
    await page.get("calls-show-all").waitFor();
    await page.isAccessible();
    await page.get("calls-show-all").click();
    await expect.poll(rows).toBe(1);
  });

  it("adds conditions from what occurs in the log, and takes them away", async () => {
    await page.get("calls-add-filter").click();
    await page.get("filter-panel").waitFor();
    await page.isAccessible();
    await page.get("filter-prompts").click();
    await page.page.locator("[data-testid='filter-prompts-menu'] [role=option]").first().click();
    await page.get("filter-statuses").click();
    await page.get("filter-statuses-failed").click();
    await page.get("filter-close").click();
    const chips = page.get("calls-condition");
    await expect.poll(() => chips.count()).toBe(2);
    await page.get("calls-show-all").waitFor();
    await chips.last().or(chips.first()).first().waitFor();
    await page.page.locator("[data-testid=calls-condition]", { hasText: "failed" }).click();
    await expect.poll(rows).toBe(1);
    await page.get("calls-save-view").click();
    await page.get("name-input").fill("One prompt");
    await page.press("Enter");
    await page.get("calls-views-One prompt").waitFor();
    await page.get("calls-views-").click();
    await expect.poll(() => chips.count()).toBe(0);
    page.isQuiet();
  });

  it("exports the call as a file of JSON", async () => {
    await page.get("call-more").click();
    const [download] = await Promise.all([page.page.waitForEvent("download"), page.get("call-more-json").click()]);
    const json = JSON.parse(await readFile(await download.path(), "utf8")) as unknown;
    expect(JSON.stringify(json)).toContain(word);
    await page.get("toast").getByText(download.suggestedFilename()).waitFor();
    page.isQuiet();
  });

  it("sends it again, and both stand in the list", async () => {
    await page.get("calls-replay").click();
    await page.get("screen-live").waitFor();
    await page.page.locator("[data-testid=live-call]", { hasText: "replay" }).waitFor();
    await page.go("calls");
    await expect.poll(rows).toBe(2);
    await page.get("calls-list").focus();
    await page.press("j");
    await expect
      .poll(() => page.page.locator("[data-testid=calls-row][data-selected]").getAttribute("aria-posinset"))
      .toBe("2");
  });

  it("opens in the editor with its values", async () => {
    await page.get("calls-open").click();
    await page.get("editor").waitFor();
    await page.page.locator("[data-testid=editor][data-prompt]").waitFor();
    page.isQuiet();
  });

  it("keeps the search and the views over a reload", async () => {
    await page.go("calls");
    await page.get("calls-views-One prompt").click();
    await expect.poll(() => page.get("calls-condition").count()).toBe(1);
    await expect
      .poll(async () => {
        await page.page.reload();
        await page.get("screen-calls").waitFor();
        return page.get("calls-condition").count();
      })
      .toBe(1);
    page.isQuiet();
  });

  it.each([
    { width: 900, height: 600 },
    { width: 680, height: 430 },
  ])("is accessible and scrolls nothing sideways at $width by $height", async (size) => {
    await page.page.setViewportSize(size);
    for (const scheme of ["light", "dark"] as const) {
      await page.page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
      for (const tab of ["calls", "call"]) {
        await page.get(`calls-tabs-${tab}`).click();
        await page.isAccessible();
        const wider = await page.page.evaluate(
          () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
        );
        expect(wider).toBe(false);
      }
    }
    page.isQuiet();
  });
});
