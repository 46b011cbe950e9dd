import { afterEach, describe, expect, it } from "vitest";
import { session } from "../state/session.svelte.ts";
import { DEFINITIONS, type Definition } from "./definitions.ts";
import type { Pressed } from "./keys.ts";
import { bindCommand, commandKeys, pressKey, recordKeys, listenForKeys } from "./registry.svelte.ts";
import { comboOf, shortcuts } from "./shortcuts.svelte.ts";

const find = (id: string) => DEFINITIONS.find((one) => one.id === id) as Definition;
const press = (key: string, held: Partial<Pressed> = {}): Pressed => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

afterEach(() => shortcuts.resetAll());

describe("shortcuts", () => {
  it("ship without a conflict", () => {
    expect(shortcuts.conflicts.map(({ keys, commands }) => [keys, ...commands.map((one) => one.id)])).toEqual([]);
  });

  it("run by the keys that were chosen, and not by those that ship", () => {
    let ran = 0;
    const back = bindCommand("diff", () => (ran += 1));
    shortcuts.set(find("diff"), "Mod+Shift+y");
    expect(pressKey(press("d", { ctrlKey: true }), document.body)).toBe(false);
    expect(pressKey(press("Y", { ctrlKey: true, shiftKey: true }), document.body)).toBe(true);
    expect([ran, commandKeys("diff")]).toEqual([1, "Ctrl+Shift+Y"]);
    shortcuts.reset(find("diff"));
    expect(pressKey(press("d", { ctrlKey: true }), document.body)).toBe(true);
    back();
  });

  it("conflict only where both commands work", () => {
    // Comparing votes by it, budgets edit by it: never in the same place.
    shortcuts.set(find("edit-budget"), "a");
    expect(shortcuts.conflicts).toEqual([]);
    shortcuts.set(find("diff"), "Mod+\\");
    expect(shortcuts.conflicts.map(({ keys, commands }) => [keys, ...commands.map((one) => one.id)])).toEqual([
      ["Mod+\\", "diff", "split"],
    ]);
    shortcuts.set(find("pause"), "j");
    expect(shortcuts.conflicts.length).toBe(2);
  });

  it("are remembered, unless what is remembered is none", () => {
    shortcuts.set(find("diff"), "F9");
    expect(session.get("keys", {})).toEqual({ diff: "F9" });
    shortcuts.set(find("diff"), "Mod+d");
    expect(shortcuts.changed).toEqual([]);
    for (const damaged of [[1], { diff: 7 }, { diff: "" }, "keys"]) {
      session.set("keys", damaged);
      expect(shortcuts.of(find("diff"))).toEqual(["Mod+d"]);
    }
  });

  it("are read from what is pressed", () => {
    expect(comboOf(press("Shift", { shiftKey: true }), "other")).toBeUndefined();
    expect(comboOf(press("K", { ctrlKey: true, shiftKey: true }), "other")).toEqual({ keys: "Mod+Shift+k" });
    expect(comboOf(press("?", { shiftKey: true }), "other")).toEqual({ keys: "?" });
    expect(comboOf(press("F9", { shiftKey: true }), "other")).toEqual({ keys: "Shift+F9" });
    expect(comboOf(press("k", { metaKey: true }), "mac")).toEqual({ keys: "Mod+k" });
    for (const [key, held] of [
      ["c", { ctrlKey: true }],
      ["Escape", {}],
      ["k", { metaKey: true }],
    ] as const) {
      expect(comboOf(press(key, held), "other")).toHaveProperty("problem");
    }
  });

  it("run nothing while keys are recorded", () => {
    const [ran, seen]: [string[], string[]] = [[], []];
    const back = [bindCommand("diff", () => ran.push("diff")), listenForKeys()];
    const stop = recordKeys((event) => seen.push(event.key));
    const pressed = (key: string, ctrlKey: boolean) => {
      const event = new KeyboardEvent("keydown", { key, ctrlKey, bubbles: true, cancelable: true });
      document.body.dispatchEvent(event);
      return event.defaultPrevented;
    };
    expect([pressed("d", true), pressed("Escape", false)]).toEqual([true, true]);
    expect([ran, seen]).toEqual([[], ["d", "Escape"]]);
    stop();
    pressed("d", true);
    expect(ran).toEqual(["diff"]);
    for (const one of back) one();
  });
});
