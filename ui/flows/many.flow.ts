import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser, newPage, TestHost } from "./host.ts";

const PROMPTS = 1_000;

describe("a workspace of a thousand prompts", () => {
  let host: TestHost;
  let browser: Browser;

  beforeAll(async () => {
    [host, browser] = await Promise.all([TestHost.start(), launchBrowser()]);
    const prompts = join(host.workspace, "prompts");
    for (let number = 0; number < PROMPTS; number += 1) {
      const folder = join(prompts, `team-${String(number % 40).padStart(2, "0")}`);
      await mkdir(folder, { recursive: true });
      await cp(join(prompts, "support", "reply"), join(folder, `reply-${String(number).padStart(4, "0")}`), {
        recursive: true,
      });
    }
  });

  afterAll(async () => {
    await browser?.close();
    await host?.remove();
  });

  it("opens its library, filters as one types, and keeps few rows in the document", async () => {
    const page = await newPage(browser);
    await page.open(host);
    await page.go("library");
    await expect.poll(() => page.get("library-count").textContent()).toContain("1,005 prompts");
    const rows = page.get("library-row");
    await rows.first().waitFor();
    expect(await rows.count()).toBeLessThanOrEqual(60);

    await page.press("/");
    await page.page.keyboard.type("0777");
    await page.page.locator("[data-name='team-17/reply-0777']").waitFor();
    expect(await rows.evaluateAll((all) => all.map((row) => row.getAttribute("data-name")))).toEqual([
      "team-17/",
      "team-17/reply-0777",
    ]);
    await page.press("Escape", "Escape", "End");
    await page.page.locator("[data-name='team-39/reply-0999']").waitFor();
    expect(await rows.count()).toBeLessThanOrEqual(60);
    await page.isAccessible();

    await page.press("Control+p");
    await page.get("palette-input").fill("0123");
    await page.get("prompt-team-03/reply-0123").waitFor();
    await page.press("Enter");
    await page.page.locator("[data-testid=editor][data-prompt='team-03/reply-0123']").waitFor();
    page.isQuiet();
  });
});
