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
