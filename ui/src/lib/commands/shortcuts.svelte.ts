import { remembered } from "../state/session.svelte.ts";
import { DEFINITIONS, type Definition } from "./definitions.ts";
import { parseCombo, type Platform, type Pressed } from "./keys.ts";

/** Two commands or more that one combination would run in the same place. */
export interface Conflict {
  keys: string;
  commands: readonly Definition[];
}

const ALL: readonly Definition[] = DEFINITIONS;
/** The screens that have lists. */
const LISTS = ["Library", "Live", "Calls", "Budgets", "Routes", "Providers"];
/** What text fields and dialogs need for themselves. */
const RESERVED = new Set(["Mod+c", "Mod+v", "Mod+x", "Mod+a", "Escape", "Tab", "Shift+Tab", "Enter", "Shift+Enter"]);

/** The keys of the commands: those that ship, and those that the user chose instead, by the command's id. */
class Shortcuts {
  #chosen = remembered<Record<string, string>>("keys", {}, isChosen);

  /** The combinations of a command; the first one is shown. Reactive. */
  of(definition: Definition): readonly string[] {
    const chosen = this.#chosen.value[definition.id];
    return chosen === undefined ? definition.keys : [chosen, ...definition.keys.slice(1)];
  }

  isChanged(definition: Definition): boolean {
    return this.#chosen.value[definition.id] !== undefined;
  }

  get changed(): readonly Definition[] {
    return ALL.filter((definition) => this.isChanged(definition));
  }

  set(definition: Definition, keys: string): void {
    const { [definition.id]: _, ...rest } = this.#chosen.value;
    this.#chosen.value = definition.keys[0] === keys ? rest : { ...rest, [definition.id]: keys };
  }

  reset(definition: Definition): void {
    const { [definition.id]: _, ...rest } = this.#chosen.value;
    this.#chosen.value = rest;
  }

  resetAll(): void {
    this.#chosen.value = {};
  }

  get conflicts(): Conflict[] {
    const users = new Map<string, Definition[]>();
    for (const definition of ALL) {
      for (const keys of this.of(definition)) users.set(keys, [...(users.get(keys) ?? []), definition]);
    }
    return [...users]
      .map(([keys, commands]) => ({ keys, commands: commands.filter((one) => commands.some((two) => meet(one, two))) }))
      .filter(({ commands }) => commands.length > 1);
  }
}

function isChosen(value: unknown): boolean {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.values(value).every((keys) => typeof keys === "string" && parseCombo(keys).key !== "")
  );
}

/** Where a command works; nothing for everywhere. */
function places({ where }: Definition): string[] | undefined {
  if (["everywhere", "panes", "outside text fields"].includes(where)) return undefined;
  return where === "lists" ? LISTS : where.split(", ");
}

/** Whether two commands can be meant by the same key press. */
function meet(one: Definition, two: Definition): boolean {
  if (one.id === two.id) return false;
  const [here, there] = [places(one), places(two)];
  return here === undefined || there === undefined || here.some((place) => there.includes(place));
}

/**
 * The combination that was pressed, or why it can't be used; nothing while only modifiers are held.
 */
export function comboOf(event: Pressed, platform: Platform): { keys: string } | { problem: string } | undefined {
  if (["Control", "Meta", "Alt", "AltGraph", "Shift", "CapsLock", "Dead", "Process"].includes(event.key)) {
    return undefined;
  }
  const mod = platform === "mac" ? event.metaKey : event.ctrlKey;
  const foreign = platform === "mac" ? event.ctrlKey : event.metaKey;
  if (foreign) return { problem: platform === "mac" ? "Use ⌘ instead of Control" : "The system keeps that key" };
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  // Whether characters such as ? need Shift is a matter of the layout.
  const shift = event.shiftKey && /^[a-z0-9]$|.{2,}/.test(key);
  const keys = [mod && "Mod", event.altKey && "Alt", shift && "Shift", key].filter(Boolean).join("+");
  if (RESERVED.has(keys)) return { problem: "Text fields and dialogs need that key" };
  return { keys };
}

export const shortcuts = new Shortcuts();
