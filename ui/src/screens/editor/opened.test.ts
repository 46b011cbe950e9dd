import { EditorView } from "@codemirror/view";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError, setHost } from "$lib/host/index.ts";
import { session } from "$lib/state/session.svelte.ts";
import { fakeCore, type FakeCore } from "../../test/fake_core.ts";
import { fakeHost, type FakeHost } from "../../test/fake_host.ts";
import { alreadyOpened, forgetOpened, openedPrompt, type Opened, type Part } from "./opened.svelte.ts";

const NAME = "support/reply";
let host: FakeHost;
let core: FakeCore;

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  host = fakeHost();
  core = fakeCore(host);
  setHost(host);
  session.connect({}, async () => undefined);
});
afterEach(() => {
  forgetOpened();
  vi.useRealTimers();
});

async function open(): Promise<Opened> {
  const opened = openedPrompt(NAME);
  await opened.open();
  return opened;
}

/** Shows a part and types behind its text. */
function type(opened: Opened, text: string, part: Part = "body"): () => void {
  const view = new EditorView({ state: opened.state(part), parent: document.body });
  const detach = opened.attach(part, view);
  const { length } = view.state.doc;
  view.dispatch({
    changes: { from: length, insert: text },
    selection: { anchor: length + text.length },
    userEvent: "input.type",
  });
  return () => {
    detach();
    view.destroy();
  };
}

const saved = () => host.asked.filter((one) => one.name === "draft_save").length;

