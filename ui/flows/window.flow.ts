import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser, newPage, TestHost, type TestPage } from "./host.ts";

// One person's way through a new workspace: each step stands on the one before.
describe("the window over a new workspace", () => {
  let host: TestHost;
  let browser: Browser;
  let page: TestPage;

  beforeAll(async () => {
    [host, browser] = await Promise.all([TestHost.start(), launchBrowser()]);
    page = await newPage(browser);
  });

  afterAll(async () => {
    await browser?.close();
    await host?.remove();
  });

  it("opens on a prompt that ran simulated, without any key", async () => {
    await page.open(host);
    await page.get("screen-firststart").waitFor();
    await page.get("simulated").first().waitFor();
    await page.get("connect-panel").waitFor();
    await page.isAccessible();
    await page.get("limit-today").getByText("$5").click();
    await page.get("spend").getByText("$5.00").waitFor();
    page.isQuiet();
  });

  it("skips the panel by Escape and stays on the prompt", async () => {
    await page.get("connect-panel").getByRole("heading", { name: "Connect a model" }).click();
    await page.press("Escape");
    await page.get("editor").waitFor();
    expect(await page.get("frame").getAttribute("data-screen")).toBe("editor");
  });

  it("lists the starter prompts and filters as one types", async () => {
    await page.go("library");
    await page.get("library-row").first().waitFor();
    expect(await page.get("library-count").textContent()).toContain("5 prompts");
    await page.press("/");
    await page.page.keyboard.type("reply");
    await page.page.locator("[data-name='support/reply']").waitFor();
    expect(await page.page.locator("[data-testid=library-row] mark").allTextContents()).toContain("reply");
    await page.press("Escape", "Escape");
    await page.isAccessible();
  });

  it("makes, renames, deletes and brings back a prompt", async () => {
    await page.press("Control+n");
    await page.get("name-input").fill("notes/first");
    await page.isAccessible();
    await page.get("name-submit").click();
    await page.page.locator("[data-testid=editor][data-prompt='notes/first']").waitFor();

    await page.go("library");
    await page.page.locator("[data-name='notes/first']").click();
    await page.get("library-preview").getByText("Versions").waitFor();
    await page.press("F2");
    await page.get("name-input").fill("notes/second");
    await page.press("Enter");
    const renamed = page.page.locator("[data-name='notes/second']");
    await renamed.waitFor();

    await renamed.click();
    await page.get("library-preview").getByText("Versions").waitFor();
    await page.press("Delete");
    await page.get("toast").getByText("notes/second").waitFor();
    await renamed.waitFor({ state: "detached" });
    await page.press("Control+z");
    await renamed.waitFor();
    page.isQuiet();
  });

  it("says why a name can't be used and keeps it", async () => {
    await page.press("Control+n");
    await page.get("name-input").fill("notes//third");
    await page.get("name-submit").click();
    await expect.poll(() => page.get("name-problem").textContent()).toContain("empty part");
    expect(await page.get("name-input").inputValue()).toBe("notes//third");
    await page.press("Escape");
    page.isQuiet();
  });

  it("goes anywhere by the palette, and shows the keys", async () => {
    await page.press("Control+k");
    await page.get("palette-input").fill("budg");
    await page.get("command-go-budgets").waitFor();
    await page.isAccessible();
    await page.press("Enter");
    await page.get("screen-budgets").waitFor();
    await page.press("Control+p");
    await page.get("palette-input").fill("support");
    await page.press("Escape");
    await page.press("?");
    await page.get("sheet").getByText("Save version").waitFor();
    await page.isAccessible();
    await page.press("Escape");
  });

  it("changes the limit after saying what that would do", async () => {
    await page.get("budget-row").click();
    await page.press("e");
    await page.get("budget-limit").fill("$2.50");
    await expect.poll(() => page.get("budget-effect").textContent()).toContain("$2.50 would be left");
    await page.isAccessible();
    await page.get("budget-save").click();
    await page.get("spend").getByText("$2.50").waitFor();
    page.isQuiet();
  });

  it("shows each decision of the simulated call", async () => {
    await page.go("live");
    await page.get("live-call").first().waitFor();
    const stages = page.get("decision");
    await expect
      .poll(() => stages.evaluateAll((rows) => rows.map((row) => row.getAttribute("data-stage"))))
      .toEqual(expect.arrayContaining(["render", "route", "hold", "attempt 1", "settle"]));
    await page.get("simulated").first().waitFor();
    await page.isAccessible();
  });

  it("tells of a server that isn't there, and leaves no provider behind", async () => {
    await page.go("providers");
    await page.get("provider-row").first().waitFor();
    await page.isAccessible();
    const before = await page.get("provider-row").count();
    await page.get("provider-add").click();
    const form = page.get("connect-address");
    await form.getByTestId("connect-address-input").fill("http://127.0.0.1:9/v1");
    await form.getByTestId("connect-submit").click();
    await form.getByTestId("connect-problem").waitFor();
    expect(await page.get("provider-row").count()).toBe(before);
    await page.isAccessible();
    page.isQuiet();
  });

  it("keeps theme and place over a reload and over a restart", async () => {
    await page.go("settings");
    await page.get("theme").getByText("Dark").click();
    await page.isAccessible();
    // The session is written within a moment of the change.
    await expect
      .poll(async () => {
        await page.page.reload();
        await page.get("frame").waitFor();
        return page.page.evaluate(() => document.documentElement.dataset.theme);
      })
      .toBe("dark");
    await page.get("screen-settings").waitFor();
    await host.stop();
    await host.launch();
    await page.open(host);
    await page.get("screen-settings").waitFor();
    expect(await page.page.evaluate(() => document.documentElement.dataset.theme)).toBe("dark");
  });

  it("shows what is wrong in signalbox.toml, with its line", async () => {
    await writeFile(join(host.workspace, "signalbox.toml"), "[workspace]\nname = \n");
    await page.get("config-problem").waitFor();
    expect(await page.get("config-problem").textContent()).toContain("line 2");
    await page.isAccessible();
  });
});

