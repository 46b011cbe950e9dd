import { createServer, type AddressInfo, type Server } from "node:net";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser, newPage, TestHost, type TestPage } from "./host.ts";

// A program of this machine is let in, asks a model, and is shut out: each step stands on the one before.
describe("the endpoint", () => {
  let host: TestHost;
  let browser: Browser;
  let page: TestPage;
  let other: Server;
  let address = "";
  let secret = "";

  beforeAll(async () => {
    [host, browser] = await Promise.all([TestHost.start(), launchBrowser()]);
    page = await newPage(browser);
    await page.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    await page.open(host);
    await page.go("settings");
  });

  afterAll(async () => {
    other?.close();
    await browser?.close();
    await host?.remove();
  });

  /** What a program of this machine would send. */
  function ask(token: string, model = "route:default"): Promise<Response> {
    return fetch(`${address}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ model, messages: [{ role: "user", content: "Hi" }] }),
    });
  }

  it("is off at first, and says that a port is taken and which one is free", async () => {
    await expect.poll(() => page.get("endpoint-signal").textContent()).toBe("off");
    const taken = String((other.address() as AddressInfo).port);
    await page.get("endpoint-port").fill(taken);
    await page.get("endpoint-switch").click();
    await expect.poll(() => page.get("endpoint-problem").textContent()).toContain(taken);
    await page.isAccessible();
    await page.get("endpoint-free-port").click();
    await expect.poll(() => page.get("endpoint-signal").textContent()).toBe("listening");
    expect(await page.get("endpoint-problem").count()).toBe(0);
    address = (await page.get("endpoint-address").textContent()) ?? "";
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await page.get("snippet-curl").textContent()).toContain(`${address}/v1/chat/completions`);
    await page.isAccessible();
  });

  it("makes a token with the keyboard, and shows it once", async () => {
    await page.get("token-new").focus();
    await page.press("Enter");
    await page.get("token-name").fill("crm staging");
    await page.press("Enter");
    await expect.poll(() => page.get("token-problem").textContent()).toContain("letters, digits");
    await page.isAccessible();
    await page.get("token-name").fill("crm-staging");
    await page.get("token-user").fill("4471");
    await page.press("Enter");
    await page.get("token-once").waitFor();
    await page.isAccessible();
    secret = await page.get("token-secret").inputValue();
    expect(secret).toMatch(/^sbx_[0-9a-f]{10}_[0-9A-Za-z]{36}$/);
    await page.get("token-copy").click();
    await expect.poll(() => page.get("token-copy").textContent()).toContain("Copied");
    expect(await page.page.evaluate(() => navigator.clipboard.readText())).toBe(secret);
    await page.get("token-done").click();
    await page.get("token-once").waitFor({ state: "detached" });
    expect(await page.page.content()).not.toContain(secret);
    page.isQuiet();
  });

  it("lets the program in, and logs its call under the token's name", async () => {
    expect((await ask(`${secret.slice(0, -1)}_`)).status).toBe(401);
    const answer = await ask(secret);
    expect(answer.status).toBe(200);
    const call = answer.headers.get("x-signalbox-call-id");
    const body = (await answer.json()) as { choices: { message: { content: string } }[] };
    expect(body.choices[0]?.message.content).not.toBe("");
    const row = page.page.locator("[data-testid=token-row][data-name=crm-staging]");
    await expect.poll(() => row.textContent()).not.toContain("not yet");
    const { origin, searchParams } = new URL(host.address);
    const detail = await fetch(`${origin}/api/call_get`, {
      method: "POST",
      headers: { "x-signalbox-token": searchParams.get("token") ?? "" },
      body: JSON.stringify({ call }),
    });
    const { call: logged } = (await detail.json()) as { call: { caller: object; origin: object } };
    expect(logged.caller).toMatchObject({ token: "crm-staging", user: "4471" });
    expect(logged.origin).toMatchObject({ kind: "endpoint" });
  });

  it("listens again after a restart, with the same tokens", async () => {
    await host.stop();
    await host.launch();
    await page.open(host);
    await page.go("settings");
    await expect.poll(() => page.get("endpoint-address").textContent()).toBe(address);
    expect((await ask(secret)).status).toBe(200);
  });

  it("shuts the program out once its token is revoked, after a question", async () => {
    await page.page.getByRole("button", { name: "Revoke crm-staging" }).click();
    await page.get("revoke-dialog").waitFor();
    await page.isAccessible();
    await page.press("Escape");
    expect((await ask(secret)).status).toBe(200);
    await page.page.getByRole("button", { name: "Revoke crm-staging" }).click();
    await page.get("revoke-confirm").click();
    await page.get("tokens-empty").waitFor();
    expect((await ask(secret)).status).toBe(401);
    await page.get("tokens-revoked").click();
    await page.get("token-row").getByText("revoked").waitFor();
  });

  it("takes other keys for a command, shows the conflict, and keeps them for the next start", async () => {
    await page.page.getByRole("button", { name: /Change the keys of Difference/ }).click();
    await page.press("Control+k");
    await page.get("shortcut-conflict").waitFor();
    expect(await page.get("palette").count()).toBe(0);
    await page.isAccessible();
    await page.get("shortcut-resolve").click();
    await page.get("shortcut-conflict").waitFor({ state: "detached" });
    await page.page.getByRole("button", { name: /Change the keys of Wide or narrow rail/ }).click();
    const kept = page.page.waitForResponse((answer) => answer.request().postData()?.includes("F9") ?? false);
    await page.press("F9");
    await kept;
    await page.open(host);
    await page.get("rail-settings").waitFor();
    const wide = () => page.page.getByTestId("rail-settings").evaluate((item) => item.clientWidth);
    const before = await wide();
    await page.press("F9");
    await expect.poll(wide).not.toBe(before);
  });

  it("copies the database, and stops listening when it is switched off", async () => {
    await page.get("backup-make").click();
    await page.get("backup-last").waitFor();
    await page.isAccessible();
    await page.get("endpoint-switch").click();
    await expect.poll(() => page.get("endpoint-signal").textContent()).toBe("off");
    await expect(ask(secret)).rejects.toThrow();
    page.isQuiet();
  });
});
