import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser, newPage, TestHost, type TestPage } from "./host.ts";

const PROMPTFOO = `prompts:
- id: tone
  raw: Write as one person to another.
`;

// What belongs to a prompt beside its text: where it comes from, what it includes, its names, its runs and its items.
describe("the registry", () => {
  let host: TestHost;
  let browser: Browser;
  let page: TestPage;

  beforeAll(async () => {
    [host, browser] = await Promise.all([TestHost.start(), launchBrowser()]);
    page = await newPage(browser);
    await page.open(host);
    await page.get("screen-firststart").waitFor();
  });

  afterAll(async () => {
    await browser?.close();
    await host?.remove();
  });

  const text = (testid: string) => page.get(testid).textContent();

  /** Runs a command by its title. */
  async function run(title: string): Promise<void> {
    await page.press("Control+k");
    await page.get("palette-input").fill(title);
    await page.press("Enter");
    await page.get("palette").waitFor({ state: "detached" });
  }

  async function edit(prompt: string): Promise<void> {
    await page.press("Control+p");
    await page.get("palette-input").fill(prompt);
    await page.press("Enter");
    await page.page.locator(`[data-testid=editor][data-prompt="${prompt}"][data-ready=true]`).waitFor();
  }

  it("imports what a typed path leads to, after it has told what that is", async () => {
    const folder = join(host.workspace, "old");
    await mkdir(folder);
    await writeFile(join(folder, "promptfooconfig.yaml"), PROMPTFOO);
    await run("Open Library");
    await page.get("library-list").waitFor();
    await page.press("Control+i");
    await page.get("import-path").fill(folder);
    await page.isAccessible();
    await page.press("Enter");
    await expect.poll(() => text("import-summary")).toContain("1 new prompt");
    await page.get("import-into").fill("shared/");
    await expect.poll(() => page.get("import-submit").isEnabled()).toBe(true);
    await page.isAccessible();
    await page.press("Enter");
    await page.get("import-dialog").waitFor({ state: "detached" });
    await page.page.locator("[data-testid=library-row][data-name='shared/tone']").waitFor();
    page.isQuiet();
  });

  it("shows what is included, where it came from, and goes there by key", async () => {
    await edit("support/reply");
    await page.page.locator("[data-testid=template] .cm-line").first().click();
    await page.press("End");
    await page.page.keyboard.type('\n{% include "shared/tone" ');
    await page.press("Escape");
    await page.page.keyboard.type("%}");
    await page.get("rendered-include").getByText("Write as one person to another.").waitFor();
    await run("Show what is included");
    await expect.poll(() => text("include-row")).toContain("not saved yet");
    await page.isAccessible();
    await page.get("includes-list").focus();
    await page.press("Enter");
    await page.page.locator("[data-testid=editor][data-prompt='shared/tone']").waitFor();
    await page.press("Control+Shift+d");
    await page.get("drawer-tab-includes").click();
    await page.get("includes-empty").waitFor();
    await page.isAccessible();
    page.isQuiet();
  });

  it("takes what an include means by now into a version of its own, after it has shown the difference", async () => {
    await edit("support/reply");
    await page.press("Control+s");
    await page.get("save-confirm").click();
    await page.get("version-pill").getByText("version 3").waitFor();
    await edit("shared/tone");
    await page.page.locator("[data-testid=template] .cm-line").last().click();
    await page.page.keyboard.type("Say sorry once.");
    await page.get("draft-pill").waitFor();
    await page.press("Control+s");
    await page.get("save-confirm").click();
    await page.get("version-pill").getByText("version 2").waitFor();
    await edit("support/reply");
    await run("Show what is included");
    await expect.poll(() => text("include-row")).toContain("moved to 2");
    await page.get("includes-take").click();
    await expect.poll(() => text("save-moved")).toContain("1 → 2");
    await expect.poll(() => page.get("save-review").locator("ins").first().textContent()).toContain("Say sorry once.");
    await page.isAccessible();
    await page.get("save-confirm").click();
    await page.get("version-pill").getByText("version 4").waitFor();
    await expect.poll(() => text("include-row")).toContain("up to date");
    page.isQuiet();
  });

  it("runs with all test values, lists the runs, and keeps one as an item", async () => {
    await edit("support/reply");
    const count = Number((await text("run-all-values"))?.match(/\d+/)?.[0]);
    expect(count).toBeGreaterThan(1);
    await page.press("Control+Shift+Enter");
    await page
      .get("run-row")
      .nth(count - 1)
      .waitFor();
    await expect.poll(() => page.get("output").getAttribute("data-status")).toBe("done");
    await page.isAccessible();
    await page.press("Control+Shift+s");
    await page.get("toast").getByText("datasets/support/reply.jsonl").waitFor();
    const items = () => readFile(join(host.workspace, "datasets", "support", "reply.jsonl"), "utf8");
    const item = JSON.parse(await items()) as { case: string; expected?: string };
    expect(item.case).toBe("late parcel");
    expect(item.expected).toContain("category");
    await page.get("toast-undo").click();
    await expect.poll(items).toBe("");
    page.isQuiet();
  });

  it("keeps the name that a prompt had until it is let go, and takes it back by undo", async () => {
    await run("Open Library");
    await page.page.locator("[data-testid=library-row][data-name='shared/tone']").click();
    await page.press("F2");
    await page.get("name-input").fill("shared/voice");
    await page.press("Enter");
    await page.get("library-once").getByText("shared/tone").waitFor();
    await page.isAccessible();
    await run("Old names of prompts");
    await page.get("old-name").waitFor();
    await page.isAccessible();
    await page.get("old-names").focus();
    await page.press("Delete");
    await page.get("old-name").waitFor({ state: "detached" });
    const file = () => readFile(join(host.workspace, "prompts", "redirects.toml"), "utf8");
    expect(await file()).not.toContain("shared/tone");
    await page.press("Escape");
    await page.get("old-names-dialog").waitFor({ state: "detached" });
    await page.get("toast-undo").click();
    await expect.poll(file).toContain("shared/tone");
    page.isQuiet();
  });
});