describe("a prompt that is edited", () => {
  it("asks for its draft to be kept at most 300 ms after every key, however long somebody types", async () => {
    vi.useFakeTimers();
    const opened = await open();
    const view = new EditorView({ state: opened.state("body"), parent: document.body });
    const detach = opened.attach("body", view);
    const begin = view.state.doc.length;
    /** When each key was pressed, and when a text with it was first sent. */
    const pressed: number[] = [];
    const sent: number[] = [];
    host.answer("draft_save", async ({ source, base }) => {
      const now = performance.now();
      for (let key = 0; key < source.body.length - begin; key += 1) sent[key] ??= now;
      // A disk that takes its time.
      await new Promise((resolve) => setTimeout(resolve, 20 + ((pressed.length * 37) % 180)));
      core.draft = { source, base, saved_at: new Date().toISOString() };
      return { at: core.draft.saved_at };
    });
    for (let count = 0; count < 120; count += 1) {
      pressed.push(performance.now());
      const at = view.state.doc.length;
      view.dispatch({ changes: { from: at, insert: "x" }, userEvent: "input.type" });
      await vi.advanceTimersByTimeAsync(3 + ((count * 53) % 97));
    }
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sent).toHaveLength(pressed.length);
    const waits = pressed.map((at, key) => (sent[key] ?? Number.POSITIVE_INFINITY) - at);
    expect(Math.max(...waits)).toBeLessThanOrEqual(300);
    expect(core.draft?.source.body.endsWith("x".repeat(120))).toBe(true);
    detach();
    view.destroy();
  });

  it("takes another name in both parts and in the test values, and undo takes it back", async () => {
    const { undo } = await import("@codemirror/commands");
    const { language } = await import("$lib/codemirror/language.ts");
    const opened = await open();
    opened.replace({ head: "inputs:\n- name: message\n", body: "😀 {{ message }}\n" });
    const saved = [{ name: "late", values: { mail: "Hi" } }];
    const range = (start: number, end: number) => ({ start, end });
    const edits = [
      { part: "head" as const, range: range(16, 23), replacement: "mail" },
      { part: "body" as const, range: range(5, 12), replacement: "mail" },
    ];
    host.answer("prompt_rename_variable", () => ({ from: "message", edits, saved }));
    const view = new EditorView({ state: opened.state("body"), parent: document.body });
    const detach = opened.attach("body", view);
    const asked = view.state.facet(language);
    asked?.renamed(await asked.rename(6, "mail"));
    expect(host.asked.at(-1)?.request).toMatchObject({ to: "mail", place: { part: "body", at: 6 } });
    expect(opened.source()).toEqual({ head: "inputs:\n- name: mail\n", body: "😀 {{ mail }}\n" });
    expect(opened.cases.saved).toEqual(saved);
    undo(view);
    expect(opened.source().body).toBe("😀 {{ message }}\n");
    detach();
    view.destroy();
  });

  it("goes to a definition in the other part and in another prompt", async () => {
    const { language } = await import("$lib/codemirror/language.ts");
    const opened = await open();
    const went: unknown[] = [];
    opened.onpart = (part) => went.push(part);
    opened.onprompt = (name, version) => went.push([name, version]);
    const asked = opened.state("body").facet(language);
    asked?.go({ kind: "here", part: "head", range: { start: 2, end: 4 } });
    asked?.go({ kind: "prompt", name: "shared/tone", version: 2 });
    expect(went).toEqual(["head", ["shared/tone", 2]]);
    expect(opened.state("head").selection.main).toMatchObject({ from: 2, to: 4 });
  });

  it("opens on its draft where it has one, otherwise on the latest version", async () => {
    const opened = await open();
    expect(opened.source()).toEqual(core.versions[2]?.source);
    expect(opened.isDraft).toBe(false);
    forgetOpened();
    core.draft = { source: { head: "", body: "mine" }, base: 3, saved_at: "2026-11-22T11:38:04Z" };
    const again = await open();
    expect(again.source().body).toBe("mine");
    expect(again.isDraft).toBe(true);
    expect(again.draft.state).toEqual({ kind: "saved", at: "2026-11-22T11:38:04Z" });
  });

  it("stores what is typed within 300 ms, with the version that it was made from", async () => {
    const opened = await open();
    type(opened, "and more")();
    await vi.advanceTimersByTimeAsync(300);
    expect(core.draft?.source.body.endsWith("and more")).toBe(true);
    expect(core.draft?.base).toBe(3);
    expect(opened.draft.state.kind).toBe("saved");
  });

  it("has no draft any more once the text is that of the version again", async () => {
    const opened = await open();
    type(opened, "x")();
    await vi.advanceTimersByTimeAsync(300);
    expect(core.draft).not.toBeNull();
    opened.replace(opened.latest);
    await vi.advanceTimersByTimeAsync(300);
    expect(opened.isDraft).toBe(false);
    expect(core.draft).toBeNull();
  });

  it("keeps the text and goes on trying while nothing can be stored", async () => {
    const opened = await open();
    let full = true;
    host.answer("draft_save", ({ source, base }) => {
      if (full) throw new ApiError({ code: "disk_full", message: "no space is left on /", hint: "free some" });
      core.draft = { source, base, saved_at: "now" };
      return { at: "now" };
    });
    type(opened, "x")();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(opened.draft.state.kind).toBe("failing");
    full = false;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(opened.draft.state).toEqual({ kind: "saved", at: "now" });
    expect(core.draft?.source.body.endsWith("x")).toBe(true);
  });

  it("keeps undo and cursor while another prompt is open", async () => {
    const opened = await open();
    type(opened, "typed")();
    expect(alreadyOpened(NAME)).toBe(opened);
    await opened.open();
    const view = new EditorView({ state: opened.state("body"), parent: document.body });
    const leave = opened.attach("body", view);
    expect(view.state.selection.main.head).toBe(view.state.doc.length);
    const { undo } = await import("@codemirror/commands");
    undo(view);
    expect(view.state.doc.toString()).toBe(core.versions[2]?.source.body);
    leave();
    view.destroy();
  });

  it("never takes an older draft for a change from elsewhere when it is opened again", async () => {
    const opened = await open();
    type(opened, "typed")();
    // Left and opened again at once, while nothing of it is stored yet.
    const [, again] = [opened.draft.flush(), opened.open()];
    await again;
    expect(opened.source().body.endsWith("typed")).toBe(true);
    expect(core.draft?.source.body.endsWith("typed")).toBe(true);
  });

  it("remembers cursor and scroll for the next start", async () => {
    const opened = await open();
    type(opened, "x")();
    const at = opened.state("body").doc.length;
    expect(session.get(`editor:${NAME}`, {})).toMatchObject({ body: { cursor: at } });
    await vi.advanceTimersByTimeAsync(300);
    forgetOpened();
    const again = await open();
    expect(again.state("body").selection.main.head).toBe(at);
  });

  it("saves a version, and what was typed meanwhile becomes the next draft", async () => {
    const opened = await open();
    type(opened, "first")();
    let answer: (() => void) | undefined;
    host.answer("prompt_save", async ({ source, message }) => {
      await new Promise<void>((resolve) => (answer = resolve));
      core.versions.push({ source, message, author: "Ana", at: new Date().toISOString() });
      core.draft = null;
      const { prompt } = await host.call("prompt_get", { name: NAME });
      return { prompt, number: core.versions.length, unchanged: false };
    });
    const saving = opened.save("why");
    await vi.advanceTimersByTimeAsync(10);
    type(opened, " second")();
    answer?.();
    expect(await saving).toMatchObject({ number: 4 });
    await vi.advanceTimersByTimeAsync(300);
    expect(core.versions[3]?.source.body.endsWith("first")).toBe(true);
    expect(core.draft).toMatchObject({ base: 4 });
    expect((core.draft as FakeCore["draft"])?.source.body.endsWith("first second")).toBe(true);
  });

  it("takes over the versions that its includes were settled to, and they are no draft and no news", async () => {
    const opened = await open();
    type(opened, "x")();
    host.answer("prompt_save", async ({ source, message }) => {
      const settled = { ...source, head: `${source.head}includes: []\n` };
      core.versions.push({ source: settled, message, author: "Ana", at: new Date().toISOString() });
      core.draft = null;
      const { prompt } = await host.call("prompt_get", { name: NAME });
      return { prompt, number: core.versions.length, unchanged: false, source: settled };
    });
    await opened.save("why");
    await opened.refresh();
    expect(opened.state("head").doc.toString()).toContain("includes: []");
    expect(opened.isDraft).toBe(false);
    expect(opened.fromDisk).toBeUndefined();
  });

  it("takes its own version for no news", async () => {
    const opened = await open();
    type(opened, "x")();
    const saving = opened.save("why");
    const told = opened.refresh();
    await saving;
    await told;
    await opened.refresh();
    expect(opened.fromDisk).toBeUndefined();
    expect(opened.latestNumber).toBe(4);
  });
});

