import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { setHost, type Preview } from "$lib/host/index.ts";
import { session } from "$lib/state/session.svelte.ts";
import { fakeCore } from "../../../test/fake_core.ts";
import { fakeHost, type FakeHost } from "../../../test/fake_host.ts";
import { forgetOpened, openedPrompt, type Opened } from "../opened.svelte.ts";
import { schemaOf, type SchemaEdit } from "./schema.svelte.ts";

let host: FakeHost;
let opened: Opened;
let edit: SchemaEdit;
/** How often a preview was answered. */
let previews: number;

/** Front matter that is the schema itself stands for the core's YAML. */
const FIRST = '{"type":"object","properties":{"a":{"type":"string"}}}';
const SECOND = '{"type":"object","properties":{"b":{"type":"number"}}}';
const THIRD = '{"type":"object","properties":{"c":{"type":"boolean"}}}';
/** What the host keeps of the session. */
let kept: Record<string, unknown>;
const keep = async (key: string, value: unknown) => void (kept[key] = value);
const isJson = (text: string) => {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
};

beforeEach(async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  host = fakeHost();
  fakeCore(host);
  setHost(host);
  kept = {};
  session.connect({}, keep);
  previews = 0;
  host.answer("prompt_preview", ({ source }) => {
    previews += 1;
    const document = { inputs: [], tools: [], examples: [], includes: [], output: isJson(source.head) ?? null };
    return { diagnostics: [], document, rendered: null, message_tokens: [], estimates: [] } as unknown as Preview;
  });
  host.answer("schema_write", ({ text }) =>
    isJson(text) === undefined && text.trim() !== ""
      ? {
          head: null,
          diagnostics: [
            {
              part: "head",
              range: { start: 0, end: 1 },
              line: 1,
              column: 1,
              severity: "error",
              code: "json",
              message: "this isn’t JSON",
              fix: null,
            },
          ],
        }
      : { head: `${JSON.stringify(isJson(text))}\n`, diagnostics: [] },
  );
  opened = openedPrompt("support/reply");
  await opened.open();
  opened.replace({ head: `${FIRST}\n`, body: "" });
  await previewed();
  edit = schemaOf(opened);
});
afterEach(() => {
  forgetOpened();
  vi.useRealTimers();
});

async function previewed(): Promise<void> {
  const before = previews;
  await vi.waitFor(() => expect(previews).toBeGreaterThan(before));
  await vi.waitFor(() => expect(opened.headIsPreviewed).toBe(true));
  edit?.follow(opened.preview);
}

const text = () => edit.state.doc.toString();
const until = (check: () => void) => vi.waitFor(check, { timeout: 3_000 });

