import { describe, expect, it } from "vitest";
import { formatCombo, isBare, isTyping, matches, parseCombo, type Pressed } from "./keys.ts";

function press(key: string, change: Partial<Pressed> = {}): Pressed {
  return { key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...change };
}

describe("keys", () => {
  it("takes Ctrl for Mod on Linux and Windows, and Command on a Mac", () => {
    const run = parseCombo("Mod+Enter");
    expect(matches(run, press("Enter", { ctrlKey: true }), "other")).toBe(true);
    expect(matches(run, press("Enter", { metaKey: true }), "other")).toBe(false);
    expect(matches(run, press("Enter", { metaKey: true }), "mac")).toBe(true);
    expect(matches(run, press("Enter", { ctrlKey: true }), "mac")).toBe(false);
  });

  it("tells a combination from the same one with Shift", () => {
    const run = parseCombo("Mod+Enter");
    const all = parseCombo("Mod+Shift+Enter");
    const event = press("Enter", { ctrlKey: true, shiftKey: true });
    expect(matches(run, event, "other")).toBe(false);
    expect(matches(all, event, "other")).toBe(true);
  });

  it("finds characters that a layout types with Shift, and digits by their place", () => {
    expect(matches(parseCombo("?"), press("?", { shiftKey: true }), "other")).toBe(true);
    expect(matches(parseCombo("/"), press("/", { shiftKey: true }), "other"), "a German slash").toBe(true);
    const french = press("&", { code: "Digit1", ctrlKey: true });
    expect(matches(parseCombo("Mod+1"), french, "other")).toBe(true);
  });

  it("knows which combinations type a character", () => {
    expect(["k", "/", "Enter", " ", "Delete"].map((keys) => isBare(parseCombo(keys)))).toEqual(Array(5).fill(true));
    expect(["Mod+k", "Alt+Enter", "F6", "Shift+F6"].map((keys) => isBare(parseCombo(keys)))).toEqual(
      Array(4).fill(false),
    );
  });

  it("writes keys as each platform does", () => {
    expect(formatCombo("Mod+Shift+Enter", "mac")).toBe("⇧⌘⏎");
    expect(formatCombo("Mod+Shift+Enter", "other")).toBe("Ctrl+Shift+⏎");
    expect(formatCombo("Mod+\\", "other")).toBe("Ctrl+\\");
    expect(formatCombo(" ", "other")).toBe("Space");
    expect(formatCombo("a", "mac")).toBe("A");
  });

  it("leaves text fields and editors alone", () => {
    document.body.innerHTML =
      '<input id="a"><textarea id="b"></textarea><div class="cm-editor"><p id="c"></p></div><button id="d"></button><input id="e" type="checkbox">';
    const typing = ["a", "b", "c", "d", "e"].map((id) => isTyping(document.getElementById(id)));
    expect(typing).toEqual([true, true, true, false, false]);
  });
});
