import type { Target } from "$lib/host/index.ts";
import { session } from "$lib/state/session.svelte.ts";

/**
 * What the window remembers of a prompt between two starts. Its text isn't among it: drafts are kept by the core. Only a
 * schema's text that can't go into the front matter has no draft to be in.
 */
export interface Memory {
  /** The chosen test case. */
  case?: string;
  target?: Target;
  /** The last call from the editor. */
  call?: string | undefined;
  /** Where the cursor is, and the first character in sight. */
  body?: Place;
  head?: Place;
}

/** A place in a text, in UTF-16 units. */
export interface Place {
  cursor: number;
  top: number;
}

/** A schema's text that isn't in the front matter. */
export interface SchemaText {
  text: string;
  /** The schema that the front matter had when the text began to differ from it; nothing where it had none. */
  from: Record<string, unknown> | null;
}

/** Keys of the session are at most 200 characters long, names of prompts may be as long as that. */
function keyOf(name: string, what = "editor"): string {
  return `${what}:${name.slice(0, 180)}`;
}

/** What is remembered of a prompt. Reactive. */
export function memoryOf(name: string): Memory {
  const value = session.get<Memory>(keyOf(name), {});
  return Array.isArray(value) ? {} : value;
}

/** Remembers more of a prompt; what isn't named stays. */
export function remember(name: string, change: Memory): void {
  const before = memoryOf(name);
  const after = { ...before, ...change };
  if (JSON.stringify(before) !== JSON.stringify(after)) session.set(keyOf(name), after);
  if (change.target) session.set("editor.target", change.target);
}

/** The text of a prompt's schema that isn't in its front matter, where there is one. */
export function schemaTextOf(name: string): SchemaText | undefined {
  return session.get<SchemaText | undefined>(keyOf(name, "schema"), undefined, isSchemaText);
}

/** Remembers that text, or that there is none any more. */
export function rememberSchemaText(name: string, kept: SchemaText | undefined): void {
  if (kept ?? schemaTextOf(name)) session.set(keyOf(name, "schema"), kept ?? null);
}

/** The target of a prompt: its own, or the one that was chosen last anywhere. */
export function rememberedTarget(name: string): Target | undefined {
  const target = memoryOf(name).target ?? session.get<Target | undefined>("editor.target", undefined, isTarget);
  return isTarget(target) ? target : undefined;
}

function isTarget(value: unknown): value is Target {
  if (typeof value !== "object" || value === null) return false;
  const { by, name } = value as Record<string, unknown>;
  return (by === "route" || by === "model") && typeof name === "string";
}

function isSchemaText(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { text, from } = value as Record<string, unknown>;
  return typeof text === "string" && typeof from === "object" && !Array.isArray(from);
}

/** A place read from the session, inside a text of this length. */
export function placeIn(place: Place | undefined, length: number): Place | undefined {
  if (!place || !Number.isFinite(place.cursor) || !Number.isFinite(place.top)) return undefined;
  const inside = (at: number) => Math.min(Math.max(0, Math.trunc(at)), length);
  return { cursor: inside(place.cursor), top: inside(place.top) };
}
