import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser, newPage, TestHost, type TestPage } from "./host.ts";

// The prompt engineer's main job, over the real core and the simulated provider.
describe("editing and comparing", () => {
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
  const folder = () => join(host.workspace, "prompts", "support", "reply");

  /** Opens support/reply by the palette. */
  async function edit(): Promise<void> {
    await page.press("Control+p");
    await page.get("palette-input").fill("support/reply");
    await page.press("Enter");
    await page.get("editor").waitFor();
    await page.get("drawer").or(page.get("rendered")).first().waitFor();
  }

  /** Types at the end of a line of the template, from 1. */
  async function type(line: number, words: string): Promise<void> {
    await page.page
      .locator("[data-testid=template] .cm-line")
      .nth(line - 1)
      .click();
    await page.press("End");
    await page.page.keyboard.type(words);
  }

  it("shows what the model gets, by message, with its length", async () => {
    await edit();
    await page.get("rendered-system").getByText("Harbour Outdoor").first().waitFor();
    expect(await page.get("message-tokens").first().textContent()).toMatch(/^\d+ tokens$/);
    await page.isAccessible();
    page.isQuiet();
  });

  it("marks an unknown variable where it stands, and takes the fix by key", async () => {
    await type(2, " {{ custmer.name }}");
    await page.press("Escape");
    await expect.poll(() => text("lint-count")).toContain("1 error");
    await expect.poll(() => page.page.locator(".cm-lintRange-error").textContent()).toBe("custmer");
    await page.press("F8");
    await page.get("problem").getByText("customer").first().waitFor();
    await page.isAccessible();
    await page.press("Alt+Enter");
    await expect.poll(() => page.get("lint-count").getAttribute("data-errors")).toBe("0");
    await page.get("rendered-system").getByText("Maya Lindqvist").waitFor();
  });

  it("stores the draft while it is typed", async () => {
    await page.get("status").getByText("Draft saved").waitFor();
    expect(await text("draft-pill")).toBe("draft of 3");
    page.isQuiet();
  });

  it("saves a version with a message, and shows what it changed by words", async () => {
    await page.press("Control+s");
    await page.get("save-message").fill("Greet by name");
    await page.isAccessible();
    await page.get("save-confirm").click();
    await page.get("version-pill").getByText("version 3").waitFor();
    expect(await readFile(join(folder(), "3.prompty"), "utf8")).toContain("{{ customer.name }}");
    await page.press("Control+d");
    await page.get("version-3").getByText("Greet by name").waitFor();
    // What is in use is what it is compared with.
    await expect.poll(() => page.get("diff-left").getAttribute("data-value")).toBe("1");
    const inserted = async () => (await page.get("diff").locator("ins").allTextContents()).join(" ");
    await expect.poll(inserted).toContain("customer.name");
    await page.get("diff-what-rendered").click();
    await expect.poll(inserted).toContain("Maya");
    await page.isAccessible();
    page.isQuiet();
  });

  it("moves a label after naming what it replaces, and back by undo", async () => {
    await page.get("label-production").click();
    await expect.poll(() => text("label-change")).toContain("production moves from 1 to 3");
    await page.isAccessible();
    await page.get("label-confirm").click();
    await page.get("label-production").getByText("production 3").waitFor();
    await page.get("toast-undo").click();
    await page.get("label-production").getByText("production 1").waitFor();
    await page.press("Control+d");
    page.isQuiet();
  });

  it("edits test values as JSON, and keeps them in their file", async () => {
    await page.get("values-edit").click();
    const orders = page.get("value-orders");
    const before = await orders.inputValue();
    await orders.fill("[");
    await expect.poll(() => text("value-problem")).toContain("not JSON yet");
    await orders.fill(before.replace("Trail 30", "Trail 40"));
    await page.get("rendered-user").getByText("Trail 40").waitFor();
    await expect.poll(() => readFile(join(folder(), "values.yaml"), "utf8")).toContain("Trail 40");
    await page.isAccessible();
    await page.get("values-edit").click();
    page.isQuiet();
  });

  it("runs, and shows the answer by fields with its attempt and its cost", async () => {
    await page.press("Control+Enter");
    // The answer of the run before is there until this one begins.
    await page.get("cancel").waitFor();
    await expect.poll(() => page.get("output").getAttribute("data-status")).toBe("done");
    await page.get("field-reply").waitFor();
    expect(await text("badge")).toBe("unverified");
    await page.get("simulated").first().waitFor();
    await expect.poll(() => text("attempt-1")).toContain("complete");
    expect(await text("output-cost")).toContain("$0");
    await page.get("output-view-text").click();
    expect(JSON.parse((await text("output-text")) ?? "")).toHaveProperty("reply");
    await page.get("output-view-fields").click();
    await page.isAccessible();
    page.isQuiet();
  });

  it("tells of a version from elsewhere and touches no text", async () => {
    await type(2, " Mine.");
    const source = await readFile(join(folder(), "3.prompty"), "utf8");
    await writeFile(join(folder(), "4.prompty"), source.replace("system:", "system:\nBe exact."));
    await page.get("disk-notice").getByText("version 4 came from elsewhere").waitFor();
    expect(await text("template")).toContain("Mine.");
    await page.isAccessible();
    await page.get("disk-leave").click();
    await page.get("draft-pill").getByText("draft of 5").waitFor();
    expect(await text("template")).not.toContain("Be exact.");
    page.isQuiet();
  });

  it("compares the draft with what is in use: both stream, words are marked, a vote is kept", async () => {
    await page.press("Control+\\");
    await page.get("compare").waitFor();
    expect(await page.get("pane-A-version").getAttribute("data-value")).toBe("1");
    expect(await page.get("pane-B-version").getAttribute("data-value")).toBe("draft");
    await page.isAccessible();
    await page.get("run-all").click();
    await expect.poll(() => page.get("pane-A").getAttribute("data-status")).toBe("done");
    await expect.poll(() => page.get("pane-B").getAttribute("data-status")).toBe("done");
    await page.get("pane-B-text").locator("ins").first().waitFor();
    expect(await text("pane-A-tokens")).toMatch(/\d+ \+ \d+/);
    await page.press("b");
    await expect.poll(() => text("vote-count")).toBe("1 voted");
    await page.isAccessible();
    page.isQuiet();
  });

  it("chooses another version for a pane by mouse and by keyboard", async () => {
    await page.get("add-pane").click();
    await page.get("pane-C-version").click();
    await page.get("pane-C-version-3").click();
    await expect.poll(() => page.get("pane-C-version").getAttribute("data-value")).toBe("3");
    await page.get("pane-C-version").focus();
    await page.press("Enter", "ArrowUp", "Enter");
    await expect.poll(() => page.get("pane-C-version").getAttribute("data-value")).toBe("4");
    page.isQuiet();
  });

  it("is as it was after the core was killed: draft, panes, answers, vote", async () => {
    const answer = await text("pane-A-text");
    await edit();
    await type(3, " Kept.");
    await page.get("status").getByText("Draft saved").waitFor();
    // What is remembered of the window is written a moment after it changed.
    const remembered = page.page.waitForResponse(
      (response) =>
        response.url().endsWith("/api/session_set") && (response.request().postData() ?? "").includes('"place"'),
    );
    await page.get("rail-compare").click();
    await page.get("pane-C").waitFor();
    await remembered;
    await host.stop("SIGKILL");
    await host.launch();
    page = await newPage(browser);
    await page.open(host);
    await expect.poll(() => text("pane-A-text")).toBe(answer);
    await page.get("pane-C").waitFor();
    await expect.poll(() => text("vote-count")).toBe("1 voted");
    await edit();
    await expect.poll(() => text("template")).toContain("Kept.");
    expect(await text("draft-pill")).toBe("draft of 5");
    await page.get("field-reply").waitFor();
  });
});
