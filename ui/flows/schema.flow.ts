import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser, newPage, TestHost, type TestPage } from "./host.ts";

const ANSWER = `Here is what I found:
\`\`\`json
{'supplier': 'Acme', "number": "A-7", "date": "2025-04-03", total: "1,204.50", lines: {"text": "Paper", "amount": "12"}}
\`\`\``;

// The schema of an answer, over the real core: form and text in step, an answer to try, what the models enforce.
describe("editing the schema", () => {
  let host: TestHost;
  let browser: Browser;
  let page: TestPage;

  beforeAll(async () => {
    [host, browser] = await Promise.all([TestHost.start(), launchBrowser()]);
    page = await newPage(browser);
    await page.open(host);
    await page.get("screen-firststart").waitFor();
    await page.press("Control+p");
    await page.get("palette-input").fill("extract/invoice");
    await page.press("Enter");
    await page.get("editor").waitFor();
    await page.get("part-schema").click();
    await page.get("schema-form").waitFor();
  });

  afterAll(async () => {
    await browser?.close();
    await host?.remove();
  });

  const field = (name: string) => page.get(`schema-field-${name}`).first();
  const text = () =>
    page.page.evaluate(() => document.querySelector("[data-testid=schema-text] .cm-content")?.textContent ?? "");
  const frontMatter = async () => {
    await page.get("part-head").click();
    const lines = await page.page.locator("[data-testid=front-matter] .cm-line").allTextContents();
    await page.get("part-schema").click();
    return lines.join("\n");
  };

  it("shows the fields of the front matter, and the same as JSON", async () => {
    await field("supplier").waitFor();
    await expect.poll(text).toContain('"supplier"');
    await page.isAccessible();
    page.isQuiet();
  });

  it("writes a change by form into the text and the front matter", async () => {
    await field("supplier").getByTestId("schema-description").fill("Who is to be paid");
    await expect.poll(text).toContain("Who is to be paid");
    await expect.poll(frontMatter).toContain("description: Who is to be paid");
    await field("date").getByTestId("schema-required").check();
    await expect
      .poll(frontMatter)
      .toMatch(/name: date\n.*\n.*\n {4}required: true|name: date\n(.*\n){2,3}.*required: true/);
  });

  it("adds, renames, moves and removes a field by keyboard", async () => {
    await field("supplier").getByTestId("schema-name").focus();
    await page.press("Enter");
    await expect
      .poll(() =>
        field("field")
          .getByTestId("schema-name")
          .evaluate((one) => one === document.activeElement),
      )
      .toBe(true);
    await page.press("Control+a");
    await page.page.keyboard.type("vat_id");
    await expect.poll(text).toContain('"vat_id"');
    await page.press("Alt+ArrowUp");
    await expect.poll(async () => (await text()).indexOf("vat_id") < (await text()).indexOf("supplier")).toBe(true);
    await page.press("Alt+Backspace");
    await expect.poll(text).not.toContain("vat_id");
  });

  it("keeps a text that can't be read, and the form as it was", async () => {
    await page.page.locator("[data-testid=schema-text] .cm-content").click();
    await page.press("Control+End");
    await page.page.keyboard.type(" oops");
    await page.get("schema-broken").waitFor();
    await expect.poll(() => page.page.locator("[data-testid=schema-text] .cm-lintRange-error").count()).toBe(1);
    await field("supplier").waitFor();
    expect(await frontMatter()).not.toContain("oops");
    await expect.poll(text).toContain("oops");
    await page.page.locator("[data-testid=schema-text] .cm-content").click();
    await page.press("Control+End");
    for (let count = 0; count < " oops".length; count += 1) await page.press("Backspace");
    await page.get("schema-broken").waitFor({ state: "detached" });
  });

  it("follows the front matter when that is changed", async () => {
    await page.get("part-head").click();
    await page.page.locator("[data-testid=front-matter] .cm-line", { hasText: "name: currency" }).click();
    await page.press("End");
    await page.page.keyboard.type("_code");
    await page.get("part-schema").click();
    await field("currency_code").waitFor();
    await expect.poll(text).toContain('"currency_code"');
  });

  it("reads a pasted answer, flags what was mended, and keeps the log beside it", async () => {
    await page.get("try-text").fill(ANSWER);
    await expect.poll(() => page.get("try-answer").getAttribute("data-ok")).toBe("true");
    const flagged = async () => {
      const paths = await page.page
        .locator("[data-testid=try-value] [data-path]:has([data-testid=flag] .caution)")
        .all();
      return Promise.all(paths.map((one) => one.getAttribute("data-path")));
    };
    await expect.poll(flagged).toEqual(["/total", "/lines", "/lines/0/amount"]);
    const log = page.get("repairs");
    await log.getByText("read from “1,204.50”, with separated thousands").waitFor();
    await log.getByText("found between fences").waitFor();
    await page.isAccessible();
    await page.get("try-text").fill('{"supplier": "Acme"}');
    await page.get("try-problems").getByText("/number").waitFor();
    page.isQuiet();
  });

  it("says what each model enforces", async () => {
    await page.get("schema-beside-models").click();
    const small = page.get("schema-model-simulated-small");
    await expect.poll(() => small.getAttribute("data-mode")).toBe("strict");
    await page.isAccessible();
  });

  it("makes a schema from a snippet, and undo brings the old one back", async () => {
    await page.get("schema-maker").click();
    await page.get("schema-maker-typescript").click();
    await page.get("schema-make-text").fill("interface Ticket {\n  title: string;\n  mood?: Mood;\n}");
    await page.get("schema-make-notes").getByText("Mood").waitFor();
    await page.isAccessible();
    await page.get("schema-make-use").click();
    await field("title").waitFor();
    expect(await field("supplier").count()).toBe(0);
    await page.get("toast-undo").click();
    await field("supplier").waitFor();
  });

  it("is in the version that is saved", async () => {
    await page.press("Control+s");
    await page.get("save-message").fill("A clearer supplier");
    await page.get("save-confirm").click();
    await page.get("save-dialog").waitFor({ state: "detached" });
    const saved = await readFile(join(host.workspace, "prompts", "extract", "invoice", "3.prompty"), "utf8");
    expect(saved).toContain("description: Who is to be paid");
    expect(saved).toContain("name: currency_code");
  });
});
