import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser, newPage, TestHost, type TestPage } from "./host.ts";

// What the gateway does when a provider fails, watched as it happens: a drill over the real core.
describe("watching a rate-limit storm", () => {
  let host: TestHost;
  let browser: Browser;
  let page: TestPage;

  beforeAll(async () => {
    [host, browser] = await Promise.all([TestHost.start(), launchBrowser()]);
    page = await newPage(browser);
    await page.open(host);
    await page.get("screen-firststart").waitFor();
    await page.go("live");
  });

  afterAll(async () => {
    await browser?.close();
    await host?.remove();
  });

  /** What the lines of the chosen call say as their cause. */
  const causes = () =>
    page.get("decision").evaluateAll((rows) => rows.map((row) => row.getAttribute("data-cause") ?? ""));
  const bars = () =>
    page.page.locator("[data-bar]").evaluateAll((all) => all.map((bar) => bar.getAttribute("data-bar")));

  it("says of each drill what it shows", async () => {
    await page.get("live-drills").click();
    const storm = page.get("live-drills-rate-limit-storm");
    await storm.waitFor();
    expect(await storm.textContent()).toContain("429");
    await storm.click();
  });

  it("selects a call of the drill, marked as simulated and as a drill", async () => {
    const chosen = page.page.locator("[data-testid=live-call][data-selected]");
    await chosen.getByTitle("rate-limit-storm").waitFor();
    await chosen.getByTestId("simulated").waitFor();
    await expect.poll(() => page.page.locator("[data-testid=live-call] [title=rate-limit-storm]").count()).toBe(3);
  });

  it("counts the cool-down down", async () => {
    const left = () => page.get("cool-down").first().textContent();
    await page.get("cool-down").first().waitFor();
    const before = await left();
    await expect.poll(left).not.toBe(before);
  });

  it("shows the 429, the wait or the fallback, and why the answer is degraded", async () => {
    const drills = page.page.locator("[data-testid=live-call]", { hasText: "drill" });
    await expect
      .poll(() => drills.evaluateAll((rows) => rows.map((row) => row.getAttribute("data-status"))))
      .toEqual(["done", "done", "done"]);
    const seen = { causes: new Set<string>(), bars: new Set<string | null>() };
    let facts = "";
    for (let row = 0; row < 3; row += 1) {
      await drills.nth(row).click();
      await page.page.locator("[data-testid=decision][data-stage=record]").waitFor();
      for (const cause of await causes()) seen.causes.add(cause);
      for (const bar of await bars()) seen.bars.add(bar);
      facts += (await page.get("decisions").textContent()) ?? "";
    }
    expect([...seen.causes]).toEqual(expect.arrayContaining(["429 rate limited", "fallback"]));
    expect([...seen.bars]).toEqual(expect.arrayContaining(["failed", "wait", "flow"]));
    expect(facts).toMatch(/Retry-After (1|20) s/);
    expect(facts).toContain("cools down for");
    await page.page.locator("[data-testid=live-degraded]").click();
    await page.get("live-call").first().click();
    await expect.poll(() => page.get("degraded-reason").textContent()).toMatch(/answered, because/);
    await page.isAccessible();
    page.isQuiet();
  });

  it("goes through the calls by key, and pauses by Space", async () => {
    await page.get("live-all").click();
    await page.get("live-list").focus();
    await page.press("Home");
    const chosen = () => page.page.locator("[data-testid=live-call][data-selected]").getAttribute("aria-posinset");
    await expect.poll(chosen).toBe("1");
    await page.press("j");
    await expect.poll(chosen).toBe("2");
    await page.press("Space");
    await page.get("status").getByText("Paused, 0 new calls").waitFor();
    await page.press("Space");
  });

  it("shows the same in tabs where there is little room", async () => {
    await page.page.setViewportSize({ width: 900, height: 600 });
    await page.get("live-tabs-decisions").click();
    await page.get("decision").first().waitFor();
    for (const scheme of ["light", "dark"] as const) {
      await page.page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
      await page.isAccessible();
    }
    await page.get("live-tabs-providers").click();
    await page.get("provider-signal").first().waitFor();
    page.isQuiet();
  });
});