describe("every screen", () => {
  let host: TestHost;
  let browser: Browser;

  beforeAll(async () => {
    [host, browser] = await Promise.all([TestHost.start(), launchBrowser()]);
  });

  afterAll(async () => {
    await browser?.close();
    await host?.remove();
  });

  it.each([
    { width: 1360, height: 860 },
    { width: 900, height: 600 },
    // 1360 by 860 at 200 per cent.
    { width: 680, height: 430 },
  ])("is accessible and scrolls nothing sideways at $width by $height", async (size) => {
    const page = await newPage(browser, size);
    await page.open(host);
    for (const scheme of ["light", "dark"] as const) {
      await page.page.emulateMedia({ colorScheme: scheme });
      for (const screen of ["library", "compare", "live", "calls", "budgets", "providers", "settings"]) {
        await page.get(`rail-${screen}`).click();
        await expect.poll(() => page.get("frame").getAttribute("data-screen")).toBe(screen);
        await expect.poll(() => page.page.getByTestId("bones").count()).toBe(0);
        await page.isAccessible();
        const wider = await page.page.evaluate(
          () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
        );
        expect(wider, `${screen} at ${size.width}`).toBe(false);
      }
    }
    page.isQuiet();
    await page.page.close();
  });

  it("can be walked by F6 alone", async () => {
    const page = await newPage(browser);
    await page.open(host);
    await page.go("providers");
    await page.get("provider-row").first().waitFor();
    const focused = () =>
      page.page.evaluate(() => document.activeElement?.closest("[data-pane]")?.getAttribute("data-pane") ?? "");
    await page.press("F6");
    expect(await focused()).toBe("1");
    await page.press("F6");
    expect(await focused()).toBe("2");
    await page.press("Shift+F6");
    expect(await focused()).toBe("1");
    await page.press("Control+2");
    expect(await focused()).toBe("2");
    await page.page.close();
  });
});