describe("a version from elsewhere", () => {
  const theirs = { source: { head: "", body: "theirs" }, message: "pulled", author: "Tom", at: "2026-11-22T11:00:00Z" };

  it("is told and touches no text", async () => {
    const opened = await open();
    type(opened, "mine")();
    core.versions.push(theirs);
    await opened.refresh();
    expect(opened.fromDisk).toMatchObject({ number: 4, message: "pulled" });
    expect(opened.latestIs).toBe(3);
    expect(opened.source().body.endsWith("mine")).toBe(true);
  });

  it("is taken with the own text one undo away", async () => {
    const opened = await open();
    type(opened, "mine")();
    core.versions.push(theirs);
    await opened.refresh();
    opened.takeFromDisk();
    expect(opened.source().body).toBe("theirs");
    expect(opened.isDraft).toBe(false);
    const { undo } = await import("@codemirror/commands");
    const state = opened.state("body");
    let undone = "";
    undo({ state, dispatch: (transaction) => (undone = transaction.state.doc.toString()) });
    expect(undone.endsWith("mine")).toBe(true);
  });

  it("is left, and the own text is a draft on top of it", async () => {
    const opened = await open();
    core.versions.push(theirs);
    await opened.refresh();
    opened.leaveFromDisk();
    await vi.advanceTimersByTimeAsync(300);
    expect(opened.isDraft).toBe(true);
    expect(core.draft?.base).toBe(4);
    expect(opened.fromDisk).toBeUndefined();
  });

  it("is told at the next start too, when the draft is older", async () => {
    core.draft = { source: { head: "", body: "mine" }, base: 3, saved_at: "now" };
    core.versions.push(theirs);
    const opened = await open();
    expect(opened.fromDisk?.number).toBe(4);
    expect(opened.source().body).toBe("mine");
    expect(saved()).toBe(0);
  });
});

describe("test values", () => {
  it("go into the file a moment after the last change, with the hash that was read", async () => {
    const opened = await open();
    opened.cases.set("message", "hello");
    opened.cases.set("message", "hello there");
    await vi.advanceTimersByTimeAsync(700);
    const written = host.asked.filter((one) => one.name === "prompt_values");
    expect(written).toHaveLength(1);
    expect(core.values[0]?.values.message).toBe("hello there");
  });

  it("are put together with what somebody else wrote meanwhile", async () => {
    const opened = await open();
    let stale = true;
    host.answer("prompt_values", async ({ values }) => {
      if (stale) {
        stale = false;
        core.values = [...core.values, { name: "theirs", values: {} }];
        throw new ApiError({ code: "conflict", message: "values.yaml has changed since it was read" });
      }
      core.values = values;
      return (await host.call("prompt_get", { name: NAME })).prompt;
    });
    opened.cases.set("message", "mine");
    await vi.advanceTimersByTimeAsync(700);
    expect(core.values.map((one) => one.name)).toContain("theirs");
    expect(core.values[0]?.values.message).toBe("mine");
    expect(opened.cases.saved.map((one) => one.name)).toContain("theirs");
  });

  it("remember the chosen case", async () => {
    const opened = await open();
    opened.cases.choose("no orders");
    forgetOpened();
    expect((await open()).cases.chosen?.name).toBe("no orders");
  });

  it("come back after they were deleted, in their place", async () => {
    const opened = await open();
    const before = opened.cases.saved.map((one) => one.name);
    opened.cases.choose("no orders");
    const undo = opened.cases.remove();
    expect(opened.cases.saved).toHaveLength(before.length - 1);
    undo?.();
    expect(opened.cases.saved.map((one) => one.name)).toEqual(before);
    expect(opened.cases.chosen?.name).toBe("no orders");
  });
});

describe("the preview", () => {
  it("marks an unknown variable and clears the mark once it is right", async () => {
    const opened = await open();
    const leave = type(opened, "😀 {{ custmer.name }}");
    await vi.advanceTimersByTimeAsync(100);
    const [problem] = opened.problems.body;
    expect(opened.state("body").sliceDoc(problem?.from, problem?.to)).toBe("custmer");
    expect(opened.preview?.rendered).toBeNull();
    expect(opened.rendered?.rendered).not.toBeNull();
    leave();
    opened.replace(opened.latest);
    await vi.advanceTimersByTimeAsync(100);
    expect(opened.problems.body).toEqual([]);
  });
});
