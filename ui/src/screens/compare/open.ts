import type { Prompt, Target } from "$lib/host/index.ts";
import { session } from "$lib/state/session.svelte.ts";
import type { Opened } from "../editor/opened.svelte.ts";
import { KEY, type CompareConfig, type TextChoice } from "./config.ts";

/** The first comparison of a prompt: what is in use against what is new. */
export function firstTexts(prompt: Prompt, isDraft: boolean): [TextChoice, TextChoice] {
  const numbers = prompt.versions.map((version) => version.number).sort((a, b) => b - a);
  const latest = numbers[0] ?? 1;
  const production = prompt.summary.labels.find((label) => label.label === "production");
  const newer: TextChoice = isDraft ? { kind: "draft" } : { kind: "version", number: latest };
  const used = production && (isDraft || production.version !== latest) ? production.version : undefined;
  const older = used ?? (isDraft ? latest : (numbers[1] ?? latest));
  return [{ kind: "version", number: older }, newer];
}

/** The first comparison of a prompt as the screen remembers it. */
export function firstConfig(
  prompt: Prompt,
  isDraft: boolean,
  target: Target | null,
  chosen: string | null,
): CompareConfig {
  return {
    panes: firstTexts(prompt, isDraft).map((text) => ({ prompt: prompt.summary.name, text, target, call: null })),
    case: chosen === null ? null : { prompt: prompt.summary.name, name: chosen },
    values: null,
    against: 0,
    sync: true,
    blind: false,
  };
}

/** Sets Compare up for the draft of a prompt against what is in use, with the editor's values and target. */
export function compareDraft(target: Target | undefined, opened: Opened): void {
  const { prompt } = opened;
  if (!prompt) return;
  void opened.draft.flush();
  session.set(KEY, firstConfig(prompt, opened.isDraft, target ?? null, opened.cases.chosen?.name ?? null));
}