describe("the schema of a prompt", () => {
  it("is what the front matter has, and stays the same object for the prompt", () => {
    expect(JSON.parse(text())).toEqual(JSON.parse(FIRST));
    expect(schemaOf(opened)).toBe(edit);
  });

  it("goes into the front matter and the draft as soon as it can be read", async () => {
    edit.change(JSON.parse(SECOND) as Record<string, unknown>);
    await until(() => expect(opened.source().head).toBe(`${SECOND}\n`));
    expect(edit.form).toEqual(JSON.parse(SECOND));
    expect(opened.isDraft).toBe(true);
    edit.undo();
    await until(() => expect(opened.source().head).toBe(`${FIRST}\n`));
  });

  it("stays here while it can't be read, and the form shows what could be read last", async () => {
    edit.take("{ oops");
    await until(() => expect(edit.broken).toBe(true));
    expect(text()).toBe("{ oops\n");
    expect(edit.form).toEqual(JSON.parse(FIRST));
    expect(opened.source().head).toBe(`${FIRST}\n`);
    opened.ask(0);
    await previewed();
    expect(text()).toBe("{ oops\n");
    edit.take(SECOND);
    await until(() => expect(opened.source().head).toBe(`${SECOND}\n`));
    expect(edit.broken).toBe(false);
  });

  /** The window is started anew with what it had remembered. */
  async function restart(head: string): Promise<void> {
    await session.flush();
    session.connect(JSON.parse(JSON.stringify(kept)), keep);
    forgetOpened();
    opened = openedPrompt("support/reply");
    await opened.open();
    opened.replace({ head: `${head}\n`, body: "" });
    edit = schemaOf(opened);
    await previewed();
  }

  it("is there after a restart when it can't be read, until it goes into the front matter", async () => {
    edit.take("{ oops");
    await until(() => expect(edit.broken).toBe(true));
    await restart(FIRST);
    expect(text()).toBe("{ oops\n");
    await until(() => expect(edit.problems).toHaveLength(1));
    expect(edit.form).toEqual(JSON.parse(FIRST));
    expect(edit.other).toBeUndefined();
    edit.take(SECOND);
    await until(() => expect(opened.source().head).toBe(`${SECOND}\n`));
    await restart(FIRST);
    expect(JSON.parse(text())).toEqual(JSON.parse(FIRST));
    expect(edit.broken).toBe(false);
  });

  const meanwhile = async () => {
    edit.take("{ oops");
    await until(() => expect(edit.broken).toBe(true));
    opened.replace({ head: `${THIRD}\n`, body: "" });
    await previewed();
  };
  const afterRestart = async () => {
    edit.take("{ oops");
    await until(() => expect(edit.broken).toBe(true));
    await restart(THIRD);
  };
  it.each([
    ["while it was open", meanwhile],
    ["before a restart", afterRestart],
  ])("replaces no schema that the front matter got %s, unless that is wanted", async (_, change) => {
    await change();
    expect(edit.other?.schema).toEqual(JSON.parse(THIRD));
    edit.take(SECOND);
    await until(() => expect(edit.broken).toBe(false));
    expect(opened.source().head).toBe(`${THIRD}\n`);
    expect(edit.form).toEqual(JSON.parse(SECOND));
    edit.keepMine();
    await until(() => expect(opened.source().head).toBe(`${SECOND}\n`));
    expect(edit.other).toBeUndefined();
  });

  it("gives way to the front matter's schema when that is chosen", async () => {
    await meanwhile();
    edit.takeOther();
    expect(JSON.parse(text())).toEqual(JSON.parse(THIRD));
    expect([edit.broken, edit.problems, edit.other]).toEqual([false, [], undefined]);
    await session.flush();
    expect(kept["schema:support/reply"]).toBeNull();
  });

  it("follows the front matter when that is changed elsewhere", async () => {
    opened.replace({ head: `${SECOND}\n`, body: "" });
    await previewed();
    expect(JSON.parse(text())).toEqual(JSON.parse(SECOND));
    expect(edit.form).toEqual(JSON.parse(SECOND));
  });

  it("is not put back by a preview of the front matter as it was", async () => {
    let answer: (() => void) | undefined;
    const slow = new Promise<void>((resolve) => (answer = resolve));
    host.answer("prompt_preview", async ({ source }) => {
      const document = { inputs: [], tools: [], examples: [], includes: [], output: isJson(source.head) ?? null };
      await slow;
      previews += 1;
      return { diagnostics: [], document, rendered: null, message_tokens: [], estimates: [] } as unknown as Preview;
    });
    opened.ask(0);
    await vi.advanceTimersByTimeAsync(10);
    edit.change(JSON.parse(SECOND) as Record<string, unknown>);
    await until(() => expect(opened.source().head).toBe(`${SECOND}\n`));
    const before = previews;
    answer?.();
    await until(() => expect(previews).toBeGreaterThan(before));
    edit.follow(opened.preview);
    expect(JSON.parse(text())).toEqual(JSON.parse(SECOND));
  });

  it("comes back as it stood when a made one is taken back", async () => {
    const back = edit.take(SECOND);
    await until(() => expect(opened.source().head).toBe(`${SECOND}\n`));
    back();
    expect(opened.source().head).toBe(`${FIRST}\n`);
    await previewed();
    expect(JSON.parse(text())).toEqual(JSON.parse(FIRST));
  });
});
