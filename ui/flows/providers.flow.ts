import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser, newPage, TestHost, type TestPage } from "./host.ts";

const GOOD = "sk-flow-planted-key-7Qx4";
const WRONG = "sk-flow-wrong-key-0000";

/** A server that lists two models to whoever has the key, as OpenAI-compatible ones do. */
async function serve(): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    const known = request.headers.authorization === `Bearer ${GOOD}`;
    response.setHeader("content-type", "application/json");
    response.statusCode = known ? 200 : 401;
    const models = ["tiny-chat", "large-chat"].map((id) => ({ id, object: "model", owned_by: "flow" }));
    response.end(
      JSON.stringify(known ? { object: "list", data: models } : { error: { message: "Incorrect API key provided" } }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` };
}

describe("connecting a provider", () => {
  let host: TestHost;
  let browser: Browser;
  let page: TestPage;
  let server: Server;
  let url: string;

  beforeAll(async () => {
    [{ server, url }, host, browser] = await Promise.all([serve(), TestHost.start(), launchBrowser()]);
    page = await newPage(browser);
    await page.open(host);
    await page.go("providers");
    await page.get("provider-add").click();
  });

  afterAll(async () => {
    await browser?.close();
    await host?.remove();
    server?.close();
  });

  /** Everything that the page holds: its text, its attributes and what its fields have. */
  const everything = () =>
    page.page.evaluate(
      () =>
        document.documentElement.outerHTML +
        [...document.querySelectorAll("input")].map((input) => input.value).join(" ") +
        JSON.stringify({ ...sessionStorage, ...localStorage }),
    );

  async function connect(key: string): Promise<void> {
    const form = page.get("connect-address");
    await form.getByTestId("connect-address-input").fill(url);
    await form.getByTestId("connect-key-input").fill(key);
    await form.getByTestId("connect-submit").click();
  }

  it("has a way on where no keychain works", async () => {
    // A machine with a keychain shows nothing here; one without asks what to do, and does it on request only.
    if ((await page.get("keychain-box").count()) > 0) {
      await page.isAccessible();
      await page.get("keychain-memory").click();
      await page.get("keychain-box").waitFor({ state: "detached" });
    }
    expect(await page.get("keychain-signal").textContent()).toMatch(/keychain open|keys in memory/);
  });

  it("says that a key is refused, and keeps none of it", async () => {
    await connect(WRONG);
    await page.get("connect-problem").waitFor();
    await page.isAccessible();
    expect(await everything()).not.toContain(WRONG);
  });

  it("adds the provider with its models, and shows four characters of the key", async () => {
    await connect(GOOD);
    await page.get("key-last-four").waitFor();
    expect(await page.get("key-last-four").textContent()).toBe("7Qx4");
    await expect.poll(() => page.get("model-row").count()).toBeGreaterThan(0);
    expect(await everything()).not.toContain(GOOD);
    await page.isAccessible();
  });

  it("tests the connection step by step", async () => {
    await page.get("test-run").click();
    await expect.poll(() => page.get("test-signal").textContent()).toBe("key accepted");
    const steps = await page.get("test-step").allTextContents();
    expect(steps.map((step) => step.trim().replace(/\s*\d.*$/, ""))).toEqual([
      "connect",
      "key accepted",
      "models listed",
    ]);
  });

  it("tells of a key that is no longer good", async () => {
    await page.get("key-replace").click();
    await page.get("key-input").fill(WRONG);
    await page.get("key-save").click();
    await expect.poll(() => page.get("key-last-four").textContent()).toBe("0000");
    await page.get("test-run").click();
    await expect.poll(() => page.get("test-signal").textContent()).toBe("key refused");
    expect(await everything()).not.toContain(WRONG);
    await page.isAccessible();
  });

  it("sets a price of one's own", async () => {
    const row = page.get("model-row").first();
    await row.getByTestId("change-price").click();
    await page.get("price-input").fill("0.25");
    await page.get("price-output").fill("2");
    await page.isAccessible();
    await page.get("price-save").click();
    await row.getByText("yours").waitFor();
    expect(await row.textContent()).toContain("0.25");
  });

  it("asks before it removes one, and the default route answers simulated again", async () => {
    await page.get("provider-more").click();
    await page.get("provider-more-remove").click();
    await page.get("remove-dialog").getByText("can't be brought back").waitFor();
    await page.isAccessible();
    await page.get("remove-confirm").click();
    await expect.poll(() => page.get("provider-row").count()).toBe(1);
    expect(await readFile(join(host.workspace, "signalbox.toml"), "utf8")).toContain('generate = ["simulated-large"]');
    page.isQuiet();
  });
});
