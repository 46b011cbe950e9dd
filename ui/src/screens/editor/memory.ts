import type { Target } from "$lib/host/index.ts";
import { session } from "$lib/state/session.svelte.ts";

/** What the window remembers of a prompt between two starts. Texts aren't among it: drafts are kept by the core. */
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

/** Keys of the session are at most 200 characters long, names of prompts may be as long as that. */
function keyOf(name: string): string {
  return `editor:${name.slice(0, 180)}`;
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

/** A place read from the session, inside a text of this length. */
export function placeIn(place: Place | undefined, length: number): Place | undefined {
  if (!place || !Number.isFinite(place.cursor) || !Number.isFinite(place.top)) return undefined;
  const inside = (at: number) => Math.min(Math.max(0, Math.trunc(at)), length);
  return { cursor: inside(place.cursor), top: inside(place.top) };
}
