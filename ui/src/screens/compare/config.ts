import type { Target } from "$lib/host/index.ts";

/** Which text of a prompt a pane runs. */
export type TextChoice = { kind: "draft" } | { kind: "version"; number: number } | { kind: "label"; label: string };

/** A pane as it is remembered. */
export interface PaneConfig {
  prompt: string;
  text: TextChoice;
  target: Target | null;
  /** The last call; its text is read again from the core. */
  call: string | null;
}

/** The screen as it is remembered. */
export interface CompareConfig {
  panes: PaneConfig[];
  /** The saved case that the values come from. */
  case: { prompt: string; name: string } | null;
  /** The values, when they were edited here. */
  values: Record<string, unknown> | null;
  /** The pane that the others are compared with. */
  against: number;
  sync: boolean;
  blind: boolean;
}

export const KEY = "compare";
/** So few panes are a comparison, and so many can be read. */
export const FEWEST = 2;
export const MOST = 6;

const LETTERS = "ABCDEF";

/** The letter of a pane by its place. */
export function letterOf(index: number): string {
  return LETTERS.charAt(index);
}

/** Reads what the session has; nothing when it is none, or of another version. */
export function readConfig(value: unknown): CompareConfig | undefined {
  if (!isRecord(value) || !Array.isArray(value.panes)) return undefined;
  const panes = value.panes.map(readPane).filter((pane) => pane !== undefined);
  if (panes.length < FEWEST) return undefined;
  const chosen = value.case;
  const against = Number(value.against);
  return {
    panes: panes.slice(0, MOST),
    case:
      isRecord(chosen) && typeof chosen.prompt === "string" && typeof chosen.name === "string"
        ? { prompt: chosen.prompt, name: chosen.name }
        : null,
    values: isRecord(value.values) ? value.values : null,
    against: Number.isInteger(against) && against >= 0 && against < panes.length ? against : 0,
    sync: value.sync !== false,
    blind: value.blind === true,
  };
}

function readPane(value: unknown): PaneConfig | undefined {
  if (!isRecord(value) || typeof value.prompt !== "string") return undefined;
  return {
    prompt: value.prompt,
    text: readText(value.text) ?? { kind: "draft" },
    target: readTarget(value.target),
    call: typeof value.call === "string" ? value.call : null,
  };
}

function readText(value: unknown): TextChoice | undefined {
  if (!isRecord(value)) return undefined;
  if (value.kind === "draft") return { kind: "draft" };
  if (value.kind === "version" && Number.isInteger(value.number))
    return { kind: "version", number: value.number as number };
  if (value.kind === "label" && typeof value.label === "string") return { kind: "label", label: value.label };
  return undefined;
}

function readTarget(value: unknown): Target | null {
  if (!isRecord(value) || typeof value.name !== "string") return null;
  return value.by === "route" || value.by === "model" ? { by: value.by, name: value.name } : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A choice of text as one word, for selects; and back. */
export function textKey(text: TextChoice): string {
  if (text.kind === "draft") return "draft";
  return text.kind === "version" ? String(text.number) : `label:${text.label}`;
}

export function textOfKey(key: string): TextChoice {
  if (key === "draft") return { kind: "draft" };
  if (key.startsWith("label:")) return { kind: "label", label: key.slice(6) };
  return { kind: "version", number: Number(key) };
}
