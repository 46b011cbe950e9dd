/** Which modifier `Mod` stands for, and how keys are written. */
export type Platform = "mac" | "other";

/** A parsed combination, such as `Mod+Shift+Enter`. */
export interface Combo {
  mod: boolean;
  alt: boolean;
  shift: boolean;
  key: string;
}

export function detectPlatform(nav: { platform?: string; userAgent?: string } = navigator): Platform {
  return /mac|iphone|ipad/i.test(nav.platform || nav.userAgent || "") ? "mac" : "other";
}

/** Reads `Mod+Alt+Shift+Key`; the key keeps the spelling of `KeyboardEvent.key`, with letters in lower case. */
export function parseCombo(text: string): Combo {
  const parts = text === "+" ? ["+"] : text.split("+");
  const key = parts[parts.length - 1] ?? "";
  const modifiers = parts.slice(0, -1);
  return {
    mod: modifiers.includes("Mod"),
    alt: modifiers.includes("Alt"),
    shift: modifiers.includes("Shift"),
    key: key.length === 1 ? key.toLowerCase() : key,
  };
}

/** A combination without `Mod` and `Alt` types a character, so it must stay out of text fields; F keys don't. */
export function isBare(combo: Combo): boolean {
  return !combo.mod && !combo.alt && !/^F\d+$/.test(combo.key);
}

/** The part of a keyboard event that decides. */
export interface Pressed {
  key: string;
  code?: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

/** True when the event is this combination, and no more. */
export function matches(combo: Combo, event: Pressed, platform: Platform): boolean {
  const mod = platform === "mac" ? event.metaKey : event.ctrlKey;
  const foreign = platform === "mac" ? event.ctrlKey : event.metaKey;
  if (foreign || mod !== combo.mod || event.altKey !== combo.alt) return false;
  // On many layouts characters such as ? or \ need Shift or AltGr to be typed at all: only letters, digits and
  // named keys are compared with it.
  if (/^[a-z0-9]$|.{2,}/.test(combo.key) && event.shiftKey !== combo.shift) return false;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (key === combo.key) return true;
  // Digits of a layout whose digit row needs Shift, and letters under Alt on a Mac, are found by position.
  if (/^\d$/.test(combo.key)) return event.code === `Digit${combo.key}`;
  return combo.alt && event.code === `Key${combo.key.toUpperCase()}`;
}

const MAC: Readonly<Record<string, string>> = {
  Enter: "⏎",
  Escape: "esc",
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  " ": "Space",
  Delete: "⌦",
};

const OTHER: Readonly<Record<string, string>> = { ...MAC, Delete: "Del" };

/** How a combination is written for people: `⇧⌘⏎` on a Mac, `Ctrl+Shift+⏎` elsewhere. */
export function formatCombo(text: string, platform: Platform): string {
  const combo = parseCombo(text);
  const names = platform === "mac" ? MAC : OTHER;
  const key = names[combo.key] ?? (combo.key.length === 1 ? combo.key.toUpperCase() : combo.key);
  if (platform === "mac") {
    return `${combo.alt ? "⌥" : ""}${combo.shift ? "⇧" : ""}${combo.mod ? "⌘" : ""}${key}`;
  }
  const parts = [combo.mod && "Ctrl", combo.alt && "Alt", combo.shift && "Shift", key];
  return parts.filter(Boolean).join("+");
}

/** True where typing belongs to the text and not to bare shortcuts. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false;
  if (target.closest("[contenteditable=''],[contenteditable='true'],.cm-editor")) return true;
  if (target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  if (target instanceof HTMLInputElement) return !["checkbox", "radio", "button", "range"].includes(target.type);
  return false;
}
