import { afterEach, describe, expect, it, vi } from "vitest";
import { DEFINITIONS, type Definition } from "./definitions.ts";
import { parseCombo } from "./keys.ts";
import { bindCommand, commandKeys, listenForKeys, offeredCommands, pressKey, runCommand } from "./registry.svelte.ts";

const undo: (() => void)[] = [];
const bind: typeof bindCommand = (...args) => {
  const unbind = bindCommand(...args);
  undo.push(unbind);
  return unbind;
};

afterEach(() => {
  for (const back of undo.splice(0)) back();
  document.body.replaceChildren();
});

function keydown(target: Element, init: KeyboardEventInit): KeyboardEvent {
  const event = new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...init });
  target.dispatchEvent(event);
  return event;
}

describe("the registry of commands", () => {
  it("has each id once, and a title and a place for each", () => {
    const ids = DEFINITIONS.map((definition) => definition.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const definition of DEFINITIONS) {
      expect(definition.title, definition.id).not.toBe("");
      expect(definition.where, definition.id).not.toBe("");
    }
  });

  it("gives no key to two commands that work in the same place", () => {
    const taken = new Map<string, Definition>();
    for (const definition of DEFINITIONS as readonly Definition[]) {
      for (const keys of definition.keys) {
        for (const place of definition.where.split(", ")) {
          const other = taken.get(`${keys} ${place}`);
          expect(other?.id, `${keys} in ${place} runs ${other?.id} and ${definition.id}`).toBeUndefined();
          taken.set(`${keys} ${place}`, definition);
        }
      }
    }
  });

  it("has only keys that can be read", () => {
    for (const definition of DEFINITIONS as readonly Definition[]) {
      for (const keys of definition.keys) expect(parseCombo(keys).key, keys).not.toBe("");
    }
  });

  it("runs the newest enabled binding, and the one below when that is gone", () => {
    const ran: string[] = [];
    bind("search", () => ran.push("frame"));
    const leave = bind("search", () => ran.push("screen"));
    bind(
      "search",
      () => ran.push("off"),
      () => false,
    );
    expect(runCommand("search")).toBe(true);
    leave();
    expect(runCommand("search")).toBe(true);
    expect(ran).toEqual(["screen", "frame"]);
    expect(runCommand("save-version")).toBe(false);
  });

  it("offers what is bound now, and nothing that only means something in a list", () => {
    bind("save-version", () => undefined);
    bind("next-row", () => undefined);
    expect(offeredCommands().map((command) => command.id)).toEqual(["save-version"]);
  });

  it("keeps bare keys out of text fields and dialogs, and lets combinations through", () => {
    const vote = vi.fn();
    const run = vi.fn();
    bind("vote-a", vote);
    bind("run", run);
    const input = document.createElement("input");
    const press = (key: string, ctrlKey = false) => ({ key, ctrlKey, metaKey: false, altKey: false, shiftKey: false });
    expect(pressKey(press("a"), input)).toBe(false);
    expect(pressKey(press("a"), document.body, true)).toBe(false);
    expect(pressKey(press("Enter", true), input)).toBe(true);
    expect(pressKey(press("a"), document.body)).toBe(true);
    expect([vote.mock.calls.length, run.mock.calls.length]).toEqual([1, 1]);
  });

  it("leaves undo to the text that is being typed", () => {
    const back = vi.fn();
    bind("undo", back);
    const press = { key: "z", ctrlKey: true, metaKey: false, altKey: false, shiftKey: false };
    expect(pressKey(press, document.createElement("textarea"))).toBe(false);
    expect(pressKey(press, document.body)).toBe(true);
  });

  it("takes combinations before the focused element and bare keys after it", () => {
    const stop = listenForKeys(window);
    undo.push(stop);
    const run = vi.fn();
    const down = vi.fn();
    bind("run", run);
    bind("next-row", down);
    const owner = document.createElement("div");
    owner.addEventListener("keydown", (event) => event.preventDefault());
    document.body.append(owner);
    const seen = vi.fn();
    owner.addEventListener("keydown", seen);

    keydown(owner, { key: "Enter", ctrlKey: true });
    expect(run).toHaveBeenCalledOnce();
    expect(seen, "the editor doesn't see what the registry took").not.toHaveBeenCalled();

    keydown(owner, { key: "j" });
    expect(down, "the owner had used the key").not.toHaveBeenCalled();
    const event = keydown(document.body, { key: "j" });
    expect(down).toHaveBeenCalledOnce();
    expect(event.defaultPrevented).toBe(true);
  });

  it("doesn't take Space and Enter from a button", () => {
    const pause = vi.fn();
    bind("pause", pause);
    const button = document.createElement("button");
    document.body.append(button);
    const press = { key: " ", ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };
    expect(pressKey(press, button)).toBe(false);
    expect(pressKey(press, document.body)).toBe(true);
  });

  it("says keys as they are written here", () => {
    expect(commandKeys("run")).toBe("Ctrl+⏎");
    expect(commandKeys("go-live")).toBe("");
  });
});
