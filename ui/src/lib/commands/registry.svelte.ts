import { onDestroy } from "svelte";
import { SvelteMap } from "svelte/reactivity";
import { DEFINITIONS, type CommandId, type Definition } from "./definitions.ts";
import { detectPlatform, formatCombo, isBare, isTyping, matches, parseCombo, type Pressed } from "./keys.ts";
import { shortcuts } from "./shortcuts.svelte.ts";

interface Binding {
  run: () => void;
  enabled: () => boolean;
}

const bindings = new SvelteMap<string, readonly Binding[]>();
export const platform = detectPlatform(typeof navigator === "undefined" ? {} : navigator);

const parsed = $derived(
  (DEFINITIONS as readonly Definition[]).flatMap((definition) =>
    shortcuts.of(definition).map((keys) => ({ id: definition.id, combo: parseCombo(keys) })),
  ),
);

/**
 * Gives a command its meaning here and now. The newest binding of a command wins, so a screen can take over what the
 * frame does. Returns the way back.
 */
export function bindCommand(id: CommandId, run: () => void, enabled: () => boolean = () => true): () => void {
  const binding: Binding = { run, enabled };
  bindings.set(id, [...(bindings.get(id) ?? []), binding]);
  return () => {
    const rest = (bindings.get(id) ?? []).filter((other) => other !== binding);
    if (rest.length > 0) bindings.set(id, rest);
    else bindings.delete(id);
  };
}

/** Binds a command for as long as the calling component lives. */
export function useCommand(id: CommandId, run: () => void, enabled: () => boolean = () => true): void {
  onDestroy(bindCommand(id, run, enabled));
}

function current(id: string): Binding | undefined {
  return bindings.get(id)?.findLast((binding) => binding.enabled());
}

/** Runs a command by its id, as the palette does; false when nothing is bound to it now. */
export function runCommand(id: CommandId): boolean {
  const binding = current(id);
  if (!binding) return false;
  binding.run();
  return true;
}

/** The keys of a command as people write them here; empty for a command without keys. */
export function commandKeys(id: string): string {
  const definition = (DEFINITIONS as readonly Definition[]).find((one) => one.id === id);
  const first = definition && shortcuts.of(definition)[0];
  return first ? formatCombo(first, platform) : "";
}

/** The commands that the palette offers now. Reactive. */
export function offeredCommands(): Definition[] {
  return (DEFINITIONS as readonly Definition[]).filter((one) => !one.hidden && current(one.id) !== undefined);
}

/** Keys that a focused control uses itself; a bare shortcut must not take them away. */
function ownsKey(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof Element)) return false;
  if (key === "Enter" || key === " ") {
    return target.closest("button,a[href],summary,[role='switch'],[role='menuitem'],[role='tab']") !== null;
  }
  if (key.startsWith("Arrow")) {
    return (
      target.closest("[role='separator'],[role='tablist'],[role='menu'],[role='listbox'],[role='slider']") !== null
    );
  }
  return false;
}

/** Handles one key press; true when a command ran. `overlay` is true while a dialog or menu has the keyboard. */
export function pressKey(event: Pressed, target: EventTarget | null, overlay = false): boolean {
  const typing = isTyping(target);
  for (const { id, combo } of parsed) {
    if (!matches(combo, event, platform)) continue;
    const bare = isBare(combo);
    if (bare && (typing || overlay || ownsKey(target, combo.key))) continue;
    // In a text field undo belongs to the text.
    if (id === "undo" && typing) continue;
    if (overlay && !["palette", "goto-prompt", "cancel"].includes(id)) continue;
    const binding = current(id);
    if (!binding) continue;
    binding.run();
    return true;
  }
  return false;
}

let recorder: ((event: KeyboardEvent) => void) | undefined;

/** Gives every key press to `record` instead of the commands, until the way back is taken. */
export function recordKeys(record: (event: KeyboardEvent) => void): () => void {
  recorder = record;
  return () => {
    if (recorder === record) recorder = undefined;
  };
}

function overlayOpen(): boolean {
  return document.querySelector("[role='dialog'],[role='alertdialog'],[role='menu']") !== null;
}

/**
 * Listens on the window. Combinations with a modifier are taken before the focused editor sees them, bare keys only
 * after nobody else wanted them.
 */
export function listenForKeys(target: Window = window): () => void {
  const early = (event: KeyboardEvent) => {
    if (recorder) {
      event.preventDefault();
      event.stopPropagation();
      recorder(event);
      return;
    }
    if (event.isComposing || isBare(parseEvent(event))) return;
    if (pressKey(event, event.target, overlayOpen())) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
  const late = (event: KeyboardEvent) => {
    if (event.isComposing || event.defaultPrevented || !isBare(parseEvent(event))) return;
    if (pressKey(event, event.target, overlayOpen())) event.preventDefault();
  };
  target.addEventListener("keydown", early, true);
  target.addEventListener("keydown", late);
  return () => {
    target.removeEventListener("keydown", early, true);
    target.removeEventListener("keydown", late);
  };
}

function parseEvent(event: KeyboardEvent) {
  return { mod: event.ctrlKey || event.metaKey, alt: event.altKey, shift: event.shiftKey, key: event.key };
}
