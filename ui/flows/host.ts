import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { chromium, type Browser, type Page } from "playwright-core";
import { expect } from "vitest";

/** Debian's Chromium; another one by the environment. */
const CHROMIUM = process.env.SIGNALBOX_CHROMIUM ?? "/usr/bin/chromium";

/** The built UI. */
const UI = process.env.SIGNALBOX_UI ?? "dist";

/** The loopback host over its own folders, started as a person's first start would be. */
export class TestHost {
  readonly folder: string;
  #process: ChildProcess | undefined;
  #address = "";

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async start(): Promise<TestHost> {
    const host = new TestHost(await mkdtemp(join(tmpdir(), "signalbox-flow-")));
    await host.launch();
    return host;
  }

  get workspace(): string {
    return join(this.folder, "ws");
  }

  /** Starts the binary over the same folders; the first line of its output says where it listens. */
  async launch(): Promise<void> {
    const binary = process.env.SIGNALBOX_HOST_BIN;
    if (!binary) throw new Error("set SIGNALBOX_HOST_BIN to the built signalbox-host");
    const child = spawn(
      binary,
      ["--home", join(this.folder, "home"), "--workspace", this.workspace, "--ui", UI, "--port", "0"],
      // What is saved goes below this folder, not into the downloads of whoever runs the tests.
      { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, HOME: this.folder } },
    );
    this.#process = child;
    let errors = "";
    child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
    const line = await new Promise<string>((resolve, reject) => {
      createInterface({ input: child.stdout }).once("line", resolve);
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`the host ended with ${code}: ${errors}`)));
    });
    const { listening, token } = JSON.parse(line) as { listening: string; token: string };
    this.#address = `${listening}/?token=${token}`;
  }

  /** Ends the binary; `kill` gives it no chance to tidy up. */
  async stop(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await gone;
  }

  async remove(): Promise<void> {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  get address(): string {
    return this.#address;
  }
}

/** A page in Chromium that remembers every error of its scripts and of the content security policy. */
export class TestPage {
  readonly page: Page;
  #problems: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.setDefaultTimeout(10_000);
    page.on("pageerror", (error) => this.#problems.push(error.message));
    page.on("console", (message) => {
      // A command that is refused is told on the screen, where the flows look for it.
      const { url } = message.location();
      if (message.type() === "error" && !url.includes("/api/")) this.#problems.push(`${message.text()} ${url}`);
    });
  }

  async open(host: TestHost): Promise<void> {
    await this.page.goto(host.address);
    await this.page.getByTestId("frame").waitFor();
  }

  get(testid: string) {
    return this.page.getByTestId(testid);
  }

  async press(...keys: string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** Opens a screen by the rail. */
  async go(screen: string): Promise<void> {
    await this.get(`rail-${screen}`).click();
    await this.get(`screen-${screen}`).waitFor();
  }

  /** No rule of axe is broken on what is shown now. */
  async isAccessible(): Promise<void> {
    const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
    // Evaluated by the tool, not by the page: the content security policy of the page stays as strict as it is.
    const violations = () =>
      this.page.evaluate(`(async () => {
        ${axe};
        const { violations } = await axe.run(document, { resultTypes: ["violations"] });
        return violations.map((one) => one.id + ": " + one.nodes.map((node) => node.html).slice(0, 3).join(" | "));
      })()`);
    // What is just changing its colours is looked at again when it has.
    await expect.poll(violations).toEqual([]);
  }

  /** Nothing went wrong behind the screen; forgets what it saw. */
  isQuiet(): void {
    expect(this.#problems.splice(0)).toEqual([]);
  }
}

export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] });
}

/** A new page of 1360 by 860, as the pictures are. */
export async function newPage(browser: Browser, size = { width: 1360, height: 860 }): Promise<TestPage> {
  return new TestPage(await browser.newPage({ viewport: size }));
}
